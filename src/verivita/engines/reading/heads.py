"""The head of an entry taken apart: title, employer, school, degree, field, dates and place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from verivita.engines.reading.dates import find_dates
from verivita.engines.reading.head_chunks import Chunk, chunks_of, cuts, without_place
from verivita.engines.reading.head_words import (
    CITATION,
    CITED,
    DID,
    FIELD,
    FIRM,
    INTO,
    LABELLED,
    OCCASION,
    SERVED_ON,
)
from verivita.engines.reading.lexicon import degree_span, employer_score, school_score, title_score, trade_word
from verivita.engines.reading.outline import Value
from verivita.engines.reading.paragraphs import Part, value_of
from verivita.engines.reading.ports import ReadText

_COMMA = re.compile(r"\s*[,;]\s+|\s+,\s*")
_LINKING = frozenset("of and the for in at on to de la du der des von y et und a an".split())  # noqa: SIM905
_DANGLING = re.compile(r"\s[-–—]\s*$")
_NUMBERED = re.compile(r"^\(?\d{1,2}[.)]\s+(?=\S)")


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of one entry says; what it does not say is None."""

    title: Value | None = None
    employer: Value | None = None
    school: Value | None = None
    degree: Value | None = None
    field: Value | None = None
    name: Value | None = None
    dates: Value | None = None
    place: Value | None = None


def parse_head(read: ReadText, kind: str, parts: Sequence[Part]) -> Head:
    """Take the head lines of a job, degree or project apart."""
    dates = _dates(read, parts)
    chunks: list[Chunk] = []
    place: Value | None = None
    for part in parts:
        given: list[Chunk] = []
        for chunk in chunks_of(part):
            found, rest = without_place(chunk)
            if found is not None and place is None:
                place = value_of(read, *found, chunk.page)
            given.extend(rest)
        chunks = _dangling(kind, chunks, given) if _DANGLING.search(part.text) else chunks + given
    head = Head(dates=dates, place=place)
    if kind == "education":
        return _education(read, chunks, head)
    if any(CITATION.search(part.text) for part in parts):
        return _named(read, chunks, head)
    if kind in ("experience", "volunteering"):
        return _job(read, chunks, head)
    if kind == "other" and head.dates is not None and any(title_score(c.text) >= 1 for c in chunks):
        return _job(read, chunks, head)
    return _named(read, chunks, head)


def _dangling(kind: str, above: list[Chunk], given: list[Chunk]) -> list[Chunk]:
    """A line cut off behind its dash names the employer or school of the one thing above it: forms print them so."""
    first, second = ("degree", "school") if kind == "education" else ("title", "employer")
    if len(above) != 1 or not given or above[0].label or given[0].label:
        return above + given
    return [replace(above[0], label=first), replace(given[0], label=second), *given[1:]]


def late_head(read: ReadText, kind: str, head: Head, parts: Sequence[Part]) -> Head:
    """The head of a job with the title or employer that the lines below it tell: by a label, or plainly on a line."""
    for part in parts:
        if head.title is not None and head.employer is not None:
            break
        if len(part.text) > 80 or _told(part.text):
            continue
        late = parse_head(read, kind, [part])
        if head.title is None and late.title is not None and title_score(late.title.text) >= 1:
            head = replace(head, title=late.title)
        if head.employer is None and late.employer is not None and employer_score(late.employer.text) >= 1.2:
            head = replace(head, employer=late.employer)
    return head


def list_head(read: ReadText, parts: Sequence[Part], aside: Sequence[Part] = ()) -> Head:
    """The head of an item of a list: its name is the whole line or paragraph without a date set apart.

    `aside` are lines before it that hold only its date.
    """
    first, last = parts[0], parts[-1]
    start = max(first.start, first.look.line.start + first.look.bullet)
    number = _NUMBERED.match(read.text[start : first.look.line.end])
    start += number.end() if number is not None else 0
    end = last.look.line.end
    cut = last.text.find("\t")
    if cut > 0 and len(parts) == 1:
        end = last.start + cut
    return Head(name=value_of(read, start, end, first.look.line.page), dates=_dates(read, [*aside, *parts]))


def _dates(read: ReadText, parts: Sequence[Part]) -> Value | None:
    """The first range of the head, else its first date."""
    single: Value | None = None
    for part in parts:
        for date in part.look.dates:
            start = part.look.line.start + date.start
            if start < part.start:
                continue
            value = value_of(read, start, part.look.line.start + date.end, part.look.line.page, date.value)
            if date.is_range:
                return value
            single = single or value
    return single


