"""/jobs: the list, the job beside it, and one job in full."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Request, Response

from verivita.core.page import PageRequest
from verivita.entrypoints.web import render
from verivita.entrypoints.web.job_views import ActionsView, FilterMenu, JobRowView, JobsView, PreviewView
from verivita.entrypoints.web.places import places
from verivita.entrypoints.web.refusals import PageRoute
from verivita.entrypoints.web.show_job import job_view
from verivita.entrypoints.web.show_jobs import job_row, legs_text, preview_view, search_url, understood_views
from verivita.entrypoints.web.show_search import SORTS, filter_menus, no_jobs, nothing_found, page_links, sort_options
from verivita.entrypoints.web.views import EmptyView, Link
from verivita.entrypoints.web.visit import Visit, Visitor, services
from verivita.entrypoints.web.wanted import Wanted, address, one_less, wanted
from verivita.entrypoints.web.words import plural
from verivita.features.matching import Match, Shortlist
from verivita.features.postings import Posting
from verivita.features.search import SearchRequest, SortBy

router = APIRouter(prefix="/jobs", route_class=PageRoute)

WORKING = {"queued", "running"}


@router.get("")
async def jobs(request: Request, visit: Visitor) -> Response:
    """Found jobs, with the person's scores; htmx gets the list alone."""
    given = wanted(request.query_params)
    found = await services(request).matching.shortlist(
        visit.principal, given.request(visit.has_paper), scores=visit.has_paper
    )
    view = await _jobs_view(request, visit, given, found)
    return render.page(request, "jobs.html", {"view": view}, block="results")


@router.get("/{job_id}")
async def job(request: Request, visit: Visitor, job_id: UUID) -> Response:
    """How the person stands to one job."""
    return await _job(request, visit, job_id, "stand")


@router.get("/{job_id}/posting")
async def posting(request: Request, visit: Visitor, job_id: UUID) -> Response:
    """The posting itself, our copy."""
    return await _job(request, visit, job_id, "posting")


@router.get("/{job_id}/preview")
async def preview(request: Request, visit: Visitor, job_id: UUID) -> Response:
    """One job for the place beside the list."""
    found = await services(request).postings.get(visit.principal, job_id)
    view = JobsView("", preview=await _preview(request, visit, found))
    return render.fragment(request, "jobs.html", "preview", {"view": view})


async def _job(request: Request, visit: Visit, job_id: UUID, tab: str) -> Response:
    container = services(request)
    found = await container.postings.get(visit.principal, job_id)
    match = await container.matching.explain(visit.principal, job_id) if visit.has_paper else None
    place_of = await places(container.library, visit.principal, match)
    view = job_view(found, match, visit.now, tab=tab, place_of=place_of, back=_back(request))
    return render.page(request, "job.html", {"view": view}, block="panel")


async def _preview(request: Request, visit: Visit, found: Posting) -> PreviewView:
    match = await services(request).matching.weigh(visit.principal, found) if visit.has_paper else None
    return preview_view(found, match, ActionsView())


async def _jobs_view(request: Request, visit: Visit, given: Wanted, found: Shortlist) -> JobsView:
    result, fields = found.result, given.fields()
    sources = (await services(request).postings.facets(visit.principal)).get("source", {})
    menus = filter_menus(given.filters, sorted(sources) if len(sources) > 1 else ())
    first = found.postings[0] if found.postings else None
    legs, missing = legs_text(result.legs)
    order = given.order(visit.has_paper)
    return JobsView(
        query=given.query,
        understood=understood_views(result.understanding, fields),
        menus=menus,
        sorts=sort_options(given.sort),
        total=result.found.total,
        of_all=visit.open_jobs,
        legs=", ".join(part for part in (legs, f"by {SORTS[order].lower()}") if part),
        missing=missing,
        working=await _working(request, visit, order),
        rows=_rows(visit, found.postings, found.matches),
        page_links=page_links(result.found, given.query, fields),
        preview=await _preview(request, visit, first) if first else None,
        empty=None if first else await _empty(request, visit, given, found, menus),
        no_paper=not visit.has_paper,
        clear_url="/jobs" if given.asks else None,
    )


def _rows(visit: Visit, found: Sequence[Posting], matches: Sequence[Match]) -> tuple[JobRowView, ...]:
    by_id = {match.posting_id: match for match in matches}
    return tuple(job_row(posting, by_id.get(posting.id), visit.now, current=n == 0) for n, posting in enumerate(found))


async def _working(request: Request, visit: Visit, order: SortBy) -> str:
    """What the worker still does that this list will show, in one line."""
    runs = await services(request).tasks.recent(visit.principal)
    busy = {run.name for run in runs if run.status.value in WORKING}
    if "postings.import" in busy:
        return "An import is running; its jobs appear here as they are read."
    if "postings.index" in busy:
        return "New jobs are still being indexed: a search by words may not find them yet."
    if "matching.score" in busy and order is SortBy.MATCH:
        return "Scores are still being computed: jobs without one yet come last."
    if "library.ingest" in busy:
        return "A paper is being read: scores change when it is done."
    return ""


async def _empty(
    request: Request, visit: Visit, given: Wanted, found: Shortlist, menus: tuple[FilterMenu, ...]
) -> EmptyView:
    """Why nothing is here, and which one condition stands in the way."""
    if not visit.open_jobs:
        return no_jobs(None if visit.papers else "/example")
    if given.page > 1:
        return EmptyView("This page is past the end", "The search has fewer pages.", Link("First page", address(given)))
    ways = []
    for said, search in one_less(given, found.result.understanding, menus):
        one = SearchRequest(search.query, search.filters, page=PageRequest(1, 1))
        count = (await services(request).search.postings(visit.principal, one)).found.total
        ways.append((said, count, address(search)))
    ways.sort(key=lambda way: -way[1])
    if len(ways) > 1 and not ways[0][1]:
        return await _words_alone(request, visit, found.result.understanding.text)
    return nothing_found(ways[0] if ways else None, others=ways[1:3])


async def _words_alone(request: Request, visit: Visit, text: str) -> EmptyView:
    """No single condition stands in the way; what remains when all of them go."""
    one = SearchRequest(text, page=PageRequest(1, 1))
    count = (await services(request).search.postings(visit.principal, one)).found.total if text else 0
    if not count:
        return nothing_found(None)
    said = f"More than one condition stands in the way. “{text}” alone finds {plural(count, 'job')}."
    return EmptyView(
        "Nothing found", said, Link("Search for that", search_url(text)), (Link("Show all jobs", "/jobs"),)
    )


def _back(request: Request) -> Link:
    """The way back to the very list that the person came from."""
    came = urlsplit(request.headers.get("referer", ""))
    same = came.netloc == request.headers.get("host") and came.path == "/jobs" and came.query
    return Link("Jobs", f"/jobs?{came.query}" if same else "/jobs")
