"""Bodies of /api/v1/jobs, and how they are made from what the rooms know."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, model_validator

from verivita.core.page import PageRequest
from verivita.entrypoints.api.matching import MatchOut, match_out
from verivita.entrypoints.api.schemas import Input, Output, TaskQueued
from verivita.features.matching import Shortlist
from verivita.features.postings import CompanySize, Employment, ImportRun, Level, LocationType, Posting
from verivita.features.search import PostingFilters, Reading, SearchRequest, SortBy, Understanding

_Word = Annotated[str, Field(min_length=1, max_length=200)]


class JobIn(Input):
    """One posting: pasted text, or the HTML of a saved page with the address it came from."""

    text: str | None = Field(None, max_length=200_000)
    html: str | None = Field(None, max_length=5_000_000)
    url: str | None = Field(None, max_length=2000)
    title: str = Field("", max_length=500)
    company: str = Field("", max_length=255)

    @model_validator(mode="after")
    def _one_of(self) -> JobIn:
        if bool(self.text) == bool(self.html):
            raise ValueError("give either `text` or `html`; this version fetches no addresses")
        return self


class PayOut(Output):
    """Pay as it was written; an unknown side is null."""

    minimum: float | None
    maximum: float | None
    currency: str | None
    period: str | None
    yearly_minimum: int | None
    yearly_maximum: int | None


class QuoteOut(Output):
    """Words of the posting: `text` stands at `start` of the description."""

    text: str
    start: int
    end: int


class SkillWishOut(Output):
    """A skill that is asked for; wishes with the same `any_of` are alternatives."""

    skill_id: str
    name: str
    required: bool
    years: float | None
    any_of: int | None
    quote: QuoteOut


class RequirementsOut(Output):
    """What the posting asks for."""

    skills: list[SkillWishOut]
    min_years: float | None
    education: str
    education_required: bool


class JobOut(Output):
    """A posting."""

    id: UUID
    title: str
    company: str
    company_size: str | None
    location: str
    location_type: str
    country: str | None
    level: str
    employment: str
    salary: PayOut | None
    salary_text: str
    source: str
    url: str
    posted_date: date | None
    closes_date: date | None
    is_active: bool
    version: int
    first_seen: datetime
    match: MatchOut | None = None


class JobDetailOut(JobOut):
    """A posting with its text and what it asks for."""

    description: str
    requirements: RequirementsOut


class JobAdded(Output):
    """What became of postings that were given."""

    items: list[JobDetailOut]
    new: list[UUID]


class SnapshotOut(Output):
    """What one source said, word for word."""

    source: str
    url: str
    raw: str


class FiltersIn(Input):
    """Conditions that every found posting meets; an empty one asks for nothing."""

    location_type: list[LocationType] = Field(default_factory=list, max_length=10)
    location: str | None = Field(None, min_length=1, max_length=200)
    salary_min: int | None = Field(
        None, ge=0, le=100_000_000, description="A year, in the posting's own currency; unstated pay does not meet it."
    )
    company_size: list[CompanySize] = Field(default_factory=list, max_length=10)
    sources: list[_Word] = Field(default_factory=list, max_length=50)
    posted_after: date | None = None
    posted_after_days: int | None = Field(None, ge=0, le=36_500, description="At most this many days old.")
    level: list[Level] = Field(default_factory=list, max_length=15)
    skills: list[_Word] = Field(default_factory=list, max_length=50, description="Names or ids; all must be there.")
    employment: list[Employment] = Field(default_factory=list, max_length=10)

    @model_validator(mode="after")
    def _one_age(self) -> FiltersIn:
        if self.posted_after is not None and self.posted_after_days is not None:
            raise ValueError("give either `posted_after` or `posted_after_days`")
        return self

    def filters(self, today: date) -> PostingFilters:
        """The same as the search room knows it."""
        values: dict[str, Any] = self.model_dump(mode="json", exclude={"posted_after"})
        if self.posted_after is not None:
            values["posted_after_days"] = min(max(0, (today - self.posted_after).days), 36_500)
        values |= {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
        return PostingFilters(**values)


class JobSearchIn(Input):
    """A search over postings."""

    query: str = Field("", max_length=100_000, description='Plain words, such as "remote ML engineer $150k+".')
    filters: FiltersIn = Field(default_factory=FiltersIn)
    without: list[_Word] = Field(
        default_factory=list,
        max_length=50,
        description="Readings of the query to switch off, by `field` or by `field:said` as `understood` shows them.",
    )
    include_match_scores: bool = False
    page: int = Field(1, ge=1, le=1_000_000)
    limit: int = Field(20, ge=1, le=100)
    sort_by: SortBy = SortBy.RELEVANCE
    sort_order: Literal["asc", "desc"] = "desc"
    use_hybrid: bool = True
    vector_weight: float | None = Field(None, ge=0, le=1)

    def request(self, today: date) -> SearchRequest:
        """The same as the search room knows it."""
        return SearchRequest(
            query=self.query,
            filters=self.filters.filters(today),
            without=frozenset(self.without),
            sort_by=self.sort_by,
            descending=self.sort_order == "desc",
            page=PageRequest(self.page, self.limit),
            use_hybrid=self.use_hybrid,
            vector_weight=self.vector_weight,
        )


class ReadingOut(Output):
    """The person's own words, and how they were read."""

    field: str
    said: str
    value: str
    reading: str


