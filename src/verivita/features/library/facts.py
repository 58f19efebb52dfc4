"""From an outline and the skills found to atomic facts, each with its verbatim span; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from verivita.core.ids import DocumentId, FactId
from verivita.engines.reading.metrics import find_metrics
from verivita.engines.reading.outline import Entry, Outline, Section, Value
from verivita.engines.reading.ports import ReadText
from verivita.engines.skills import SkillMention
from verivita.features.library.model import Fact, FactKind, Span
from verivita.features.library.shown import shown_skills, unlisted_skills

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÄÖÜÉ“\"(])")
_ITEM_KINDS = {"languages": FactKind.LANGUAGE}
_NAMED_KINDS = {
    "projects": FactKind.PROJECT,
    "certifications": FactKind.CERTIFICATE,
    "publications": FactKind.DUTY,
    "awards": FactKind.DUTY,
    "volunteering": FactKind.PROJECT,
    "other": FactKind.DUTY,
}
_TOLD = frozenset({"summary", "contact", "other", "interests"})
_JOINT = re.compile(r"[\s,:(–-]*(?:degree\s+)?(?:in|of|en|de|im)?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Finding:
    kind: FactKind
    value: str
    label: str
    start: int
    end: int
    page: int
    section: str
    entry: int | None


def facts_of(
    document_id: DocumentId,
    read: ReadText,
    outline: Outline,
    mentions: Sequence[SkillMention],
    mint: Callable[[], UUID],
) -> tuple[Fact, ...]:
    """Every fact that the paper states, in the order of its text.

    `mentions` are the skills found in `read.text`; `mint` makes the ids. Each fact's words are
    `read.text[span.start:span.end]`.
    """
    found = [*_person(outline), *_skills(read, outline, mentions), *_told_of(outline)]
    for section in outline.sections:
        found.extend(_section(read, section))
    unique = {(f.kind, f.start, f.end, f.value): f for f in found}
    order = sorted(unique.values(), key=lambda f: (f.start, -f.end, f.kind))
    return tuple(
        Fact(FactId(mint()), document_id, f.kind, f.value, f.label, Span(f.start, f.end, f.page), f.section, f.entry)
        for f in order
    )


def _finding(kind: FactKind, value: Value, section: str, entry: int | None = None) -> _Finding:
    label = " ".join(value.text.split()) if kind is FactKind.DATES else value.value
    return _Finding(kind, value.value, label, value.start, value.end, value.page, section, entry)


def _person(outline: Outline) -> Iterator[_Finding]:
    for kind, values in (
        (FactKind.NAME, (outline.name,)),
        (FactKind.HEADLINE, (outline.headline,)),
        (FactKind.EMAIL, outline.emails),
        (FactKind.PHONE, outline.phones),
        (FactKind.LINK, outline.links),
        (FactKind.PLACE, (outline.place,)),
    ):
        for value in values:
            if value is not None:
                yield _finding(kind, value, "contact")


def _told_of(outline: Outline) -> Iterator[_Finding]:
    """Titles, employers and degrees in running text: facts of no entry, so no job and no dates are made of them."""
    for kind, values in (
        (FactKind.TITLE, outline.told_titles),
        (FactKind.EMPLOYER, outline.told_employers),
        (FactKind.DEGREE, outline.told_degrees),
    ):
        for value in values:
            section = next((s.kind for s in outline.sections if s.start <= value.start < s.end), "other")
            yield _finding(kind, value, section)


def _section(read: ReadText, section: Section) -> Iterator[_Finding]:
    for entry in section.entries:
        yield from _entry(read, section.kind, entry)
    for item in section.items:
        if section.kind in _ITEM_KINDS:
            yield _finding(_ITEM_KINDS[section.kind], item, section.kind)
    told = FactKind.SUMMARY if section.kind in _TOLD else FactKind.DUTY
    if section.kind not in ("skills", "languages"):
        for text in section.texts:
            yield from _statements(read, told, text, section.kind, None)


def _entry(read: ReadText, kind: str, entry: Entry) -> Iterator[_Finding]:
    for fact_kind, value in (
        (FactKind.TITLE, entry.title),
        (FactKind.EMPLOYER, entry.employer),
        (FactKind.SCHOOL, entry.school),
        (FactKind.DEGREE, _degree(read, entry)),
        (FactKind.DATES, entry.dates),
        (FactKind.PLACE, entry.place),
    ):
        if value is not None:
            yield _finding(fact_kind, value, kind, entry.number)
    if entry.name is not None:
        named = _NAMED_KINDS.get(kind, FactKind.DUTY)
        yield _finding(named, entry.name, kind, entry.number)
        if named is FactKind.DUTY:
            yield from _metrics(read, entry.name, kind, entry.number)
    for bullet in entry.bullets:
        yield _finding(FactKind.DUTY, bullet, kind, entry.number)
        yield from _metrics(read, bullet, kind, entry.number)
    for text in entry.texts:
        yield from _statements(read, FactKind.DUTY, text, kind, entry.number)


def _degree(read: ReadText, entry: Entry) -> Value | None:
    """The degree with its field, where the field follows at once: "PhD in Computer Science"."""
    degree, field = entry.degree, entry.field
    if degree is None or field is None or field.start < degree.end:
        return degree
    if _JOINT.fullmatch(read.text[degree.end : field.start]) is None:
        return degree
    words = read.text[degree.start : field.end]
    return Value(words, degree.start, field.end, degree.page, " ".join(words.split()))


def _statements(read: ReadText, kind: FactKind, text: Value, section: str, entry: int | None) -> Iterator[_Finding]:
    """One finding for each sentence of a paragraph, with the figures in it."""
    at = 0
    cuts = [m.span() for m in _SENTENCE.finditer(text.text)]
    for start, end in [*cuts, (len(text.text), len(text.text))]:
        words = text.text[at:start]
        if any(c.isalpha() for c in words):
            value = Value(words, text.start + at, text.start + start, text.page, " ".join(words.split()))
            yield _finding(kind, value, section, entry)
            yield from _metrics(read, value, section, entry)
        at = end


def _metrics(read: ReadText, value: Value, section: str, entry: int | None) -> Iterator[_Finding]:
    for start, end in find_metrics(value.text):
        low, high = value.start + start, value.start + end
        words = " ".join(read.text[low:high].split())
        yield _Finding(FactKind.METRIC, words, words, low, high, value.page, section, entry)


def _skills(read: ReadText, outline: Outline, mentions: Sequence[SkillMention]) -> Iterator[_Finding]:
    for mention in shown_skills(read, outline, mentions):
        yield _skill(read, outline, mention.skill_id, mention.name, mention.start, mention.end)
    for id, item in unlisted_skills(read, outline, mentions):
        yield _skill(read, outline, id, " ".join(item.text.split()), item.start, item.end)


def _skill(read: ReadText, outline: Outline, id: str, name: str, start: int, end: int) -> _Finding:
    section = next((s for s in outline.sections if s.start <= start < s.end), None)
    entry = None
    if section is not None:
        entry = next((e.number for e in section.entries if e.start <= start < e.end), None)
    page = next((line.page for line in read.lines if line.start <= start < line.end), 1)
    kind = section.kind if section is not None else "other"
    return _Finding(FactKind.SKILL, id, name, start, end, page, kind, entry)
