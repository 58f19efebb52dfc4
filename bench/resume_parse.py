"""Reading of resumes: values of a gold YAML in the right section and entry, entities, and every file read at all.

Gold: PDFs with a YAML of the same stem, zips of XML with `<label type="...">`. A value counts as found when its words
stand in the text in one piece (blanks, quotes and hyphens at line ends do not matter); as in its section when they
stand in the section of its heading, and, for entries of several values, in the one entry that holds most of them.
Entities are counted as the distinct words of a kind in a paper (annotators mark a name once or twice, not each time
it comes; of skills those that the paper names, not those that it tells of in passing): `entity_f1` asks that one of
their places overlaps a gold span, `entity_f1_exact` that the words are the same.
Times are CPU milliseconds of the reader in this process, without the start of the sandbox.
"""

from __future__ import annotations

import fnmatch
import re
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from bench import reading_peers
from bench.plain import squash
from bench.resume_entities import entities
from verivita.adapters.readers.docx import DocxReader
from verivita.adapters.readers.pdf import PdfReader
from verivita.core.errors import Invalid
from verivita.engines.reading.dates import find_dates
from verivita.engines.reading.outline import Entry, Outline, Section, Value
from verivita.engines.reading.ports import ReadText
from verivita.engines.reading.sections import outline_of

Metrics = dict[str, float]
_FIELDS = {"institution": "school", "area": "field", "degree": "degree", "company": "employer", "position": "title",
           "name": "name"}  # fmt: skip


def run(data: Path, sets: str | None = None, limit: int | None = None) -> dict[str, Any]:
    """All sets below `data`; `limit` files of each, `sets` a glob over their keys."""
    found: dict[str, Metrics] = {}
    skipped: dict[str, str] = {}
    for key, files in sorted(_sets(data).items()):
        if sets is not None and not fnmatch.fnmatch(key, sets):
            continue
        try:
            found[key] = _measure(files, limit)
        except (OSError, zipfile.BadZipFile, ValueError) as error:
            skipped[key] = f"{type(error).__name__}: {error}"
    named = {k: {m if ":" in m else f"default/{m}": v for m, v in ms.items()} for k, ms in found.items()}
    return {"sets": named, "skipped": skipped}


def _sets(data: Path) -> dict[str, list[Path]]:
    """Files by set: the nearest folder above that has a README, else the folder itself."""
    out: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(data.rglob("*")):
        if path.suffix.lower() not in (".pdf", ".docx", ".zip") or not path.is_file():
            continue
        if path.suffix.lower() == ".zip" and not _labelled(path):
            continue
        folder = next((p for p in path.parents if p != data and (p / "README.md").exists()), path.parent)
        out[str(folder.relative_to(data)) if folder.is_relative_to(data) else folder.name].append(path)
    return dict(out)


