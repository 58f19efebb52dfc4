"""/papers: give a paper, see how it was read, choose whether it counts, erase it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from fastapi.responses import JSONResponse

from verivita.core.errors import Invalid
from verivita.entrypoints.http.auth import Caller
from verivita.entrypoints.http.errors import status_of
from verivita.entrypoints.web import follow, render
from verivita.entrypoints.web.paper_views import LibraryView, PaperRow, StartView
from verivita.entrypoints.web.refusals import PageRoute
from verivita.entrypoints.web.show_papers import Lit, paper_row, paper_view
from verivita.entrypoints.web.uploads import read_upload, refused_file
from verivita.entrypoints.web.views import ConfirmView, DropView, EmptyView, Link, NoteView, ProgressView
from verivita.entrypoints.web.visit import PROVING, Visit, Visitor, go, services
from verivita.features.library import Document, DocumentKind, DocumentStatus

router = APIRouter(prefix="/papers", route_class=PageRoute)

STATES = {DocumentStatus.READY: "succeeded", DocumentStatus.FAILED: "failed"}


@router.get("")
async def papers(request: Request, visit: Visitor) -> Response:
    """All papers of the person."""
    return _list(request, visit)


@router.post("")
async def give(
    request: Request,
    visit: Visitor,
    file: Annotated[UploadFile | None, File()] = None,
    kind: Annotated[str, Form()] = "resume",
) -> Response:
    """Keep a paper and read it."""
    container = services(request)
    try:
        name, data = await read_upload(file, container.settings.max_upload_mb)
        added = await container.library.add(visit.principal, name, data, _kind(kind))
    except Invalid as error:
        return _list(request, visit, refused_file(error), status_of(error))
    if added.duplicate_of:
        return go(f"/papers/{added.duplicate_of}?did=twin")
    return go(f"/papers/{added.document.id}?task={added.task_id}")


@router.get("/{paper_id}")
async def paper(
    request: Request, visit: Visitor, paper_id: UUID, page: str = "1", lit: str = "", task: str = ""
) -> Response:
    """One paper as it was read. `lit` is "start-end", the characters to light."""
    return await paper_page(request, visit, paper_id, page, lit, task)


@router.get("/{paper_id}/events")
async def events(request: Request, caller: Caller, paper_id: UUID, task: str = "") -> Response:
    """The reading of a paper, as it goes on."""
    await services(request).library.get(caller, paper_id)
    return follow.events(_look(request, caller, paper_id, task))


@router.get("/{paper_id}/status")
async def status(request: Request, caller: Caller, paper_id: UUID, task: str = "") -> Response:
    """The same, one look."""
    return JSONResponse(await _look(request, caller, paper_id, task)())


@router.post("/{paper_id}/use")
async def use(request: Request, caller: Caller, paper_id: UUID, active: Annotated[str, Form()] = "") -> Response:
    """Choose whether a paper counts for matching."""
    await services(request).library.use(caller, paper_id, active == "1")
    return go("/papers?did=" + ("counts" if active == "1" else "rests"))


@router.post("/{paper_id}/read")
async def read(request: Request, caller: Caller, paper_id: UUID) -> Response:
    """Read a paper again."""
    task_id = await services(request).library.reread(caller, paper_id)
    return go(f"/papers/{paper_id}?task={task_id}&did=again")


@router.post("/{paper_id}/remove")
async def remove(request: Request, visit: Visitor, paper_id: UUID, sure: Annotated[str, Form()] = "") -> Response:
    """Erase a paper. It cannot be brought back, so the first press asks and the second does."""
    library = services(request).library
    document = await library.get(visit.principal, paper_id)
    if sure != "1":
        text = (
            f"“{document.title}” and all that was read from it is erased from this machine: the file, its text, its "
            "facts, and what search keeps of it. This cannot be undone."
        )
        view = ConfirmView("Erase this paper?", text, f"/papers/{paper_id}/remove", "Erase it", "/papers", danger=True)
        return render.page(request, "confirm.html", {"view": view})
    await library.remove(visit.principal, paper_id)
    return go("/papers?did=removed")


async def paper_page(
    request: Request, visit: Visit, paper_id: UUID, page: str = "1", lit: str = "", task: str = ""
) -> Response:
    """The page of one paper, with the place to give another. Raises `NotFound`."""
    opened = await services(request).library.open(visit.principal, paper_id)
    number = int(page) if page.isdecimal() and len(page) < 6 else 1
    progress = await _progress(request, visit, opened.document, task)
    view = paper_view(
        opened.document, opened.text, opened.coverage, opened.facts, page=number, lit=_lit(lit), progress=progress
    )
    view = replace(view, file_url=f"/api/v1/documents/{paper_id}/file", delete_url=f"/papers/{paper_id}/remove")
    drop = DropView(limit_mb=services(request).settings.max_upload_mb)
    ready = opened.document.status is DocumentStatus.READY
    step = 1 if not ready else 3 if visit.open_jobs else 2
    return render.page(request, "start.html", {"view": StartView(drop, view, step=step)}, block="paper")


def _list(request: Request, visit: Visit, error: NoteView | None = None, status: int = 200) -> Response:
    rows = tuple(_row(paper, visit) for paper in visit.papers)
    drop = DropView(limit_mb=services(request).settings.max_upload_mb, error=error)
    empty = EmptyView(
        "No papers yet",
        "Your resume comes first. Notes and portfolios add to what can be shown.",
        links=(Link("Look at an example first", "/example"),),
    )
    mixed = any(paper.is_example for paper in visit.papers) and not visit.only_example
    view = LibraryView(rows, drop, None if rows else empty, "/example/remove" if mixed else None)
    return render.page(request, "library.html", {"view": view}, status=status)


def _row(paper: Document, visit: Visit) -> PaperRow:
    proves = paper.kind in PROVING
    return replace(
        paper_row(paper, visit.now),
        delete_url=f"/papers/{paper.id}/remove",
        use_url=f"/papers/{paper.id}/use" if proves else None,
        counts=paper.is_active and proves,
    )


async def _progress(request: Request, visit: Visit, document: Document, task: str) -> ProgressView | None:
    if document.status in STATES:
        return None
    run = await follow.task_of(services(request).tasks, visit.principal, task)
    url = f"/papers/{document.id}"
    tail = f"?task={run.id}" if run else ""
    return ProgressView(
        label=f"Reading {document.filename}",
        stage=run.stage if run and run.stage else "waiting",
        failed=run is not None and run.status.value in ("failed", "cancelled"),
        events_url=f"{url}/events{tail}",
        status_url=f"{url}/status{tail}",
        next_url=f"{url}{tail}",
        retry_url=f"{url}/read",
    )


def _look(request: Request, caller: Caller, paper_id: UUID, task: str) -> follow.Look:
    container = services(request)

    async def look() -> follow.State:
        document = await container.library.get(caller, paper_id)
        run = None if document.status in STATES else await follow.task_of(container.tasks, caller, task)
        return follow.state_of(STATES.get(document.status, "running"), run)

    return look


def _kind(text: str) -> DocumentKind:
    return DocumentKind(text) if text in tuple(DocumentKind) else DocumentKind.RESUME


def _lit(text: str) -> Lit | None:
    start, _, end = text.partition("-")
    if not (start.isdecimal() and end.isdecimal()) or len(text) > 30:
        return None
    return Lit(int(start), int(end))