class UnderstoodOut(Output):
    """What was understood of a query; `unused` words say why they were not used."""

    text: str
    filters: dict[str, Any]
    readings: list[ReadingOut]
    unused: list[ReadingOut]


class JobsFound(Output):
    """Found postings."""

    jobs: list[JobOut]
    total: int
    page: int
    pages: int
    limit: int
    cached: bool
    scrape_status: str
    understood: UnderstoodOut
    search_mode: str
    timings_ms: dict[str, float]
    degraded: list[str]


class RefusedOut(Output):
    """A record of an import that was not taken."""

    place: str
    reason: str
    title: str


class RunOut(Output):
    """An import; new, changed, unchanged, duplicates and refused add up to fetched."""

    id: UUID
    source: str
    status: str
    fetched: int
    new: int
    changed: int
    unchanged: int
    duplicates: int
    closed: int
    refused_count: int
    refused: list[RefusedOut]
    started_at: datetime | None
    finished_at: datetime | None
    error: str | None


class ImportQueued(TaskQueued):
    """A file of postings was taken; its import is a task."""

    run_id: UUID
    run_url: str


def job_out(posting: Posting, match: MatchOut | None = None) -> JobOut:
    """The reply body of a posting in a list."""
    return JobOut(**_fields(posting), match=match)


def detail_out(posting: Posting) -> JobDetailOut:
    """The reply body of a posting with its text."""
    item = posting.understood
    requirements = RequirementsOut(
        skills=[SkillWishOut.model_validate(wish) for wish in item.requirements.skills],
        min_years=item.requirements.min_years,
        education=item.requirements.education.value,
        education_required=item.requirements.education_required,
    )
    return JobDetailOut(**_fields(posting), description=item.description, requirements=requirements)


def found_out(found: Shortlist) -> JobsFound:
    """The reply body of a search."""
    result = found.result
    matches = {match.posting_id: match_out(match) for match in found.matches}
    page = result.found
    return JobsFound(
        jobs=[job_out(posting, matches.get(posting.id)) for posting in found.postings],
        total=page.total,
        page=page.page,
        pages=page.pages,
        limit=page.limit,
        cached=False,
        scrape_status="completed",
        understood=understood_out(result.understanding),
        search_mode=result.mode,
        timings_ms={leg.name: leg.ms for leg in result.legs} | {"total": result.ms},
        degraded=[f"{leg.name}: {leg.why_not}" for leg in result.legs if not leg.ran],
    )


def understood_out(understanding: Understanding) -> UnderstoodOut:
    """The reply body of what was understood of a query."""
    filters = {
        name: list(value) if isinstance(value, tuple) else value
        for name in PostingFilters.__dataclass_fields__
        if (value := getattr(understanding.filters, name))
    }
    return UnderstoodOut(
        text=understanding.text,
        filters=filters,
        readings=[_reading(item) for item in understanding.readings],
        unused=[_reading(item) for item in understanding.unused],
    )


def run_out(run: ImportRun) -> RunOut:
    """The reply body of an import."""
    return RunOut.model_validate(run)


def _reading(item: Reading) -> ReadingOut:
    return ReadingOut.model_validate(item)


def _fields(posting: Posting) -> dict[str, Any]:
    item = posting.understood
    return {
        "id": posting.id,
        "title": item.title,
        "company": item.company,
        "company_size": item.company_size.value if item.company_size else None,
        "location": item.location,
        "location_type": item.location_type.value,
        "country": item.country,
        "level": item.level.value,
        "employment": item.employment.value,
        "salary": PayOut.model_validate(item.pay) if item.pay else None,
        "salary_text": item.pay_text,
        "source": item.source,
        "url": item.canonical_url,
        "posted_date": item.posted_on,
        "closes_date": item.closes_on,
        "is_active": posting.is_active,
        "version": posting.version,
        "first_seen": posting.first_seen,
    }