def _value(read: ReadText, chunk: Chunk) -> Value:
    return value_of(read, chunk.start, chunk.start + len(chunk.text), chunk.page)


def _labelled(chunks: Sequence[Chunk], label: str) -> Chunk | None:
    return next((chunk for chunk in chunks if chunk.label == label), None)


def _named(read: ReadText, chunks: Sequence[Chunk], head: Head) -> Head:
    name = _labelled(chunks, "name") or (chunks[0] if chunks else None)
    return replace(head, name=_value(read, name)) if name is not None else head


def _job(read: ReadText, chunks: list[Chunk], head: Head) -> Head:
    title, employer = _labelled(chunks, "title"), _labelled(chunks, "employer")
    free = _free(chunks, title, employer)
    if title is None:
        title = max(free, key=lambda c: title_score(c.text), default=None)
        if title is not None and title_score(title.text) < 0.6:
            title = None
    free = [c for c in free if c is not title]
    if employer is None and free:
        employer = max(free, key=lambda c: (employer_score(c.text) >= 0.8) - 0.6 * (title_score(c.text) >= 1))
        free = [c for c in free if c is not employer]
    if title is None and free and employer is not None:
        title, employer = _unnamed(free[0], employer, head)
    elif title is None and employer is not None and employer_score(employer.text) < 0.8 and head.dates is None:
        employer = None
    elif title is not None and employer is None:
        split = _at_comma(title)
        if len(split) == 2:
            title, employer = sorted(split, key=lambda c: -title_score(c.text))
    if employer is not None and (SERVED_ON.search(employer.text) if title is not None else _no_job(employer, head)):
        return replace(head, name=_value(read, employer))
    return replace(
        head,
        title=_value(read, title) if title is not None else None,
        employer=_value(read, employer) if employer is not None else None,
    )


def _no_job(employer: Chunk, head: Head) -> bool:
    """A name without a title and a span of time is no employer when it is of a talk or paper, or of no telling word."""
    if employer.label is not None:
        return False
    if head.dates is not None and any(date.is_range for date in find_dates(head.dates.text)):
        return False
    unlikely = head.dates is not None and employer_score(employer.text) < 0.8
    return unlikely or OCCASION.search(employer.text) is not None


def _free(chunks: list[Chunk], title: Chunk | None, employer: Chunk | None) -> list[Chunk]:
    """Chunks without a label that may name a job or an employer; a client only where nothing else does."""
    free = [c for c in chunks if c not in (title, employer) and len(c.text) <= 110 and _names(c)]
    free = [c for c in free if c.label != "client"] or free
    return _apart(free[0]) if title is None and employer is None and len(free) == 1 else free


def _apart(chunk: Chunk) -> list[Chunk]:
    """One chunk that may be title and employer at once: cut at a comma, or behind the trade before a firm's name."""
    pieces = _at_comma(chunk)
    if len(pieces) == 2:
        return pieces
    for match in reversed(list(re.finditer(r"(?<=\w)\s+(?=[A-Z])", chunk.text))):
        first, rest = chunk.text[: match.start()], chunk.text[match.end() :]
        if trade_word(first.split()[-1].lower()) and FIRM.search(rest) and not trade_word(rest.split()[-1].lower()):
            return [replace(chunk, text=first), replace(chunk, text=rest, start=chunk.start + match.end())]
    return pieces


def _unnamed(one: Chunk, employer: Chunk, head: Head) -> tuple[Chunk | None, Chunk | None]:
    """Two names and no word of trades: the first is the employer, unless nothing else shows that this is a job."""
    spanned = head.dates is not None and not _within_a_year(head.dates.value)
    if employer_score(employer.text) >= 0.8:
        return (one if spanned and one.start > employer.start else None), employer
    if not spanned:
        return None, None
    return (employer, one) if one.start < employer.start else (one, employer)


def _within_a_year(dates: str) -> bool:
    first, _, last = dates.partition("/")
    return first[:4] == last[:4]


def _names(chunk: Chunk) -> bool:
    """Whether words can name a job or an employer: no label with a value, citation or sentence."""
    if LABELLED.match(chunk.text) or CITED.search(chunk.text) or _told(chunk.text) or DID.match(chunk.text):
        return False
    return chunk.text[:1].isupper() or title_score(chunk.text) >= 1


def titled(text: str) -> bool:
    """Whether nearly all words are capital ones, as in a name; joining words do not count."""
    words = [word for word in text.split() if word[:1].isalpha() and word.lower() not in _LINKING]
    return sum(word[0].isupper() for word in words) > 0.8 * len(words)


