"""Document, Passage, Fact: a person's own papers and what was read from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from verivita.core.ids import DocumentId, FactId, PassageId


class DocumentKind(StrEnum):
    """What a paper is."""

    RESUME = "resume"
    NOTES = "notes"
    PORTFOLIO = "portfolio"


class DocumentStatus(StrEnum):
    """How far a paper has come."""

    QUEUED = "queued"
    READING = "reading"
    READY = "ready"
    FAILED = "failed"


class FactKind(StrEnum):
    """What a fact states."""

    NAME = "name"
    HEADLINE = "headline"
    EMAIL = "email"
    PHONE = "phone"
    LINK = "link"
    PLACE = "place"
    EMPLOYER = "employer"
    TITLE = "title"
    DATES = "dates"
    DEGREE = "degree"
    SCHOOL = "school"
    SKILL = "skill"
    METRIC = "metric"
    DUTY = "duty"
    PROJECT = "project"
    CERTIFICATE = "certificate"
    LANGUAGE = "language"
    SUMMARY = "summary"


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a document: characters `start` to `end` of its text, on `page` (from 1)."""

    start: int
    end: int
    page: int


@dataclass(frozen=True, slots=True)
class Fact:
    """One atomic statement of a paper; `value` is the normalised form, the words themselves lie at `span`.

    `entry` numbers the job, degree or project that the fact belongs to (None outside entries); `section` is the
    section's kind. For SKILL facts `value` is the skill id and `label` its name; for DATES `value` is
    "YYYY-MM/YYYY-MM" with an empty side for an open end ("2021-03/").
    """

    id: FactId
    document_id: DocumentId
    kind: FactKind
    value: str
    label: str
    span: Span
    section: str
    entry: int | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document, small enough to search and to cite."""

    id: PassageId
    document_id: DocumentId
    ordinal: int
    section: str
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class LineNote:
    """Whether one line was understood, and as what."""

    ordinal: int
    start: int
    end: int
    page: int
    understood: bool
    role: str
    """`heading`, `name`, `contact`, `entry`, `bullet`, `skills`, `text`, `furniture`, or `unknown`."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a paper was understood: every line that holds a word counts once."""

    understood: int
    total: int
    notes: tuple[LineNote, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A stored paper, without its bytes."""

    id: DocumentId
    kind: DocumentKind
    title: str
    filename: str
    media_type: str
    size: int
    content_hash: str
    status: DocumentStatus
    is_active: bool
    is_example: bool
    pages: int
    understood_lines: int
    total_lines: int
    warnings: tuple[str, ...]
    error_code: str | None
    error: str | None
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a paper that was given: the paper, the one it doubles, and the task that reads it."""

    document: Document
    duplicate_of: DocumentId | None
    task_id: UUID | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A verbatim line of a paper that shows something."""

    document_id: DocumentId
    fact_id: FactId | None
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class ShownSkill:
    """A skill that the papers show, with every place that shows it, and whether it was used in a job or only listed."""

    skill_id: str
    name: str
    evidence: tuple[Evidence, ...]
    used: bool = False


@dataclass(frozen=True, slots=True)
class ShownRole:
    """A job that the papers show. `end` None means it goes on; months are inclusive."""

    title: str
    employer: str
    start: date | None
    end: date | None
    evidence: Evidence
    duties: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownDegree:
    """A degree that the papers show; `level` is a value of postings' Education (none .. doctorate)."""

    level: str
    text: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class CandidateProfile:
    """What a person's active papers prove, all that matching may know: no name, no school, no photo, no age."""

    skills: tuple[ShownSkill, ...] = ()
    roles: tuple[ShownRole, ...] = ()
    degrees: tuple[ShownDegree, ...] = ()
    lines: tuple[Evidence, ...] = ()
    """Every duty, project and summary line, for responsibilities."""
    profile_hash: str = ""
    """SHA-256 over what matching reads; the same papers give the same hash."""


@dataclass(frozen=True, slots=True)
class ReadResult:
    """All that one reading of a document found."""

    text: str
    pages: int
    passages: tuple[Passage, ...]
    facts: tuple[Fact, ...]
    coverage: Coverage
    warnings: tuple[str, ...] = field(default_factory=tuple)
