"""The lines of a head cut into chunks: pieces between tabs, bars, dashes and dates, each without its place."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from verivita.engines.reading.contact import places
from verivita.engines.reading.head_words import LABELS, NOISE, STRONG
from verivita.engines.reading.lexicon import employer_score, school_score, title_score
from verivita.engines.reading.paragraphs import Part

_TRIM = " \t,;:|-–—−()[]•·.*"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Words of a head that stand together; `start` is an offset in the text, `label` what a form calls them."""

    text: str
    start: int
    page: int
    label: str | None = None


def chunks_of(part: Part) -> list[Chunk]:
    """A line without its dates, cut at tabs, bars, dashes and "at"; trimmed, with a label before a colon read."""
    look = part.look
    base = look.line.start
    holes = [(d.start, d.end) for d in look.dates]
    pieces: list[tuple[int, int]] = []
    at = max(part.start - base, look.bullet, look.taken)
    for start, end in [*holes, (len(look.text), len(look.text))]:
        if start > at:
            pieces.append((at, start))
        at = max(at, end)
    out: list[Chunk] = []
    for start, end in pieces:
        for low, high in cuts(look.text, start, end, STRONG):
            chunk = _trimmed(look.text, low, high, base, look.line.page)
            if chunk is not None:
                out.append(chunk)
    return out


def cuts(text: str, start: int, end: int, pattern: re.Pattern[str]) -> list[tuple[int, int]]:
    """Spans between the places in `text[start:end]` where `pattern` matches."""
    out: list[tuple[int, int]] = []
    at = start
    for match in pattern.finditer(text, start, end):
        out.append((at, match.start()))
        at = match.end()
    out.append((at, end))
    return out


def _trimmed(text: str, low: int, high: int, base: int, page: int) -> Chunk | None:
    while low < high and text[low] in _TRIM:
        low += 1
    while high > low and text[high - 1] in _TRIM and not _keeps(text[low:high]):
        high -= 1
    words = text[low:high]
    label = LABELS.match(words)
    name = None
    if label is not None:
        name = next(key for key, value in label.groupdict().items() if value)
        low += label.end()
        words = text[low:high]
    if not any(c.isalpha() for c in words) or NOISE.match(words) or name == "dates":
        return None
    return Chunk(words, base + low, page, name)


def _keeps(words: str) -> bool:
    """Whether the last mark belongs to the words: a closing bracket that was opened, the point of "Inc."."""
    if words.endswith(")"):
        return words.count("(") == words.count(")")
    return bool(
        re.search(
            r"(?:\b(?:inc|ltd|co|corp|llc|jr|sr|pvt|s\.a|b\.sc|m\.sc|ph\.d|b\.a|m\.a|b\.s|m\.s|e\.v|u\.s|st)"
            r"|\b[A-Z])\.$",
            words,
            re.I,
        )
    )


def without_place(chunk: Chunk) -> tuple[tuple[int, int] | None, list[Chunk]]:
    """A place at the chunk's end, and what is left before it."""
    if chunk.label == "place":
        return (chunk.start, chunk.start + len(chunk.text)), []
    for start, end in reversed(places(chunk.text)):
        if end < len(chunk.text.rstrip(_TRIM)):
            continue
        city = chunk.text[start:end].split(",")[0]
        if start == 0 and (school_score(city) or employer_score(city) > 0.9 or title_score(city) >= 1):
            comma = chunk.text.index(",")
            start = comma + 1 + (len(chunk.text[comma + 1 :]) - len(chunk.text[comma + 1 :].lstrip()))
        rest = chunk.text[:start].rstrip(_TRIM)
        left = [replace(chunk, text=rest)] if any(c.isalpha() for c in rest) else []
        return (chunk.start + start, chunk.start + end), left
    return None, [chunk]
