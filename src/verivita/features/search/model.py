"""SearchRequest, filters, and what was understood of a query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from verivita.core.page import Page, PageRequest
from verivita.engines.retrieval.hybrid import LegRun, Ranked
from verivita.features.library import Passage
from verivita.features.search.shelf import Shelf


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
    """One thing that was understood: the person's own words (`said`, out of the query) and our reading of them."""

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
class SearchRequest:
    """What to find. Filters given here win over what the query says; `without` names readings to ignore.

    `vector_weight` (0 to 1) is the share of meaning against words; None leaves it to us.
    """

    query: str = ""
    filters: PostingFilters = field(default_factory=PostingFilters)
    without: frozenset[str] = frozenset()
    sort_by: SortBy = SortBy.RELEVANCE
    descending: bool = True
    page: PageRequest = field(default_factory=PageRequest)
    use_hybrid: bool = True
    vector_weight: float | None = None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Found postings, best first; what was understood; and what each leg of the search did."""

    found: Page[Ranked]
    understanding: Understanding
    mode: str
    """`hybrid`, `vector`, `lexical`, `database` (a list without words to search), or `none`."""
    legs: tuple[LegRun, ...]
    ms: float


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage of the person's own papers that fits, best first."""

    passage: Passage
    score: float
    ranks: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class LibraryResult:
    """Found passages, what each leg of the search did, and the shelf that they stand on."""

    passages: tuple[FoundPassage, ...]
    mode: str
    legs: tuple[LegRun, ...]
    ms: float
    shelf: Shelf
