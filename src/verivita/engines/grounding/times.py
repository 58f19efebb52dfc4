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
_ON = re.compile(r"\s*(?:onwards?|to date|so far)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class When:
    """A point or span of time: first and last month as "YYYY-MM", "" for an open end, at `text[start:end]`.

    `years` is True where only years are named; `since` where only the begin of a lasting time is named.
    """

    first: str
    last: str
    is_range: bool
    years: bool
    since: bool
    text: str


@lru_cache(maxsize=8192)
def times(text: str) -> tuple[When, ...]:
    """Every point and span of time in a text, in order."""
    found = []
    for span in find_dates(text):
        first, _, last = span.value.partition("/")
        words = text[span.start : span.end]
        years = not re.search(
            r"[^\W\d_]{3}|\d[./]\d|\d-\d\d(?!\d)",
            re.sub(r"(?i)present|current|now|today|to date|date|until|till|from|since", "", words),
        )
        since = not span.is_range and bool(_SINCE.search(text[: span.start]) or _ON.match(text, span.end))
        since = since or (span.is_range and not last)
        found.append(When(first, last, span.is_range, years, since, words.strip()))
    return tuple(found)


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
        out.append((end - begin + (0 if when.years else 1)) / 12)
        if when.years:
            out[-1] = int(when.last[:4] if when.last else today.year) - int(when.first[:4])
    return out


def _carried(said: When, known: Sequence[When]) -> bool:
    if said.is_range and said.last:
        whole = any(_same(said.first, k.first, said, k) and _same(said.last, k.last, said, k) for k in known)
        apart = any(_point(said.first, k, said) for k in known if not k.is_range) and any(
            _point(said.last, k, said) for k in known if not k.is_range
        )
        return whole or apart
    if said.since:
        return any(_same(said.first, k.first, said, k) and (not k.last or not k.is_range) for k in known)
    return any(_point(said.first, k, said) for k in known)


def _point(month: str, known: When, said: When) -> bool:
    ends = [known.first, known.last] if known.is_range else [known.first]
    return any(_same(month, end, said, known) for end in ends if end)


def _same(said: str, known: str, one: When, two: When) -> bool:
    """Equal as far as both are told: years where one names only years."""
    if not said or not known:
        return said == known
    if one.years or two.years:
        return said[:4] == known[:4]
    return said == known


def _months(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:7])
