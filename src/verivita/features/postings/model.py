"""Posting and its parts: a job as one source wrote it, understood and normalised."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from verivita.core.ids import CompanyId, PostingId, RunId
from verivita.core.money import Pay


class LocationType(StrEnum):
    """Where the work is done."""

    REMOTE = "remote"
    HYBRID = "hybrid"
    ONSITE = "onsite"
    UNKNOWN = "unknown"


class Level(StrEnum):
    """Seniority that a posting asks for, lowest first."""

    INTERN = "intern"
    ENTRY = "entry"
    MID = "mid"
    SENIOR = "senior"
    STAFF = "staff"
    LEAD = "lead"
    MANAGER = "manager"
    DIRECTOR = "director"
    EXECUTIVE = "executive"
    UNKNOWN = "unknown"


class Employment(StrEnum):
    """Kind of contract."""

    FULL_TIME = "full_time"
    PART_TIME = "part_time"
    CONTRACT = "contract"
    TEMPORARY = "temporary"
    INTERNSHIP = "internship"
    UNKNOWN = "unknown"


class CompanySize(StrEnum):
    """Size of the employer by people: startup to 50, small to 200, medium to 1,000, large to 10,000, enterprise."""

    STARTUP = "startup"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"
    ENTERPRISE = "enterprise"


class Education(StrEnum):
    """Level of schooling, lowest first."""

    NONE = "none"
    SECONDARY = "secondary"
    ASSOCIATE = "associate"
    BACHELOR = "bachelor"
    MASTER = "master"
    DOCTORATE = "doctorate"


@dataclass(frozen=True, slots=True)
class RawPosting:
    """One job as a source gave it: plain strings, nothing understood yet.

    `raw` is the source's own record (JSON text or HTML), kept as the snapshot; `place` names it in the input
    ("line 12", a URL) for error reports.
    """

    source: str
    title: str
    description: str
    company: str = ""
    url: str = ""
    source_id: str = ""
    location: str = ""
    salary: str = ""
    posted: str = ""
    closes: str = ""
    employment: str = ""
    level: str = ""
    company_size: str = ""
    company_url: str = ""
    industry: str = ""
    remote: str = ""
    raw: str = ""
    place: str = ""
    warning: str = ""
    """What is odd about the record though it was taken: "no description"."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A verbatim piece of the posting's text: `text == description[start:end]`."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SkillWish:
    """A skill that the posting asks for, required or preferred, with the words that ask for it."""

    skill_id: str
    name: str
    required: bool
    quote: Quote
    years: float | None = None
    any_of: int | None = None
    """Wishes that share this number are alternatives: one of them is enough."""


@dataclass(frozen=True, slots=True)
class Requirements:
    """What a posting asks for, each with its quote."""

    skills: tuple[SkillWish, ...] = ()
    min_years: float | None = None
    min_years_quote: Quote | None = None
    education: Education = Education.NONE
    education_required: bool = False
    education_or_experience: bool = False
    """Equivalent experience is taken instead of the degree."""
    education_quote: Quote | None = None
    duties: tuple[Quote, ...] = ()
    lines: tuple[Quote, ...] = ()
    """The lines that state requirements, in order."""
    visa_quote: Quote | None = None
    visa_sponsored: bool | None = None
    travel_quote: Quote | None = None
    travel_share: float | None = None


@dataclass(frozen=True, slots=True)
class Understood:
    """A raw posting, normalised: the description is clean plain text; every unknown is None or UNKNOWN."""

    source: str
    source_id: str
    url: str
    canonical_url: str
    title: str
    company: str
    company_key: str
    description: str
    location: str
    country: str | None
    location_type: LocationType
    level: Level
    employment: Employment
    company_size: CompanySize | None
    industry: str
    pay: Pay | None
    pay_text: str
    posted_on: date | None
    closes_on: date | None
    requirements: Requirements
    content_hash: str
    """SHA-256 over the folded company, title, description and cities."""
    signature: tuple[int, ...] = ()
    """MinHash of the description's word shingles, for near-duplicates."""


@dataclass(frozen=True, slots=True)
class Posting:
    """A stored posting."""

    id: PostingId
    understood: Understood
    company_id: CompanyId | None
    is_active: bool
    version: int
    first_seen: datetime
    updated_at: datetime
    duplicate_of: PostingId | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """One record of an import that was not taken, where it stood and why."""

    place: str
    reason: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class ImportRun:
    """One import: its counts always add up to what was read."""

    id: RunId
    source: str
    status: str
    fetched: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    duplicates: int = 0
    closed: int = 0
    refused: tuple[Refused, ...] = field(default_factory=tuple)
    refused_count: int = 0
    started_at: datetime | None = None
    finished_at: datetime | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one source said of a posting, word for word."""

    source: str
    url: str
    raw: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How many postings are open, closed, and waiting to be indexed."""

    open: int
    closed: int
    waiting: int