def _told(text: str) -> bool:
    """Whether most words are in lower case, as in a sentence; joining words do not count."""
    words = [word for word in text.split() if word[:1].isalpha() and word.lower() not in _LINKING]
    return len(words) >= 4 and sum(word[0].islower() for word in words) > 0.6 * len(words)


def _at_comma(chunk: Chunk) -> list[Chunk]:
    """`Nexus AI, Co-Founder & CTO` -> two chunks, when exactly one side of a comma looks like a title."""
    for match in _COMMA.finditer(chunk.text):
        first, rest = chunk.text[: match.start()], chunk.text[match.end() :]
        one, two = title_score(first), title_score(rest)
        if (one >= 1) != (two >= 1) and first and rest and not _department(first, rest):
            return [replace(chunk, text=first), replace(chunk, text=rest, start=chunk.start + match.end())]
    return [chunk]


def _department(first: str, rest: str) -> bool:
    """`Manager, Sales`: a word of trades, then a field of work rather than an employer."""
    return (
        title_score(first) >= 1
        and len(rest.split()) <= 2
        and FIELD.search(rest) is not None
        and employer_score(rest) < 0.8
    )


def _education(read: ReadText, chunks: Sequence[Chunk], head: Head) -> Head:
    pieces = _pieces(chunks)
    degree = field = school = None
    for piece in pieces:
        found = degree_span(piece.text) if piece.label != "school" else None
        rest = piece
        if found is not None:
            degree = degree or replace(piece, text=piece.text[found[0] : found[1]], start=piece.start + found[0])
            rest = _after(piece, found[1])
        if not rest.text:
            continue
        if school is None and (school_score(rest.text) or piece.label == "school"):
            field_part, school = _from(rest)
            field = field or field_part
        elif field is None and _may_be_field(rest, found is not None):
            field = rest
        elif school is None and found is None and degree is None and employer_score(rest.text) >= 0.8:
            school = rest
    school = school or _other(pieces, degree, field)
    values = {"school": school, "degree": degree, "field": field}
    return replace(head, **{name: _value(read, chunk) for name, chunk in values.items() if chunk is not None})


def _pieces(chunks: Sequence[Chunk]) -> list[Chunk]:
    """Chunks cut at their commas."""
    return [
        replace(chunk, text=chunk.text[low:high], start=chunk.start + low)
        for chunk in chunks
        for low, high in cuts(chunk.text, 0, len(chunk.text), _COMMA)
        if any(c.isalpha() for c in chunk.text[low:high])
    ]


def _may_be_field(chunk: Chunk, after_degree: bool) -> bool:
    told = after_degree or chunk.label == "field" or FIELD.search(chunk.text) is not None
    return told and any(c.isalpha() for c in chunk.text)


def _after(piece: Chunk, at: int) -> Chunk:
    """What follows a degree, without "in", "of" and the like."""
    shift = INTO.match(piece.text[at:])
    start = at + (shift.end() if shift is not None else 0)
    return replace(piece, text=piece.text[start:].rstrip(" )("), start=piece.start + start)


def _from(chunk: Chunk) -> tuple[Chunk | None, Chunk]:
    """`Finance from University of X`, `Finance (University of X)`, `Finance University of X` -> field and school."""
    match = re.search(r"\s+(?:from|at)\s+(?=[A-Z])|\s*\((?=[A-Z])", chunk.text)
    if match is None:
        match = re.search(r"\s+(?=(?:The )?(?:University|College|Institute|School|Academy) of\s)", chunk.text)
        if match is None or not any(found.end() == match.start() for found in FIELD.finditer(chunk.text)):
            return None, chunk
    if match.start() < 2 or school_score(chunk.text[: match.start()]):
        return None, chunk
    school = replace(chunk, text=chunk.text[match.end() :].rstrip(")"), start=chunk.start + match.end())
    return replace(chunk, text=chunk.text[: match.start()]), school


def _other(pieces: Sequence[Chunk], degree: Chunk | None, field: Chunk | None) -> Chunk | None:
    """The piece that is neither degree nor field, when there is just a name left: a school without a telling word."""
    taken = [c for c in (degree, field) if c is not None]
    for piece in pieces:
        apart = all(piece.start + len(piece.text) <= c.start or piece.start >= c.start + len(c.text) for c in taken)
        if apart and taken and piece.text[:1].isupper() and 1 <= len(piece.text.split()) <= 7:
            return piece
    return None
