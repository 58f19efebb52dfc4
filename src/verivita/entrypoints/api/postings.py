"""/api/v1/jobs: parse, call one use case, shape the reply."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, File, Query, Request, Response, UploadFile
from fastapi.responses import JSONResponse
from pydantic import Field, ValidationError, model_validator

from verivita.core.errors import FieldError, Invalid
from verivita.core.page import PageRequest
from verivita.entrypoints.api.library import read_upload
from verivita.entrypoints.api.matching import MatchOut, match_out
from verivita.entrypoints.api.schemas import PROBLEMS, Input, Output, PageOf, Paging, TaskQueued, paged, queued
from verivita.entrypoints.http.auth import Caller
from verivita.features.matching import MatchingService, Shortlist
from verivita.features.postings import ImportRun, Posting, PostingsService, RawPosting
from verivita.features.search import PostingFilters, Reading, SearchRequest, SortBy, Understanding

router = APIRouter(prefix="/api/v1", tags=["jobs"], responses=PROBLEMS)

MAX_IMPORT_MB = 256


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
            raise ValueError("give either `text` or `html`")
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
    """Conditions that every found posting meets."""

    location_type: list[str] = Field(default_factory=list, max_length=10)
    location: str | None = Field(None, max_length=200)
    salary_min: int | None = Field(None, ge=0, le=100_000_000)
    company_size: list[str] = Field(default_factory=list, max_length=10)
    sources: list[str] = Field(default_factory=list, max_length=50)
    posted_after_days: int | None = Field(None, ge=0, le=36_500)
    level: list[str] = Field(default_factory=list, max_length=15)
    skills: list[str] = Field(default_factory=list, max_length=50)
    employment: list[str] = Field(default_factory=list, max_length=10)

    def filters(self) -> PostingFilters:
        """The same as the search room knows it."""
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in self.model_dump().items()}
        return PostingFilters(**values)


class JobSearchIn(Input):
    """A search over postings."""

    query: str = Field("", max_length=100_000)
    filters: FiltersIn = Field(default_factory=FiltersIn)
    without: list[str] = Field(default_factory=list, max_length=50)
    include_match_scores: bool = False
    page: int = Field(1, ge=1, le=1_000_000)
    limit: int = Field(20, ge=1, le=100)
    sort_by: SortBy = SortBy.RELEVANCE
    sort_order: str = Field("desc", pattern="^(asc|desc)$")
    use_hybrid: bool = True
    vector_weight: float | None = Field(None, ge=0, le=1)

    def request(self) -> SearchRequest:
        """The same as the search room knows it."""
        return SearchRequest(
            query=self.query,
            filters=self.filters.filters(),
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


@router.post("/jobs", status_code=201, response_model=JobAdded, responses={202: {"model": ImportQueued}})
async def add(
    request: Request, caller: Caller, file: Annotated[UploadFile | None, File()] = None
) -> JobAdded | JSONResponse:
    """Add postings: JSON with `text` or `html`, or a multipart `file` (CSV, JSON, JSONL, HTML), which is a task."""
    postings = _postings(request)
    if file is not None:
        data = await read_upload(file, MAX_IMPORT_MB)
        run_id, task_id = await postings.queue_import(caller, file.filename or "postings", data)
        body = ImportQueued(**queued(task_id).model_dump(), run_id=run_id, run_url=f"/api/v1/ingest/{run_id}")
        return JSONResponse(body.model_dump(mode="json"), 202)
    given = await _job_in(request)
    if given.html:
        name = f"{given.url or 'page'}.html"
        added = await postings.add_page(caller, name, given.html.encode())
    elif given.title:
        raw = RawPosting(
            source="paste", title=given.title, company=given.company, description=given.text or "", url=given.url or ""
        )
        added = [await postings.add(caller, raw)]
    else:
        added = await postings.add_page(caller, "pasted.txt", (given.text or "").encode())
    return JobAdded(
        items=[detail_out(posting) for posting, _ in added], new=[posting.id for posting, is_new in added if is_new]
    )


@router.get("/jobs")
async def listing(request: Request, caller: Caller, paging: Paging) -> PageOf[JobOut]:
    """Open postings, newest first."""
    return paged(await _postings(request).page(caller, paging), job_out)


@router.post("/jobs/search")
async def search(request: Request, caller: Caller, body: JobSearchIn) -> JobsFound:
    """Find open postings; `understood` shows what was made of the query."""
    found = await _matching(request).shortlist(caller, body.request(), scores=body.include_match_scores)
    return found_out(found)


@router.get("/jobs/recommendations")
async def recommendations(
    request: Request, caller: Caller, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> PageOf[JobOut]:
    """The best matches with their reasons, closed postings left out."""
    best = await _matching(request).recommend(caller, PageRequest(1, limit))
    return paged(best, lambda pair: job_out(pair[0], match_out(pair[1])))


@router.get("/jobs/{job_id}")
async def one(request: Request, caller: Caller, job_id: UUID, response: Response) -> JobDetailOut:
    """One posting with its text."""
    posting = await _postings(request).get(caller, job_id)
    response.headers["ETag"] = f'"{posting.version}"'
    return detail_out(posting)


@router.get("/jobs/{job_id}/snapshot")
async def snapshot(request: Request, caller: Caller, job_id: UUID) -> list[SnapshotOut]:
    """What each source said of this posting, word for word."""
    return [SnapshotOut.model_validate(item) for item in await _postings(request).snapshot(caller, job_id)]


@router.get("/jobs/{job_id}/match")
async def match(request: Request, caller: Caller, job_id: UUID) -> MatchOut:
    """How the caller stands to this posting, with evidence from both texts."""
    return match_out(await _matching(request).explain(caller, job_id))


@router.post("/jobs/{job_id}/close")
async def close(request: Request, caller: Caller, job_id: UUID) -> JobDetailOut:
    """Mark a posting as closed; it leaves the search and stays readable."""
    return detail_out(await _postings(request).close(caller, job_id))


@router.get("/ingest")
async def runs(request: Request, caller: Caller) -> list[RunOut]:
    """The newest imports."""
    return [RunOut.model_validate(run) for run in await _postings(request).runs(caller)]


@router.get("/ingest/{run_id}")
async def run(request: Request, caller: Caller, run_id: UUID) -> RunOut:
    """An import with its counts and what was refused."""
    return run_out(await _postings(request).run(caller, run_id))


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


async def _job_in(request: Request) -> JobIn:
    try:
        return JobIn.model_validate_json(await request.body())
    except ValidationError as error:
        fields = [FieldError(".".join(map(str, e["loc"])) or "body", e["msg"]) for e in error.errors()]
        raise Invalid(message="The request is not valid.", errors=fields) from error


def _postings(request: Request) -> PostingsService:
    service: PostingsService = request.app.state.container.postings
    return service


def _matching(request: Request) -> MatchingService:
    service: MatchingService = request.app.state.container.matching
    return service
