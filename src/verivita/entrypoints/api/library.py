"""/api/v1/documents: parse, call one use case, shape the reply."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Header, Request, Response, UploadFile
from pydantic import Field

from verivita.core.errors import FieldError, Invalid, TooLarge, UnsupportedType
from verivita.entrypoints.api.schemas import PROBLEMS, Input, Output, PageOf, Paging, TaskQueued, paged, queued
from verivita.entrypoints.http.auth import Caller
from verivita.features.library import Added, Document, DocumentKind, Fact, LibraryService, Passage

router = APIRouter(prefix="/api/v1/documents", tags=["documents"], responses=PROBLEMS)


class DocumentIn(Input):
    """A paper given as text."""

    title: str = Field(min_length=1, max_length=200)
    content: str = Field(min_length=1, max_length=5_000_000)
    kind: DocumentKind = DocumentKind.NOTES
    metadata: dict[str, str] = Field(default_factory=dict, max_length=50)


class DocumentOut(Output):
    """A paper, without its text."""

    id: UUID
    kind: DocumentKind
    title: str
    filename: str
    media_type: str
    size: int
    content_hash: str
    status: str
    is_active: bool
    is_example: bool
    pages: int
    understood_lines: int
    total_lines: int
    warnings: list[str]
    error_code: str | None
    error: str | None
    version: int
    created_at: datetime
    updated_at: datetime


class AddedOut(Output):
    """A paper was taken; it is read as a task."""

    id: UUID
    status: str
    content_hash: str
    duplicate_of: UUID | None
    url: str
    task_id: UUID | None


class SpanOut(Output):
    """A place in a paper."""

    start: int
    end: int
    page: int


class FactOut(Output):
    """One statement of a paper, and where it stands."""

    id: UUID
    kind: str
    value: str
    label: str
    section: str
    entry: int | None
    page: int
    start: int
    end: int
    text: str


class FactsOut(Output):
    """The facts of a paper, and how many of its lines were understood."""

    items: list[FactOut]
    total: int
    coverage: CoverageOut


class CoverageOut(Output):
    """Lines understood out of all; `unknown` are the others."""

    understood: int
    total: int
    unknown: list[LineOut]


class LineOut(Output):
    """A line that was not understood."""

    page: int
    start: int
    end: int
    text: str


class PassageOut(Output):
    """A piece of a paper that search finds."""

    id: UUID
    ordinal: int
    section: str
    text: str
    page: int
    start: int
    end: int


class PassagesOut(Output):
    """All passages of a paper."""

    items: list[PassageOut]
    total: int


class DocumentChange(Input):
    """What may be changed of a paper."""

    is_active: bool
    version: int | None = None


FactsOut.model_rebuild()
CoverageOut.model_rebuild()


@router.post("", status_code=201)
async def add(
    request: Request,
    caller: Caller,
    file: Annotated[UploadFile | None, File()] = None,
    kind: Annotated[DocumentKind, Form()] = DocumentKind.RESUME,
    title: Annotated[str, Form(max_length=200)] = "",
) -> AddedOut:
    """Keep a paper and read it: multipart with `file`, or JSON with `title` and `content`."""
    if request.headers.get("content-type", "").startswith("application/json"):
        body = await json_document(request)
        added = await _library(request).add(caller, f"{body.title}.md", body.content.encode(), body.kind, body.title)
        return added_out(added)
    if file is None:
        raise Invalid(message="No file was sent.", errors=[FieldError("file", "is needed")])
    data = await read_upload(file, request.app.state.container.settings.max_upload_mb)
    return added_out(await _library(request).add(caller, file.filename or "paper", data, kind, title))


@router.get("")
async def listing(request: Request, caller: Caller, paging: Paging) -> PageOf[DocumentOut]:
    """The caller's papers, newest first."""
    return paged(await _library(request).page(caller, paging), document_out)


@router.get("/{document_id}")
async def one(request: Request, caller: Caller, document_id: UUID, response: Response) -> DocumentOut:
    """One paper."""
    document = await _library(request).get(caller, document_id)
    response.headers["ETag"] = f'"{document.version}"'
    return document_out(document)


@router.patch("/{document_id}")
async def change(
    request: Request,
    caller: Caller,
    document_id: UUID,
    body: DocumentChange,
    if_match: Annotated[str | None, Header()] = None,
) -> DocumentOut:
    """Choose whether a paper counts for matching."""
    version = body.version if body.version is not None else etag_version(if_match)
    return document_out(await _library(request).use(caller, document_id, body.is_active, version))


