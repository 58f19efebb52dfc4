"""/jobs/add and /jobs/import: paste one posting, or give a file of many."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.responses import JSONResponse

from verivita.core.errors import Invalid
from verivita.entrypoints.http.auth import Caller
from verivita.entrypoints.http.errors import status_of
from verivita.entrypoints.web import follow, render
from verivita.entrypoints.web.refusals import PageRoute
from verivita.entrypoints.web.show_rest import run_view
from verivita.entrypoints.web.uploads import read_upload, refused_file
from verivita.entrypoints.web.views import AddView, ProgressView
from verivita.entrypoints.web.visit import Visitor, go, services, visit_of
from verivita.features.postings import RawPosting

router = APIRouter(prefix="/jobs", route_class=PageRoute)

RUN_STATES = {"running": "running", "failed": "failed"}


@router.get("/add", dependencies=[Depends(visit_of)])
async def form(request: Request) -> Response:
    """The forms that take postings."""
    return render.page(request, "add.html", {"view": AddView()}, block="result")


@router.post("/add")
async def add(
    request: Request,
    visit: Visitor,
    text: Annotated[str, Form()] = "",
    title: Annotated[str, Form()] = "",
    company: Annotated[str, Form()] = "",
) -> Response:
    """Keep one pasted posting."""
    postings = services(request).postings
    try:
        if not text.strip():
            raise Invalid("empty", "Paste the text of the posting here.")
        if title.strip():
            raw = RawPosting(source="paste", title=title.strip(), company=company.strip(), description=text)
            added = [await postings.add(visit.principal, raw)]
        else:
            added = await postings.add_page(visit.principal, "pasted.txt", text.encode())
    except Invalid as error:
        view = _refused(error, text, title, company)
        return render.page(request, "add.html", {"view": view}, status=status_of(error))
    did = "added" if any(new for _, new in added) else "known"
    return go(f"/jobs/{added[0][0].id}?did={did}" if len(added) == 1 else f"/jobs?did={did}")


@router.post("/import")
async def import_file(request: Request, visit: Visitor, file: Annotated[UploadFile | None, File()] = None) -> Response:
    """Take a file of many; a task reads it."""
    view = AddView()
    try:
        name, data = await read_upload(file, view.drop.limit_mb)
        run_id, task_id = await services(request).postings.queue_import(visit.principal, name, data)
    except Invalid as error:
        view = replace(view, drop=replace(view.drop, error=refused_file(error)))
        return render.page(request, "add.html", {"view": view}, status=status_of(error))
    return go(f"/jobs/import/{run_id}?task={task_id}")


@router.get("/import/{run_id}")
async def run(request: Request, visit: Visitor, run_id: UUID, task: str = "") -> Response:
    """How far an import is, and what it did when it has ended."""
    found = await services(request).postings.run(visit.principal, run_id)
    if found.status != "running":
        return render.page(request, "add.html", {"view": AddView(run=run_view(found))}, block="result")
    behind = await follow.task_of(services(request).tasks, visit.principal, task)
    url, tail = f"/jobs/import/{run_id}", f"?task={behind.id}" if behind else ""
    progress = ProgressView(
        label=f"Reading {found.source}",
        stage=behind.stage if behind and behind.stage else "waiting",
        failed=behind is not None and behind.status.value in ("failed", "cancelled"),
        events_url=f"{url}/events{tail}",
        status_url=f"{url}/status{tail}",
        next_url=f"{url}{tail}",
    )
    return render.page(request, "add.html", {"view": AddView(progress=progress)}, block="result")


@router.get("/import/{run_id}/events")
async def events(request: Request, caller: Caller, run_id: UUID, task: str = "") -> Response:
    """An import, as it goes on."""
    await services(request).postings.run(caller, run_id)
    return follow.events(_look(request, caller, run_id, task))


@router.get("/import/{run_id}/status")
async def status(request: Request, caller: Caller, run_id: UUID, task: str = "") -> Response:
    """The same, one look."""
    return JSONResponse(await _look(request, caller, run_id, task)())


def _look(request: Request, caller: Caller, run_id: UUID, task: str) -> follow.Look:
    container = services(request)

    async def look() -> follow.State:
        found = await container.postings.run(caller, run_id)
        state = RUN_STATES.get(found.status, "succeeded")
        behind = await follow.task_of(container.tasks, caller, task) if state == "running" else None
        told = follow.state_of(state, behind)
        told.pop("progress", None)  # how many records a file holds is known at its end alone; the stage counts them
        return told

    return look


def _refused(error: Invalid, text: str, title: str, company: str) -> AddView:
    """The form with the person's own words, and the reason at the field that it concerns."""
    view = AddView()
    reason = error.message if not error.next else f"{error.message} {error.next}"
    return replace(
        view,
        text=replace(view.text, value=text, error=reason),
        title=replace(view.title, value=title),
        company=replace(view.company, value=company),
        error_count=1,
    )
