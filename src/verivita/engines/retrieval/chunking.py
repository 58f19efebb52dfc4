"""Cut a text in passages of about 120 words that keep their section and exact character offsets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

TARGET_WORDS = 120
_WORD = re.compile(r"\S+")
_SENTENCE_END = re.compile(r"(?<=[.!?…。])[\"'”’)\]]*\s+(?=[^\s.!?])|\n\s*")


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of the text with a name; passages never cross its borders."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage: `text == source[start:end]`, inside the section of that name."""

    text: str
    start: int
    end: int
    section: str = ""


def chunk(text: str, sections: Sequence[Section] = (), *, words: int = TARGET_WORDS) -> list[Chunk]:
    """Passages of at most `words` words, each starting with the last sentence of the one before where that is short.

    Borders lie between sentences or lines; only a sentence longer than a whole passage is cut, between words. What no
    section covers is cut as if it were a nameless section, so every word of `text` lies in at least one passage.
    """
    found: list[Chunk] = []
    for section in _covering(text, sections):
        pieces = [piece for span in _sentences(text, section) for piece in _cut(text, span, words)]
        found.extend(_packed(text, section.name, pieces, words))
    return found


def _covering(text: str, sections: Sequence[Section]) -> list[Section]:
    """The sections in order of start, clipped to the text and to each other, with nameless ones in the gaps."""
    whole: list[Section] = []
    place = 0
    for section in sorted(sections, key=lambda s: (s.start, s.end)):
        start, end = max(section.start, place), min(section.end, len(text))
        if start >= end:
            continue
        if start > place:
            whole.append(Section("", place, start))
        whole.append(Section(section.name, start, end))
        place = end
    if place < len(text):
        whole.append(Section("", place, len(text)))
    return whole


def _sentences(text: str, section: Section) -> list[tuple[int, int]]:
    """Spans of the section's sentences and lines, without the blanks around them."""
    spans: list[tuple[int, int]] = []
    place = section.start
    for end in [m.end() for m in _SENTENCE_END.finditer(text, section.start, section.end)] + [section.end]:
        stripped = text[place:end].strip()
        if stripped:
            start = text.index(stripped[0], place)
            spans.append((start, start + len(stripped)))
        place = end
    return spans


def _cut(text: str, span: tuple[int, int], words: int) -> list[tuple[int, int, int]]:
    """(start, end, words) of the span, cut between words where it is longer than a passage."""
    found = [m.span() for m in _WORD.finditer(text, *span)]
    parts = [found[i : i + words] for i in range(0, len(found), words)]
    return [(part[0][0], part[-1][1], len(part)) for part in parts]


def _packed(text: str, name: str, pieces: Sequence[tuple[int, int, int]], words: int) -> list[Chunk]:
    """Join neighbouring pieces up to `words`; a short last piece opens the next passage again."""
    found: list[Chunk] = []
    held: list[tuple[int, int, int]] = []
    for piece in pieces:
        if held and sum(p[2] for p in held) + piece[2] > words:
            found.append(_chunk(text, name, held))
            last = held[-1]
            overlap = len(held) > 1 and last[2] <= words // 4 and last[2] + piece[2] <= words
            held = [last] if overlap else []
        held.append(piece)
    if held:
        found.append(_chunk(text, name, held))
    return found


def _chunk(text: str, name: str, pieces: Sequence[tuple[int, int, int]]) -> Chunk:
    start, end = pieces[0][0], pieces[-1][1]
    return Chunk(text[start:end], start, end, name)
