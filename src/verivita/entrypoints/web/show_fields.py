"""From the facts of a paper to the fields at its right: person, each job, each degree, skills, the rest."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from verivita.core.ids import FactId
from verivita.entrypoints.web.paper_views import FieldGroup, FieldView, ValueView
from verivita.entrypoints.web.words import plural
from verivita.features.library import Fact, FactKind, named_skills

_PERSON = {
    FactKind.NAME: "Name",
    FactKind.HEADLINE: "Headline",
    FactKind.EMAIL: "E-mail",
    FactKind.PHONE: "Phone",
    FactKind.PLACE: "Place",
    FactKind.LINK: "Link",
}
_ENTRY = {
    FactKind.TITLE: "Title",
    FactKind.EMPLOYER: "Employer",
    FactKind.DEGREE: "Degree",
    FactKind.SCHOOL: "School",
    FactKind.PROJECT: "Project",
    FactKind.DATES: "Dates",
    FactKind.CERTIFICATE: "Certificate",
    FactKind.PLACE: "Place",
}
_LINES = (FactKind.DUTY, FactKind.METRIC, FactKind.SUMMARY)
_HEADS = {"experience": "Experience", "education": "Education", "projects": "Projects", "certificates": "Certificates"}
MOST_VALUES = 40


class _Placer:
    """Where a fact stands: its number, its link and the words for its place."""

    def __init__(
        self, numbers: Mapping[FactId, int], lines: Sequence[tuple[int, int, int]], url: str, page: int, pages: int
    ) -> None:
        self.numbers, self._lines, self._url, self._page, self._pages = numbers, lines, url, page, pages
        self._starts = [start for start, _, _ in lines]

    def line(self, fact: Fact) -> int:
        """The line (from 1) in which the fact starts."""
        return max(1, bisect_right(self._starts, fact.span.start))

    def value(self, fact: Fact, text: str) -> ValueView:
        """The value with its place."""
        line, no = self.line(fact), self.numbers.get(fact.id)
        anchor = f"#p{no}" if no is not None else f"#line{line}"
        elsewhere = self._pages > 1 and fact.span.page != self._page
        href = f"{self._url}?page={fact.span.page}{anchor}" if elsewhere else anchor
        at = f"page {fact.span.page}, line {line}" if self._pages > 1 else f"line {line}"
        return ValueView(text, href, at)


def field_groups(
    facts: Sequence[Fact],
    numbers: Mapping[FactId, int],
    lines: Sequence[tuple[int, int, int]],
    url: str,
    page: int,
    pages: int,
) -> tuple[FieldGroup, ...]:
    """Groups in the order of reading; a group without fields is left out. `lines` are (start, end, number)."""
    place = _Placer(numbers, lines, url, page, pages)
    loose = [fact for fact in facts if fact.entry is None]
    groups = [FieldGroup("Person", _keyed(place, loose, _PERSON))]
    entries: dict[int, list[Fact]] = {}
    for fact in facts:
        if fact.entry is not None:
            entries.setdefault(fact.entry, []).append(fact)
    for _, members in sorted(entries.items(), key=lambda item: min(fact.span.start for fact in item[1])):
        groups.append(FieldGroup(_head(members), _keyed(place, members, _ENTRY) + _line_field(place, members)))
    taken = {**_PERSON}
    other = {kind: label for kind, label in _ENTRY.items() if kind not in taken}
    groups.append(FieldGroup("Other lines", _keyed(place, loose, other) + _line_field(place, loose)))
    groups.append(FieldGroup("Skills and languages", _lists(place, facts)))
    return tuple(group for group in groups if group.fields)


def said_dates(value: str) -> str:
    """ "2021-03/" -> "March 2021 to now"; an unreadable value is given back as it is."""
    start, slash, end = value.partition("/")
    if not slash:
        return _month(start)
    return f"{_month(start)} to {_month(end) if end else 'now'}" if start else f"until {_month(end)}"


def _month(text: str) -> str:
    year, dash, month = text.partition("-")
    if not dash or not month.isdigit() or not year.isdigit() or not 1 <= int(month) <= 12:
        return text
    return f"{date(2000, int(month), 1):%B} {year}"


def _head(members: Iterable[Fact]) -> str:
    section = next((fact.section for fact in members), "")
    return _HEADS.get(section, section.replace("_", " ").capitalize() or "Entry")


def _keyed(place: _Placer, facts: Sequence[Fact], labels: Mapping[FactKind, str]) -> tuple[FieldView, ...]:
    rows = []
    for kind, label in labels.items():
        for fact in facts:
            if fact.kind is kind:
                text = said_dates(fact.value) if kind is FactKind.DATES else fact.label or fact.value
                rows.append(FieldView(place.numbers.get(fact.id), label, (place.value(fact, text),)))
    return tuple(sorted(rows, key=lambda row: row.no if row.no is not None else len(facts)))


def _line_field(place: _Placer, facts: Sequence[Fact]) -> tuple[FieldView, ...]:
    """One row for the plain lines of an entry: how many, and where they start."""
    found = sorted({place.line(fact): fact for fact in reversed(facts) if fact.kind in _LINES}.items())
    if not found:
        return ()
    first = found[0][1]
    return (FieldView(place.numbers.get(first.id), "Facts", (place.value(first, plural(len(found), "line")),)),)


def _lists(place: _Placer, facts: Sequence[Fact]) -> tuple[FieldView, ...]:
    """What the paper names as skills, what else its sentences show, and languages; each once, where it stands first."""
    named = named_skills(facts)
    skills = [fact for fact in facts if fact.kind is FactKind.SKILL]
    known = {fact.value for fact in skills if fact.id in named}
    rows = (
        ("Skills", [fact for fact in skills if fact.id in named]),
        ("In sentences", [fact for fact in skills if fact.value not in known]),
        ("Languages", [fact for fact in facts if fact.kind is FactKind.LANGUAGE]),
    )
    return tuple(_values(place, label, of) for label, of in rows if of)


def _values(place: _Placer, label: str, facts: Sequence[Fact]) -> FieldView:
    first: dict[str, Fact] = {}
    for fact in facts:
        first.setdefault(fact.value, fact)
    shown = list(first.values())[:MOST_VALUES]
    return FieldView(None, label, tuple(place.value(fact, fact.label or fact.value) for fact in shown))
