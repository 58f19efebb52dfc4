"""Which places of a paper speak of the person: a skill in a firm's name or in a referee's address is not theirs."""

from __future__ import annotations

from collections.abc import Callable

from verivita.engines.reading.outline import Outline
from verivita.engines.reading.ports import ReadText

_OF_OTHERS = frozenset({"references", "publications"})


def of_person(read: ReadText, outline: Outline) -> Callable[[int, int], bool]:
    """Tell of a span whether it may show a skill of the person.

    It may not in references and in the list of publications, in a heading or the person's name, nor inside the name
    of an employer, a school or a place ("Cisco", "School of Marketing", "Cypress, California").
    """
    shut = [(s.start, s.end) for s in outline.sections if s.kind in _OF_OTHERS]
    shut += [
        (line.start, line.end)
        for line, role in zip(read.lines, outline.roles, strict=True)
        if role in ("heading", "name")
    ]
    for section in outline.sections:
        for entry in section.entries:
            others = (entry.employer, entry.school, entry.place)
            shut += [(value.start, value.end) for value in others if value is not None]

    def may(start: int, end: int) -> bool:
        return not any(start < high and low < end for low, high in shut)

    return may
