"""From a reading to its outline: sections, entries, contact data, and a role for every line."""

from __future__ import annotations

from collections.abc import Sequence

from verivita.engines.reading.contact import emails, links, phones, places
from verivita.engines.reading.entries import entries_of
from verivita.engines.reading.lines import Heading, Look, find_headings, look_at
from verivita.engines.reading.names import find_headline, find_name
from verivita.engines.reading.outline import Entry, Outline, Section, Value
from verivita.engines.reading.paragraphs import Part, items_of, paragraphs_of, value_of
from verivita.engines.reading.ports import ReadText
from verivita.engines.reading.told import told_of

_ENTRY_KINDS = frozenset(
    {"experience", "education", "projects", "certifications", "publications", "awards", "volunteering", "references"}
)
_LIST_KINDS = frozenset({"skills", "languages", "interests"})


def outline_of(read: ReadText) -> Outline:
    """Find what a resume says. Pure: the same reading gives the same outline."""
    looks = look_at(read)
    headings = find_headings(looks)
    roles = ["furniture" if line.furniture else "unknown" for line in read.lines]
    sections: list[Section] = []
    number = 0
    for heading, part in _cut(looks, headings):
        section = _section(read, heading, part, number, roles)
        number += len(section.entries)
        sections.append(section)
    head = _head(looks, headings)
    name = find_name(read, head, looks)
    headline = find_headline(read, head, name)
    area = _contact_area(looks, sections, head)
    place = _place(read, area)
    for value, role in ((name, "name"), (headline, "contact"), (place, "contact")):
        if value is not None:
            _mark(read, roles, value, role)
    told = told_of(read, sections, name)
    return Outline(
        name,
        headline,
        _contacts(read, looks, emails, roles),
        _contacts(read, area, phones, roles),
        _contacts(read, area, links, roles),
        place,
        tuple(sections),
        tuple(roles),
        told.titles,
        told.employers,
        told.degrees,
    )


def _cut(looks: Sequence[Look], headings: Sequence[Heading]) -> list[tuple[Heading | None, list[Look]]]:
    by_index = {heading.index: heading for heading in headings}
    parts: list[tuple[Heading | None, list[Look]]] = [(None, [])]
    for look in looks:
        heading = by_index.get(look.index)
        if heading is not None:
            parts.append((heading, []))
        parts[-1][1].append(look)
    return [part for part in parts if part[1]]


def _head(looks: Sequence[Look], headings: Sequence[Heading]) -> list[Look]:
    first = min((h.index for h in headings), default=len(looks))
    head = [look for look in looks if look.index < first]
    return head or list(looks[:8])


def _section(read: ReadText, heading: Heading | None, part: list[Look], number: int, roles: list[str]) -> Section:
    kind = heading.kind if heading is not None else "contact"
    title = None
    parts = [Part(look, look.line.start) for look in part]
    if heading is not None:
        first = part[0]
        roles[first.index] = "heading"
        length = len(first.text[: heading.length].rstrip(" :\t"))
        title = value_of(read, first.line.start, first.line.start + length, first.line.page)
        parts = parts[1:]
        if heading.length < len(first.text):
            parts = [Part(first, first.line.start + heading.length), *parts]
    entries: tuple[Entry, ...] = ()
    texts: tuple[Value, ...] = ()
    items: tuple[Value, ...] = ()
    if kind in _ENTRY_KINDS or (kind == "other" and _dated(parts)):
        entries, rest = entries_of(read, kind, parts, number)
        texts = paragraphs_of(read, rest)
        _mark_entries(entries, parts, roles)
        _mark_parts(rest, roles, "text")
    elif kind != "contact":
        texts = paragraphs_of(read, parts)
        items = items_of(read, parts) if kind in _LIST_KINDS else ()
        _mark_parts(parts, roles, "skills" if kind == "skills" else "text")
    elif heading is not None:
        _mark_parts(parts, roles, "contact")
    else:
        intro = [part for part in parts if len(part.text) >= 60 and not emails(part.text) and not phones(part.text)]
        texts = paragraphs_of(read, intro)
        _mark_parts(intro, roles, "text")
    start, end = part[0].line.start, part[-1].line.end
    return Section(kind, title, start, end, tuple(look.index for look in part), entries, texts, items)


def _dated(parts: Sequence[Part]) -> bool:
    return any(part.look.dates for part in parts)


def _mark_parts(parts: Sequence[Part], roles: list[str], role: str) -> None:
    for part in parts:
        if roles[part.look.index] == "unknown":
            roles[part.look.index] = "bullet" if part.look.bullet and role == "text" else role


def _mark_entries(entries: Sequence[Entry], parts: Sequence[Part], roles: list[str]) -> None:
    starts = {part.look.index: part.look.line for part in parts}
    for entry in entries:
        for index in entry.lines:
            if roles[index] != "unknown":
                continue
            line = starts[index]
            inside = any(b.start < line.end and line.start < b.end for b in entry.bullets)
            written = any(t.start < line.end and line.start < t.end for t in entry.texts)
            roles[index] = "bullet" if inside else "text" if written else "entry"


def _mark(read: ReadText, roles: list[str], value: Value, role: str) -> None:
    for index, line in enumerate(read.lines):
        if line.start <= value.start < line.end and roles[index] in ("unknown", "contact"):
            roles[index] = role


def _contact_area(looks: Sequence[Look], sections: Sequence[Section], head: Sequence[Look]) -> list[Look]:
    """The head and every section of contact data; the last lines too, where some papers put links."""
    inside = {index for section in sections if section.kind == "contact" for index in section.lines}
    inside |= {look.index for look in head}
    inside |= {look.index for look in looks[-2:] if len(look.text) < 120 and not look.bullet}
    return [look for look in looks if look.index in inside]


def _contacts(read: ReadText, area: Sequence[Look], find: object, roles: list[str]) -> tuple[Value, ...]:
    out: list[Value] = []
    seen: set[str] = set()
    for look in area:
        for start, end in find(look.text):  # type: ignore[operator]
            if find is phones and any(d.start < end and start < d.end for d in look.dates):
                continue
            value = value_of(read, look.line.start + start, look.line.start + end, look.line.page)
            if roles[look.index] == "unknown":
                roles[look.index] = "contact"
            if value.value.lower() not in seen:
                seen.add(value.value.lower())
                out.append(value)
    return tuple(out)


def _place(read: ReadText, area: Sequence[Look]) -> Value | None:
    for look in area:
        for start, end in places(look.text):
            if len(look.text) <= 200:
                return value_of(read, look.line.start + start, look.line.start + end, look.line.page)
    return None