@router.delete("/{document_id}", status_code=204)
async def remove(request: Request, caller: Caller, document_id: UUID) -> None:
    """Remove a paper with every trace of it."""
    await _library(request).remove(caller, document_id)


@router.get("/{document_id}/file", response_class=Response)
async def original(request: Request, caller: Caller, document_id: UUID) -> Response:
    """The very bytes that were given, as a download."""
    document = await _library(request).get(caller, document_id)
    data = await _library(request).original(caller, document_id)
    # Never shown inside our own origin: an uploaded page must not run as ours.
    headers = {"Content-Disposition": f'attachment; filename="{document.id}"'}
    return Response(data, media_type="application/octet-stream", headers=headers)


@router.get("/{document_id}/facts")
async def facts(request: Request, caller: Caller, document_id: UUID) -> FactsOut:
    """What was understood of a paper: each fact with its words and place, and the lines that were not understood."""
    opened = await _library(request).open(caller, document_id)
    unknown = [
        LineOut(page=note.page, start=note.start, end=note.end, text=opened.text[note.start : note.end])
        for note in opened.coverage.notes
        if not note.understood
    ]
    coverage = CoverageOut(understood=opened.coverage.understood, total=opened.coverage.total, unknown=unknown)
    items = [fact_out(fact, opened.text) for fact in opened.facts]
    return FactsOut(items=items, total=len(items), coverage=coverage)


@router.get("/{document_id}/passages")
async def passages(request: Request, caller: Caller, document_id: UUID) -> PassagesOut:
    """The passages of a paper; each one's text is the document's text from start to end."""
    found = await _library(request).passages(caller, document_id)
    return PassagesOut(items=[passage_out(item) for item in found], total=len(found))


@router.post("/{document_id}/read", status_code=202)
async def reread(request: Request, caller: Caller, document_id: UUID) -> TaskQueued:
    """Read a paper again from its original bytes."""
    return queued(await _library(request).reread(caller, document_id))


async def json_document(request: Request) -> DocumentIn:
    """The JSON body of a paper given as text. Raises `Invalid`."""
    from pydantic import ValidationError

    try:
        return DocumentIn.model_validate_json(await request.body())
    except ValidationError as error:
        fields = [FieldError(".".join(map(str, e["loc"])), e["msg"]) for e in error.errors()]
        raise Invalid(message="The request is not valid.", errors=fields) from error


async def read_upload(file: UploadFile, limit_mb: int) -> bytes:
    """The bytes of an uploaded file. Raises `TooLarge` beyond the limit, `UnsupportedType` for none at all."""
    data = await file.read(limit_mb * 2**20 + 1)
    if len(data) > limit_mb * 2**20:
        raise TooLarge(message=f"The file is larger than {limit_mb} MB.", next="Save a smaller copy and try again.")
    if not data:
        raise UnsupportedType("empty", "This file is empty.", next="Check that you picked the right file.")
    return data


def etag_version(if_match: str | None) -> int | None:
    """The version that an `If-Match` header names."""
    text = (if_match or "").strip().removeprefix("W/").strip('"')
    return int(text) if text.isdigit() else None


def document_out(document: Document) -> DocumentOut:
    """The reply body of a paper."""
    return DocumentOut.model_validate(document)


def added_out(added: Added) -> AddedOut:
    """The reply body of a paper that was given."""
    document = added.document
    return AddedOut(
        id=document.id,
        status=document.status.value,
        content_hash=document.content_hash,
        duplicate_of=added.duplicate_of,
        url=f"/api/v1/documents/{document.id}/file",
        task_id=added.task_id,
    )


def fact_out(fact: Fact, text: str) -> FactOut:
    """The reply body of a fact."""
    span = fact.span
    return FactOut(
        id=fact.id,
        kind=fact.kind.value,
        value=fact.value,
        label=fact.label,
        section=fact.section,
        entry=fact.entry,
        page=span.page,
        start=span.start,
        end=span.end,
        text=text[span.start : span.end],
    )


def passage_out(passage: Passage) -> PassageOut:
    """The reply body of a passage."""
    span = passage.span
    return PassageOut(
        id=passage.id,
        ordinal=passage.ordinal,
        section=passage.section,
        text=passage.text,
        page=span.page,
        start=span.start,
        end=span.end,
    )


def _library(request: Request) -> LibraryService:
    service: LibraryService = request.app.state.container.library
    return service
