"""A text -> its statements: sentences and bullets, with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator

from verivita.engines.grounding.model import Statement

_LINE = re.compile(r"[^\n]+")
_MARK = re.compile(r"\s*(?:[-*•●▪◦‣–—]|\d{1,2}[.)]|#{1,6})\s+")
_SENTENCE = re.compile(r"(?<=[.!?])[\"'’”)\]]*(?:\s*\[[\w:, -]{1,40}\])*\s+(?=[\"'“‘(\[]*[^\W_a-zß-öø-ÿ]|[`'\"“‘])")
_SHORT = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|prof|sr|jr|st|inc|ltd|co|corp|vs|etc|approx|dept|est|fig|no|vol|jan|feb|mar|apr|jun|jul|aug"
    r"|sep|sept|oct|nov|dec|e\.g|i\.e|b\.s|m\.s|b\.a|m\.a|ph\.d|u\.s|u\.k)|\b[A-Z])\.$",
    re.IGNORECASE,
)


_FILLER = re.compile(
    r"\W*(?:(?:yes|no|yeah|yea|yep|nope|sure|ok(?:ay)?|oh|wow|hi|hello|absolutely|definitely|indeed|certainly|really|great|"
    r"right|exactly|well|thanks|thank you|of course|that'?s right|it (?:really )?is|i see)\W*)+",
    re.IGNORECASE,
)


def statements(text: str) -> tuple[Statement, ...]:
    """The statements of a text in order, without bullet marks; a piece without a letter or digit is none.

    "Yes." and such state nothing by themselves and go with the sentence that follows in the same line.
    """
    return tuple(_trimmed(text, start, end) for start, end in _pieces(text) if any(map(str.isalnum, text[start:end])))


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    for line in _LINE.finditer(text):
        mark = _MARK.match(text, line.start(), line.end())
        at = mark.end() if mark else line.start()
        for cut in _SENTENCE.finditer(text, at, line.end()):
            if not _SHORT.search(text[at : cut.start()]) and not _FILLER.fullmatch(text, at, cut.start()):
                yield at, cut.start() + len(cut[0].rstrip())
                at = cut.end()
        yield at, line.end()


def _trimmed(text: str, start: int, end: int) -> Statement:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    end -= len(piece) - len(piece.rstrip())
    return Statement(text[start:end], start, end)
