"""/ and /example: the first page, and the example person."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response

from verivita.bootstrap import demo
from verivita.entrypoints.http.auth import Caller
from verivita.entrypoints.web import render
from verivita.entrypoints.web.library import paper_page
from verivita.entrypoints.web.paper_views import StartView
from verivita.entrypoints.web.refusals import PageRoute
from verivita.entrypoints.web.views import ConfirmView, DropView
from verivita.entrypoints.web.visit import Visitor, go, services, visit_of
from verivita.features.library import DocumentKind

router = APIRouter(route_class=PageRoute)


@router.get("/")
async def start(request: Request, visit: Visitor) -> Response:
    """The person's newest resume as it was read; a place to drop one where there is none of their own."""
    own = [paper for paper in visit.papers if not paper.is_example]
    if own:
        resumes = [paper for paper in own if paper.kind is DocumentKind.RESUME]
        return await paper_page(request, visit, (resumes or own)[0].id)
    drop = DropView(limit_mb=services(request).settings.max_upload_mb)
    view = StartView(
        drop,
        example_url=None if visit.papers else "/example",
        step=1,
        example_jobs_url="/jobs" if visit.papers else None,
    )
    return render.page(request, "start.html", {"view": view})


@router.get("/example", dependencies=[Depends(visit_of)])
async def ask_example(request: Request) -> Response:
    """Asks whether the example person is wanted; a link alone changes nothing."""
    view = ConfirmView("An example person", StartView().example_text, "/example", "Try with the example")
    return render.page(request, "confirm.html", {"view": view})


@router.post("/example")
async def add_example(request: Request, caller: Caller) -> Response:
    """Take in the example person's papers and postings."""
    await demo.add(services(request), caller)
    return go("/papers?did=example")


@router.post("/example/remove")
async def remove_example(request: Request, caller: Caller) -> Response:
    """Take the example away."""
    await demo.remove(services(request), caller)
    return go("/?did=no-example")
