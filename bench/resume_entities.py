"""Entities of resumes that people marked: names, titles, employers, degrees, schools and skills, found or not."""

from __future__ import annotations

import html
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from bench.plain import squash
from verivita.adapters.readers.markup import MarkupReader
from verivita.core.errors import Invalid
from verivita.engines.reading.outline import Outline, Value
from verivita.engines.reading.ports import ReadText
from verivita.engines.reading.sections import outline_of
from verivita.features.library.shown import named, shown_skills, unlisted_skills

Metrics = dict[str, float]
_TYPES = {
    "name": "name", "designation": "title", "companies worked at": "employer", "degree": "degree",
    "college name": "school", "job specific skills": "skill", "soft skills": "skill", "tech tools": "skill",
}  # fmt: skip


def entities(path: Path, limit: int | None) -> Metrics:
    """Figures of a zip of XML papers with labelled words, or of its first `limit`."""
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
        out[squash(text[start:end]).strip(".,;:")].append((start, end))
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
