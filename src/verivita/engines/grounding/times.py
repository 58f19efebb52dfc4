"""Dates and spans of time in a claim against those of its sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from verivita.engines.reading.dates import find_dates

_SINCE = re.compile(
    r"(?:since|from|as of|starting(?: in)?|onwards? from|ever since)\s+(?:early |late |mid-?)?$", re.IGNORECASE
)
_ENDS = re.compile(r"\s[-–—−]\s|[–—−]|\b(?:to|until|till|through|thru|and|bis|hasta)\b", re.IGNORECASE)
_NO_MONTH = re.compile(r"present|current|now|today|date|from|since", re.IGNORECASE)
_ON = re.compile(r"\s*(?:onwards?|to date|so far)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class When:
    """A point or span of time: first and last month as "YYYY-MM", "" for an open end, at `text[start:end]`.

    `years` is True where of the first point only the year is named, `years_last` where of the last; `since` where only
    the begin of a lasting time is named.
    """

    first: str
    last: str
    is_range: bool
    years: bool
    years_last: bool
    since: bool
    text: str


@lru_cache(maxsize=8192)
def times(text: str) -> tuple[When, ...]:
    """Every point and span of time in a text, in order."""
    found = []
    for span in find_dates(text):
        first, _, last = span.value.partition("/")
        words = text[span.start : span.end]
        ends = [_only_year(end) for end in _ENDS.split(words)]
        since = not span.is_range and bool(_SINCE.search(text[: span.start]) or _ON.match(text, span.end))
        since = since or (span.is_range and not last)
        found.append(When(first, last, span.is_range, ends[0], ends[-1], since, words.strip()))
    return tuple(found)


def _only_year(words: str) -> bool:
    return not re.search(r"[^\W\d_]{3}|\d[./]\d|\d-\d\d(?!\d)", _NO_MONTH.sub("", words))


def unproved(said: Sequence[When], core: Iterable[When], near: Iterable[When]) -> list[When]:
    """The times of a claim that the sources do not carry: the cited ones when they name a time, else their entry."""
    first, second = list(core), list(near)
    scope = first or second
    return [w for w in said if not _carried(w, scope) and not (_head(w, first) and _carried(w, second))]


def _head(said: When, core: Sequence[When]) -> bool:
    """A span, or a "since", speaks of the whole entry even where a cited line has a date of its own."""
    return said.is_range or said.since or not core


def lengths(found: Iterable[When], today: date) -> list[float]:
    """How many years each span of time lasted; an open one lasts until today."""
    out = []
    for when in found:
        if not when.is_range:
            continue
        begin = _months(when.first)
        end = _months(when.last) if when.last else today.year * 12 + today.month
        out.append((end - begin + 1) / 12)
        if when.years and when.years_last:
            out[-1] = int(when.last[:4] if when.last else today.year) - int(when.first[:4])
    return out


def _carried(said: When, known: Sequence[When]) -> bool:
    first, last = (said.first, said.years), (said.last, said.years_last)
    if said.is_range and said.last:
        points = [end for k in known if not k.is_range for end in _ends(k)]
        whole = any(_same(first, (k.first, k.years)) and _same(last, (k.last, k.years_last)) for k in known)
        return whole or (any(_same(first, one) for one in points) and any(_same(last, one) for one in points))
    if said.since:
        return any(_same(first, (k.first, k.years)) and (not k.last or not k.is_range) for k in known)
    return any(_same(first, end) for k in known for end in _ends(k))


def _ends(known: When) -> list[tuple[str, bool]]:
    first, last = (known.first, known.years), (known.last, known.years_last)
    return [end for end in (first, last) if end[0]] if known.is_range else [first]


def _same(said: tuple[str, bool], known: tuple[str, bool]) -> bool:
    """Equal as far as both are told: years where one names only the year."""
    if not said[0] or not known[0]:
        return said[0] == known[0]
    if said[1] or known[1]:
        return said[0][:4] == known[0][:4]
    return said[0] == known[0]


def _months(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:7])
