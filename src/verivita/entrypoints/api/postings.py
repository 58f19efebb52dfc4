"""/api/v1/jobs: parse, call one use case, shape the reply."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from verivita.core.page import page_of
from verivita.entrypoints.api.matching import MatchOut, match_out
from verivita.entrypoints.api.postings_bodies import (
    ImportQueued,
    JobAdded,
    JobDetailOut,
    JobIn,
    JobOut,
    JobSearchIn,
    JobsFound,
    RunOut,
    SnapshotOut,
    detail_out,
    found_out,
    job_out,
    run_out,
)
from verivita.entrypoints.api.schemas import PROBLEMS, PageOf, Paging, paged, queued
from verivita.entrypoints.api.uploads import json_body, media_type, two_bodies, upload_body
from verivita.entrypoints.http.auth import Caller
from verivita.entrypoints.http.kept import kept
from verivita.features.matching import MatchingService
from verivita.features.postings import PostingsService, RawPosting
from verivita.features.search import SortBy

router = APIRouter(prefix="/api/v1", tags=["jobs"], responses=PROBLEMS)

MAX_IMPORT_MB = 256
_MOST_RUNS = 1000


@router.post(
    "/jobs",
    status_code=201,
    response_model=JobAdded,
    responses={202: {"model": ImportQueued, "description": "A file was taken; its import is a task"}},
    openapi_extra=two_bodies(JobIn, "A CSV, JSON, JSON lines, HTML or text file of postings; also packed with gzip."),
)
async def add(request: Request, caller: Caller) -> JobAdded | JSONResponse:
    """Add postings: JSON with `text` or `html`, or a multipart `file`, which is a task."""
    if media_type(request) == "multipart/form-data":
        return await _import(request, caller)
    given, postings = await json_body(request, JobIn), _postings(request)
    if given.html:
        added = await postings.add_page(caller, f"{given.url or 'page'}.html", given.html.encode())
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


async def _import(request: Request, caller: Caller) -> JSONResponse:
    sent = await upload_body(request, MAX_IMPORT_MB)
    run_id, task_id = await _postings(request).queue_import(caller, sent.filename, sent.data)
    task = queued(task_id)
    body = ImportQueued(
        task_id=task.task_id, status_url=task.status_url, run_id=run_id, run_url=f"/api/v1/ingest/{run_id}"
    )
    return JSONResponse(body.model_dump(mode="json"), 202, {"Location": task.status_url})


@router.get("/jobs", response_model=PageOf[JobOut])
async def listing(request: Request, caller: Caller, paging: Paging) -> Response:
    """Open postings, newest first."""

    async def made() -> PageOf[JobOut]:
        return paged(await _postings(request).page(caller, paging), job_out)

    return await kept(request, caller, ("jobs", str(paging.page), str(paging.limit)), made)


@router.post("/jobs/search", response_model=JobsFound)
async def search(request: Request, caller: Caller, body: JobSearchIn) -> JobsFound | Response:
    """Find open postings; `understood` shows what was made of the query.

    An answer without personal scores is kept until a posting changes, and then says `cached`.
    """
    today = request.app.state.container.clock.now().date()

    async def made() -> JobsFound:
        wanted = body.request(today)
        return found_out(await _matching(request).shortlist(caller, wanted, scores=body.include_match_scores))

    if body.include_match_scores or body.sort_by is SortBy.MATCH:
        return await made()
    return await kept(request, caller, ("search", today.isoformat(), body.model_dump_json()), made)


@router.get("/jobs/recommendations")
async def recommendations(request: Request, caller: Caller, paging: Paging) -> PageOf[JobOut]:
    """The best matches with their reasons, closed postings left out."""
    best = await _matching(request).recommend(caller, paging)
    return paged(best, lambda pair: job_out(pair[0], match_out(pair[1])))


@router.get("/jobs/{job_id}", response_model=JobDetailOut)
async def one(request: Request, caller: Caller, job_id: UUID) -> Response:
    """One posting with its text."""

    async def made() -> JobDetailOut:
        return detail_out(await _postings(request).get(caller, job_id))

    return await kept(request, caller, ("job", str(job_id)), made)


@router.get("/jobs/{job_id}/snapshot")
async def snapshot(request: Request, caller: Caller, job_id: UUID, paging: Paging) -> PageOf[SnapshotOut]:
    """What each source said of this posting, word for word."""
    found = await _postings(request).snapshot(caller, job_id)
    return paged(page_of(found, paging), SnapshotOut.model_validate)


@router.get("/jobs/{job_id}/match")
async def match(request: Request, caller: Caller, job_id: UUID) -> MatchOut:
    """How the caller stands to this posting, with evidence from both texts."""
    return match_out(await _matching(request).explain(caller, job_id))


@router.post("/jobs/{job_id}/close")
async def close(request: Request, caller: Caller, job_id: UUID) -> JobDetailOut:
    """Mark a posting as closed; it leaves the search and stays readable."""
    return detail_out(await _postings(request).close(caller, job_id))


@router.get("/ingest")
async def runs(request: Request, caller: Caller, paging: Paging) -> PageOf[RunOut]:
    """Imports, newest first: of the last thousand."""
    return paged(page_of(await _postings(request).runs(caller, _MOST_RUNS), paging), run_out)


@router.get("/ingest/{run_id}")
async def run(request: Request, caller: Caller, run_id: UUID) -> RunOut:
    """An import with its counts and what was refused."""
    return run_out(await _postings(request).run(caller, run_id))


def _postings(request: Request) -> PostingsService:
    service: PostingsService = request.app.state.container.postings
    return service


def _matching(request: Request) -> MatchingService:
    service: MatchingService = request.app.state.container.matching
    return service