def _labelled(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        names = [n for n in archive.namelist() if n.endswith(".xml")]
        return bool(names) and b"<label type=" in archive.read(names[0])


def _measure(files: list[Path], limit: int | None) -> Metrics:
    zips = [path for path in files if path.suffix.lower() == ".zip"]
    if zips:
        return entities(zips[0], limit)
    files = files[:limit]
    metrics = _reading(files)
    pairs = [(path, path.with_suffix(".yaml")) for path in files if path.with_suffix(".yaml").exists()]
    return metrics | _values(pairs) | _peers(pairs) if pairs else metrics


def _read(path: Path) -> ReadText:
    reader = PdfReader() if path.suffix.lower() == ".pdf" else DocxReader()
    return reader.read(path.read_bytes())


def _reading(files: list[Path]) -> Metrics:
    """Whether every file is read, and how long the reader takes, without the start of a process."""
    PdfReader(), DocxReader()
    crashes = empty = refused = 0
    times: list[float] = []
    short: list[float] = []
    lines = understood = 0
    for number, path in enumerate([*files[:1], *files]):
        started = time.process_time()
        try:
            read = _read(path)
        except Invalid as error:
            empty += error.code in ("empty", "no_text")
            refused += 1
            continue
        except Exception:
            crashes += 1
            continue
        if number == 0:
            continue  # the first file pays for imports
        times.append((time.process_time() - started) * 1000)
        if read.pages == 2:
            short.append(times[-1])
        roles = outline_of(read).roles
        lines += len(roles)
        understood += sum(role != "unknown" for role in roles)
    times.sort()
    out: Metrics = {"files": len(files), "crashes": crashes, "empty": empty, "refused": refused}
    if times:
        out |= {"ms_p50": median(times), "ms_p95": times[int(0.95 * (len(times) - 1))]}
        out |= {"lines_understood": understood / max(lines, 1)}
    if short:
        out["ms_p50_two_pages"] = median(short)
    return out


# --- values of a YAML -------------------------------------------------------------------------------------------------


def _values(pairs: list[tuple[Path, Path]]) -> Metrics:
    counts: Counter[str] = Counter()
    for pdf, gold in pairs:
        import yaml

        parsed = yaml.safe_load(gold.read_text("utf-8"))
        cv = parsed.get("cv") if isinstance(parsed, dict) else None
        if isinstance(cv, dict):
            read = _read(pdf)
            _Judge(read, outline_of(read), counts).judge(cv)

    def share(hit: str, of: str) -> float:
        return counts[hit] / counts[of] if counts[of] else 0.0

    return {
        "values": counts["values"],
        "values_found": share("found", "values"),
        "values_in_section": share("in_section", "values"),
        "order_ok": share("ordered", "pairs"),
        "fields_typed": share("typed", "fields"),
    }


def _peers(pairs: list[tuple[Path, Path]]) -> Metrics:
    """Other readers on the same papers: whether the values of the YAML's sections stand in their text."""
    import yaml

    papers: list[tuple[Path, list[str]]] = []
    for pdf, gold in pairs:
        parsed = yaml.safe_load(gold.read_text("utf-8"))
        cv = parsed.get("cv") if isinstance(parsed, dict) else None
        sections = cv.get("sections") if isinstance(cv, dict) else None
        entries = [entry for part in (sections or {}).values() for entry in part or []]
        papers.append((pdf, [v for entry in entries for v in _entry_values(entry) if isinstance(v, str)]))
    return reading_peers.figures(papers, squash)


def _plain(value: object) -> str:
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", str(value))
    return re.sub(r"(\*\*|\*|__|`)", "", text).strip()


class _Judge:
    """Counts for one paper."""

    def __init__(self, read: ReadText, outline: Outline, counts: Counter[str]) -> None:
        self._read, self._outline, self._counts = read, outline, counts
        self._all = squash(read.text)

    def judge(self, cv: dict[str, Any]) -> None:
        """Count every value of the YAML's `cv`."""
        for key, value in (("name", self._outline.name), ("location", self._outline.place)):
            self._simple(cv.get(key), value)
        self._simple(cv.get("email"), *self._outline.emails)
        self._simple(cv.get("phone"), *self._outline.phones)
        website = re.sub(r"^https?://|/$", "", str(cv.get("website") or ""))
        self._simple(website, *self._outline.links)
        for title, entries in (cv.get("sections") or {}).items():
            self._section(str(title), entries or [])

    def _simple(self, gold: object, *values: Value | None) -> None:
        words = squash(_plain(gold)) if gold else ""
        if not words:
            return
        self._counts["values"] += 1
        self._counts["found"] += words in self._all
        self._counts["in_section"] += any(v is not None and words in squash(v.text) for v in values)

    def _section(self, title: str, entries: list[Any]) -> None:
        wanted = squash(title.replace("_", " "))
        found = [s for s in self._outline.sections if s.heading is not None and squash(s.heading.text) == wanted]
        section = found[0] if found else None
        words = squash(self._read.text[section.start : section.end]) if section is not None else ""
        places: list[int] = []
        for entry in entries:
            values = list(_entry_values(entry))
            own = self._entry(section, [v for v in values if isinstance(v, str)])
            inside = squash(self._read.text[own.start : own.end]) if own is not None else words
            for value in values:
                self._value(value, inside if isinstance(entry, dict) and len(values) > 1 else words, own)
            places.extend(at for v in _ordered(entry) if (at := words.find(squash(v))) >= 0)
            if isinstance(entry, dict):
                self._typed(entry, own)
        for before, after in pairwise(places):
            self._counts["pairs"] += 1
            self._counts["ordered"] += before < after

    def _value(self, value: str | tuple[str, str], inside: str, own: Entry | None) -> None:
        self._counts["values"] += 1
        if isinstance(value, str):
            squashed = squash(value)
            self._counts["found"] += squashed in self._all
            self._counts["in_section"] += squashed in inside
        else:
            dates = [date.value for line in self._read.lines for date in find_dates(self._read.line_text(line))]
            self._counts["found"] += any(_same_dates(value, date) for date in dates)
            has = own is not None and own.dates is not None and _same_dates(value, own.dates.value)
            self._counts["in_section"] += has

    def _entry(self, section: Section | None, values: list[str]) -> Entry | None:
        if section is None or not section.entries:
            return None
        best = max(section.entries, key=lambda e: self._holds(e, values))
        return best if self._holds(best, values) else None

    def _holds(self, entry: Entry, values: list[str]) -> int:
        words = squash(self._read.text[entry.start : entry.end])
        return sum(squash(value) in words for value in values)

    def _typed(self, gold: dict[str, Any], own: Entry | None) -> None:
        for key, attribute in _FIELDS.items():
            if gold.get(key):
                self._counts["fields"] += 1
                value = getattr(own, attribute) if own is not None else None
                self._counts["typed"] += value is not None and squash(value.text) == squash(_plain(gold[key]))


def _entry_values(entry: Any) -> Iterator[str | tuple[str, str]]:
    """The values of one entry; a pair is a span of time."""
    if not isinstance(entry, dict):
        yield _plain(entry)
        return
    for key, value in entry.items():
        if value in (None, "") or key in ("start_date", "end_date", "date", "doi", "url"):
            continue
        if isinstance(value, list):
            for item in value:
                yield from (
                    _plain(re.sub(r"^\s*-\s*", "", part)) for part in re.split(r"\n|\s+-\s+(?=[A-Z])", str(item))
                )
        else:
            yield _plain(value)
    if entry.get("start_date"):
        yield str(entry["start_date"]), str(entry.get("end_date") or "present")
    elif entry.get("date"):
        yield str(entry["date"]), str(entry["date"])


def _ordered(entry: Any) -> list[str]:
    if not isinstance(entry, dict):
        return [_plain(entry)]
    head = next(
        (entry[k] for k in ("company", "institution", "title", "label", "bullet", "name") if entry.get(k)), None
    )
    items = [re.split(r"\n|\s+-\s+(?=[A-Z])", str(item))[0] for item in entry.get("highlights") or []]
    return [_plain(v) for v in ([head] if head else []) + items]


def _same_dates(gold: tuple[str, str], value: str) -> bool:
    start, _, end = value.partition("/")
    want = gold[1] if gold[1] != "present" else ""
    return start.startswith(gold[0][:7]) and (end.startswith(want[:7]) if want else end == "")
