"""The record: jobs, schools, languages and certificates as the active papers state them, each with its lines; pure.

More than matching may know, so it is apart from the profile: it answers the person's own questions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from verivita.core.text import fold, squeeze
from verivita.features.library.model import Evidence, Fact, FactKind, Span
from verivita.features.library.profile import ActivePaper, by_entry, months

_LONGEST_HEAD = 300
"""Characters from the title to the dates of an entry; where they lie further apart, its dates are not told."""
_YEARS_ALONE = re.compile(
    r"(?:\d{4}|present|now|today|current(?:ly)?|ongoing|to|until|since|from|bis|heute|seit|hasta|actualidad|desde|depuis"
    r"|aujourd.hui|[\W_])+"
)


@dataclass(frozen=True, slots=True)
class Stay:
    """A job or a school: what it is called, where, when, and the lines that say so.

    `dates` are the paper's own words, "" where they are not known or stand far from the name. `most` holds the months
    that they span, counted from year 0; `least` those that are certain, where they name years alone.
    """

    title: str
    place: str
    dates: str
    most: range
    least: range
    goes_on: bool
    evidence: Evidence
    lines: tuple[Evidence, ...]
    skills: frozenset[str]


@dataclass(frozen=True, slots=True)
class Named:
    """A language or certificate in the paper's words, and the line in which it stands."""

    words: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Record:
    """What the active papers state; jobs newest first. What two papers state comes once."""

    jobs: tuple[Stay, ...]
    schools: tuple[Stay, ...]
    languages: tuple[Named, ...]
    certificates: tuple[Named, ...]


def record_of(papers: Sequence[ActivePaper], day: date) -> Record:
    """Put the facts of all active papers together; what has no end goes on to `day`."""
    jobs = sorted(_stays(papers, "experience", FactKind.TITLE, FactKind.EMPLOYER, day), key=_recent, reverse=True)
    schools = _stays(papers, "education", FactKind.DEGREE, FactKind.SCHOOL, day)
    return Record(tuple(jobs), tuple(schools), _named(papers, FactKind.LANGUAGE), _named(papers, FactKind.CERTIFICATE))


def _recent(stay: Stay) -> tuple[int, int]:
    return (stay.most.stop, stay.most.start)


def _stays(papers: Sequence[ActivePaper], section: str, title: FactKind, place: FactKind, day: date) -> Iterator[Stay]:
    seen: set[tuple[str, str, int]] = set()
    for paper in papers:
        for facts in by_entry(paper, section):
            stay = _stay(paper, facts, title, place, day)
            if stay is not None and (key := (fold(stay.title), fold(stay.place), stay.most.start)) not in seen:
                seen.add(key)
                yield stay


def _stay(paper: ActivePaper, facts: Sequence[Fact], title: FactKind, place: FactKind, day: date) -> Stay | None:
    first = {kind: next((f for f in facts if f.kind is kind), None) for kind in (title, place, FactKind.DATES)}
    dates = first[FactKind.DATES]
    called = [fact for fact in (first[title], first[place]) if fact is not None]
    if not called:
        return None
    head = _lines(paper, called)
    if dates is not None:
        whole = _lines(paper, [*called, dates])
        head, dates = (whole, dates) if len(whole.text) <= _LONGEST_HEAD else (head, None)
    most, least, goes_on = _times(dates, day)
    return Stay(
        _words(paper, first[title]),
        _words(paper, first[place]),
        squeeze(dates.label) if dates is not None else "",
        most,
        least,
        goes_on,
        head,
        tuple(_lines(paper, [fact]) for fact in facts if fact.kind is FactKind.DUTY),
        frozenset(fact.value for fact in facts if fact.kind is FactKind.SKILL),
    )


def _times(dates: Fact | None, day: date) -> tuple[range, range, bool]:
    """The months that dates span, those that are certain, and whether they go on."""
    start, end = months(dates.value) if dates is not None else (None, None)
    if dates is None or start is None:
        return range(0), range(0), False
    low, high = _number(start), _number(end or day) + 1
    if not _YEARS_ALONE.fullmatch(fold(dates.label)):
        return range(low, high), range(low, high), end is None
    # "2015 - 2018" may begin in December and end in January.
    return range(low, high), range(low + 11, high if end is None else high - 11), end is None


def _number(month: date) -> int:
    return month.year * 12 + month.month - 1


def _named(papers: Sequence[ActivePaper], kind: FactKind) -> tuple[Named, ...]:
    found: dict[str, Named] = {}
    for paper in papers:
        for fact in paper.facts:
            if fact.kind is kind:
                words = _words(paper, fact)
                found.setdefault(fold(words), Named(words, _lines(paper, [fact])))
    return tuple(found.values())


def _words(paper: ActivePaper, fact: Fact | None) -> str:
    return squeeze(paper.text[fact.span.start : fact.span.end]) if fact is not None else ""


def _lines(paper: ActivePaper, facts: Sequence[Fact]) -> Evidence:
    """The whole lines from the first of these facts to the last, without a mark of a list or heading before them."""
    first = min(facts, key=lambda fact: fact.span.start)
    last = max(fact.span.end for fact in facts)
    start = paper.text.rfind("\n", 0, first.span.start) + 1
    stop = paper.text.find("\n", max(first.span.start, last - 1))
    while start < first.span.start and not paper.text[start].isalnum():
        start += 1
    text = paper.text[start : len(paper.text) if stop < 0 else stop].rstrip()
    return Evidence(first.document_id, facts[0].id, text, Span(start, start + len(text), first.span.page))
