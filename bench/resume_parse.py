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
import html
import re
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from verivita.adapters.readers.docx import DocxReader
from verivita.adapters.readers.markup import MarkupReader
from verivita.adapters.readers.pdf import PdfReader
from verivita.core.errors import Invalid
from verivita.engines.reading.dates import find_dates
from verivita.engines.reading.outline import Entry, Outline, Section, Value
from verivita.engines.reading.ports import ReadText
from verivita.engines.reading.sections import outline_of
from verivita.features.library.shown import named, shown_skills, unlisted_skills

Metrics = dict[str, float]
_FIELDS = {"institution": "school", "area": "field", "degree": "degree", "company": "employer", "position": "title",
           "name": "name"}  # fmt: skip
_TYPES = {
    "name": "name", "designation": "title", "companies worked at": "employer", "degree": "degree",
    "college name": "school", "job specific skills": "skill", "soft skills": "skill", "tech tools": "skill",
}  # fmt: skip


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
    return {"sets": {k: {f"default/{m}": v for m, v in ms.items()} for k, ms in found.items()}, "skipped": skipped}


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
        return _entities(zips[0], limit)
    files = files[:limit]
    metrics = _reading(files)
    pairs = [(path, path.with_suffix(".yaml")) for path in files if path.with_suffix(".yaml").exists()]
    return metrics | _values(pairs) if pairs else metrics


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


def _plain(value: object) -> str:
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", str(value))
    return re.sub(r"(\*\*|\*|__|`)", "", text).strip()


def _squash(text: str) -> str:
    """Letters and digits, with quotes and dashes made one kind; blanks and line-end hyphens gone."""
    text = re.sub(r"-\n", "", text)
    text = text.translate(str.maketrans("’‘“”–—−", "''\"\"---"))
    return re.sub(r"[\s-]+", "", text).casefold()


class _Judge:
    """Counts for one paper."""

    def __init__(self, read: ReadText, outline: Outline, counts: Counter[str]) -> None:
        self._read, self._outline, self._counts = read, outline, counts
        self._all = _squash(read.text)

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
        words = _squash(_plain(gold)) if gold else ""
        if not words:
            return
        self._counts["values"] += 1
        self._counts["found"] += words in self._all
        self._counts["in_section"] += any(v is not None and words in _squash(v.text) for v in values)

    def _section(self, title: str, entries: list[Any]) -> None:
        wanted = _squash(title.replace("_", " "))
        found = [s for s in self._outline.sections if s.heading is not None and _squash(s.heading.text) == wanted]
        section = found[0] if found else None
        words = _squash(self._read.text[section.start : section.end]) if section is not None else ""
        places: list[int] = []
        for entry in entries:
            values = list(_entry_values(entry))
            own = self._entry(section, [v for v in values if isinstance(v, str)])
            inside = _squash(self._read.text[own.start : own.end]) if own is not None else words
            for value in values:
                self._value(value, inside if isinstance(entry, dict) and len(values) > 1 else words, own)
            places.extend(at for v in _ordered(entry) if (at := words.find(_squash(v))) >= 0)
            if isinstance(entry, dict):
                self._typed(entry, own)
        for before, after in pairwise(places):
            self._counts["pairs"] += 1
            self._counts["ordered"] += before < after

    def _value(self, value: str | tuple[str, str], inside: str, own: Entry | None) -> None:
        self._counts["values"] += 1
        if isinstance(value, str):
            squashed = _squash(value)
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
        words = _squash(self._read.text[entry.start : entry.end])
        return sum(_squash(value) in words for value in values)

    def _typed(self, gold: dict[str, Any], own: Entry | None) -> None:
        for key, attribute in _FIELDS.items():
            if gold.get(key):
                self._counts["fields"] += 1
                value = getattr(own, attribute) if own is not None else None
                self._counts["typed"] += value is not None and _squash(value.text) == _squash(_plain(gold[key]))


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


# --- entities ---------------------------------------------------------------------------------------------------------


def _entities(path: Path, limit: int | None) -> Metrics:
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in set(_TYPES.values())}
    crashes = empty = 0
    with zipfile.ZipFile(path) as archive:
        names = sorted(n for n in archive.namelist() if n.endswith(".xml") and "__MACOSX" not in n)[:limit]
        for name in names:
            text, gold = _gold(archive.read(name).decode("utf-8", "replace"))
            try:
                read = MarkupReader().read(text.encode())
            except Invalid:
                empty += 1
                continue
            predicted = _predicted(read, outline_of(read))
            _match(read, text, gold, predicted, counts)
    out: Metrics = {"files": len(names), "crashes": crashes, "empty": empty}
    total: Counter[str] = Counter()
    for kind, count in sorted(counts.items()):
        out[f"{kind}_f1"] = _scores(count)["f1"]
        total.update(count)
    scores = _scores(total)
    exact = 2 * total["exact"] / max(total["predicted"] + total["gold"], 1)
    return out | {"entity_p": scores["p"], "entity_r": scores["r"], "entity_f1": scores["f1"], "entity_f1_exact": exact}


