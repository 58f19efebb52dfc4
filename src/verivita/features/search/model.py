"""SearchRequest, filters, and what was understood of a query."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class SortBy(StrEnum):
    """Order of found postings."""

    RELEVANCE = "relevance"
    MATCH = "match_score"
    POSTED = "posted_date"
    SALARY = "salary"


@dataclass(frozen=True, slots=True)
class PostingFilters:
    """Conditions that every found posting meets; an empty field asks for nothing.

    Values are those of the postings' enums (`remote`, `senior`, `startup`); `skills` are skill ids; `salary_min`
    is yearly, in the posting's own currency; a posting that does not state its pay does not meet `salary_min`.
    """

    location_type: tuple[str, ...] = ()
    location: str | None = None
    salary_min: int | None = None
    company_size: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    posted_after_days: int | None = None
    level: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    employment: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing that was understood: the person's own words (`said`, a substring of the query) and our reading of them."""

    field: str
    said: str
    value: str
    reading: str


@dataclass(frozen=True, slots=True)
class Understanding:
    """A query, understood: the text left to search for, the filters, and what became of each word."""

    query: str
    text: str
    filters: PostingFilters
    readings: tuple[Reading, ...] = ()
    unused: tuple[Reading, ...] = ()
    """Words that were not used; `reading` says why."""


@dataclass(frozen=True, slots=True)
class LegReport:
    """What one leg of a search did: `dense`, `lexical`, `rerank` or `database`."""

    name: str
    ran: bool
    ms: float
    found: int = 0
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """An id, its final score and each leg's rank (from 1) where the leg found it."""

    id: UUID
    score: float
    ranks: dict[str, int] = field(default_factory=dict)
