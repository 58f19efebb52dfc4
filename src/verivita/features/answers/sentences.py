"""Cut a passage in sentences with exact offsets; a line that was only wrapped does not end one."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 600
"""Characters of a sentence; a longer one is cut after a comma, semicolon or word."""
_END = re.compile(r"[.!?…。！？]+[\"'”’»)\]]*(?=\s)")
_LINE = re.compile(r"[ \t]*\n\s*")
_STARTS = re.compile(r"[-*•‣◦▪–#>|]|\d{1,3}[.)]\s")
_SHORT = re.compile(
    r"(?:^|[\s(])(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|No|Nr|vs|etc|e\.g|i\.e|cf|ca|approx|Fig|Eq|Vol|pp?|Inc|Ltd|Co|Corp"
    r"|U\.S|U\.K|z\.B|d\.h|bzw|usw|Sra?|Dra?|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.$"
)
_TITLE = re.compile(r"[^\W\d_][\w’'&/-]*(?: [\w’'&/-]+){0,5}")
_WRAPPED = 55
"""A line at least this long that ends without a mark was wrapped by its program."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text == source[start:end]`."""

    text: str
    start: int
    end: int


def sentences(text: str, offset: int = 0) -> list[Sentence]:
    """The sentences of `text`, in order, without the blanks around them; `offset` is added to every place."""
    found: list[Sentence] = []
    at = 0
    for end in [*_borders(text), len(text)]:
        found += _pieces(text, at, end, offset)
        at = end
    return found


def is_heading(text: str, sentence: Sentence, offset: int = 0) -> bool:
    """True for a heading of `text`: a short line of words without an end mark that stands alone and has lines below."""
    start, end = sentence.start - offset, sentence.end - offset
    alone = start == 0 or text[:start].endswith("\n\n")
    is_marked = sentence.text.startswith("#")
    return (is_marked or (alone and _TITLE.fullmatch(sentence.text) is not None)) and text[end : end + 1] == "\n"


def _borders(text: str) -> list[int]:
    marks = [m.end() for m in _END.finditer(text) if not is_short(text, m.start())]
    breaks = [m.end() for m in _LINE.finditer(text) if _ends_line(text, m)]
    return sorted({*marks, *breaks})


def is_short(text: str, at: int) -> bool:
    """True where the mark at `at` is the full stop of an abbreviation, or one that a small letter follows."""
    if text[at] != "." or text[at + 1 : at + 2] == ".":
        return False
    rest = text[at + 1 : at + 5].lstrip()
    return rest[:1].islower() or _SHORT.search(text[max(0, at - 11) : at + 1]) is not None


def _ends_line(text: str, line: re.Match[str]) -> bool:
    """True where a line break ends a sentence: a blank line, a list, a heading, a line that was not wrapped."""
    if line[0].count("\n") > 1 or _STARTS.match(text, line.end()):
        return True
    begin = text.rfind("\n", 0, line.start()) + 1
    before = text[begin : line.start()].rstrip()
    after = text[line.end() : line.end() + 1]
    if before.startswith("#"):
        return True
    if after.islower() or before.endswith((",", "-")):
        return False
    return len(before) < _WRAPPED


def _pieces(text: str, start: int, end: int, offset: int) -> list[Sentence]:
    found = []
    while start < end:
        part = text[start:end]
        start += len(part) - len(part.lstrip())
        stop = min(end, start + LONGEST)
        if stop < end:
            cut = max(text.rfind(mark, start + LONGEST // 2, stop) for mark in ("; ", ", ", " "))
            stop = cut + 1 if cut > start else stop
        words = text[start:stop].rstrip()
        if any(c.isalnum() for c in words):
            found.append(Sentence(words, offset + start, offset + start + len(words)))
        start = stop
    return found
