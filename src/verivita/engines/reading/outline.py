"""What a resume says, as found in its text: sections, entries and values, each with its exact span."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Value:
    """Something that the text says at `text[start:end]`; `value` is its normalised form, often the same words."""

    text: str
    start: int
    end: int
    page: int
    value: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One job, degree, project or other item of a section; lines are indices into `ReadText.lines`."""

    number: int
    start: int
    end: int
    lines: tuple[int, ...]
    title: Value | None = None
    employer: Value | None = None
    school: Value | None = None
    degree: Value | None = None
    field: Value | None = None
    name: Value | None = None
    """The head of an entry that is neither a job nor a degree: a project, certificate, award, publication."""
    dates: Value | None = None
    """`value` is "YYYY-MM/YYYY-MM", with an empty side for an open end."""
    place: Value | None = None
    bullets: tuple[Value, ...] = ()
    texts: tuple[Value, ...] = ()
    """Running text of the entry that is no bullet."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the paper under one heading; the part before the first heading has the kind `contact`."""

    kind: str
    heading: Value | None
    start: int
    end: int
    lines: tuple[int, ...]
    entries: tuple[Entry, ...] = ()
    texts: tuple[Value, ...] = ()
    """Paragraphs outside entries."""
    items: tuple[Value, ...] = ()
    """The single things of a list (skills, languages, interests)."""


@dataclass(frozen=True, slots=True)
class Outline:
    """All that was found; `roles` has one word for each line of the reading (see LineNote)."""

    name: Value | None
    headline: Value | None
    emails: tuple[Value, ...]
    phones: tuple[Value, ...]
    links: tuple[Value, ...]
    place: Value | None
    sections: tuple[Section, ...]
    roles: tuple[str, ...]
    told_titles: tuple[Value, ...] = ()
    told_employers: tuple[Value, ...] = ()
    told_degrees: tuple[Value, ...] = ()
    """What running text says outside the heads of entries: "five years as a nurse"."""