def _scores(count: Counter[str]) -> Metrics:
    p = count["right"] / max(count["predicted"], 1)
    r = count["reached"] / max(count["gold"], 1)
    return {"p": p, "r": r, "f1": 2 * p * r / (p + r) if p + r else 0.0}


def _gold(xml: str) -> tuple[str, list[tuple[str, int, int]]]:
    """The text without marks, and the spans (kind, start, end)."""
    body = re.sub(r"^\s*<\?xml[^>]*\?>\s*|</?cv>", "", xml)
    parts: list[str] = []
    spans: list[tuple[str, int, int]] = []
    at = 0
    for piece in re.split(r"(<label type=\"[^\"]*\">.*?</label>)", body, flags=re.DOTALL):
        match = re.fullmatch(r"<label type=\"([^\"]*)\">(.*?)</label>", piece, flags=re.DOTALL)
        words = html.unescape(html.unescape(match.group(2) if match else piece))
        kind = _TYPES.get(match.group(1).lower()) if match else None
        if kind is not None:
            spans.append((kind, at, at + len(words)))
        parts.append(words)
        at += len(words)
    return "".join(parts), spans


def _predicted(read: ReadText, outline: Outline) -> list[tuple[str, int, int]]:
    out: list[tuple[str, Value | None]] = [("name", outline.name), ("title", outline.headline)]
    for section in outline.sections:
        kinds = ("degree", "school") if section.kind == "volunteering" else ("title", "employer", "degree", "school")
        for entry in section.entries:
            out += [(kind, getattr(entry, kind)) for kind in kinds]
    told = (("title", outline.told_titles), ("employer", outline.told_employers), ("degree", outline.told_degrees))
    out += [(kind, value) for kind, values in told for value in values]
    spans = [(kind, v.start, v.end) for kind, v in out if v is not None]
    skills = _skills()
    mentions = skills(read.text) if skills is not None else ()
    shown = [(m.start, m.end) for m in shown_skills(read, outline, mentions)]
    shown += [(item.start, item.end) for _, item in unlisted_skills(read, outline, mentions)]
    if skills is None:
        shown = [(v.start, v.end) for s in outline.sections if s.kind == "skills" for v in s.items]
    places = [(start, end, _kind(outline, start)) for start, end in shown]
    spans += [("skill", start, end) for (start, end), is_named in zip(shown, named(places), strict=True) if is_named]
    return sorted(set(spans))


def _kind(outline: Outline, at: int) -> str:
    return next((section.kind for section in outline.sections if section.start <= at < section.end), "other")


@cache
def _skills() -> Callable[[str], Any] | None:
    try:
        from verivita.engines.skills import extract, load_taxonomy
    except ImportError:
        return None
    taxonomy = load_taxonomy()
    return lambda text: extract(text, taxonomy)


def _match(
    read: ReadText,
    text: str,
    gold: list[tuple[str, int, int]],
    predicted: list[tuple[str, int, int]],
    counts: dict[str, Counter[str]],
) -> None:
    """Count one paper: its distinct words of each kind, right when one of their places overlaps the other side."""
    places = _aligned(text, read.text)
    wanted: list[tuple[str, int, int]] = []
    for kind, start, end in gold:
        inside = [places[i] for i in range(start, end) if places[i] >= 0]
        if inside:
            wanted.append((kind, inside[0], inside[-1] + 1))
    for kind, count in counts.items():
        ours = _distinct(read.text, [p for p in predicted if p[0] == kind])
        theirs = _distinct(read.text, [g for g in wanted if g[0] == kind])
        count["predicted"] += len(ours)
        count["gold"] += len(theirs)
        count["right"] += _touching(ours, theirs)
        count["reached"] += _touching(theirs, ours)
        count["exact"] += len(ours.keys() & theirs.keys())


def _distinct(text: str, spans: list[tuple[str, int, int]]) -> dict[str, list[tuple[int, int]]]:
    out: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for _, start, end in spans:
        out[_squash(text[start:end]).strip(".,;:")].append((start, end))
    return out


def _touching(ours: dict[str, list[tuple[int, int]]], theirs: dict[str, list[tuple[int, int]]]) -> int:
    others = [span for spans in theirs.values() for span in spans]
    return sum(any(s < e2 and s2 < e for s, e in spans for s2, e2 in others) for spans in ours.values())


def _aligned(gold: str, text: str) -> list[int]:
    """For each character of `gold` its place in `text`, -1 for none; only blanks and few marks may differ."""
    out = [-1] * len(gold)
    at = 0
    for index, character in enumerate(gold):
        if character.isspace():
            continue
        ahead = text[at : at + 40]
        found = next((i for i, c in enumerate(ahead) if c == character), -1)
        if found >= 0 and not any(c.isalnum() for c in ahead[:found]):
            out[index] = at + found
            at += found + 1
    return out
