"""/api/v1/documents: parse, call one use case, shape the reply."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response
from pydantic import Field, ValidationError

from verivita.core.errors import Invalid
from verivita.core.ids import FactId
from verivita.entrypoints.api.schemas import PROBLEMS, Input, Output, PageOf, Paging, TaskQueued, paged, queued
from verivita.entrypoints.api.uploads import Upload, json_body, media_type, two_bodies, upload_body
from verivita.entrypoints.api.versions import etag, wanted_version
from verivita.entrypoints.http.auth import Caller
from verivita.entrypoints.http.errors import field_errors
from verivita.features.library import (
    Added,
    Document,
    DocumentKind,
    Fact,
    FactKind,
    LibraryService,
    Passage,
    named_skills,
)

router = APIRouter(prefix="/api/v1/documents", tags=["documents"], responses=PROBLEMS)


class DocumentIn(Input):
    """A paper given as text."""

    title: str = Field(min_length=1, max_length=200)
    content: str = Field(min_length=1, max_length=5_000_000)
    kind: DocumentKind = DocumentKind.NOTES
    metadata: dict[str, Any] = Field(
        default_factory=dict, max_length=50, description="Taken so that scripts of other products work; it is not kept."
    )


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
    """One statement of a paper, and where it stands; `in_passing` marks a skill that is told of and not named."""

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
    in_passing: bool


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
    version: int | None = Field(None, ge=1, le=2**31 - 1)


FactsOut.model_rebuild()
CoverageOut.model_rebuild()


_FORM: dict[str, dict[str, Any]] = {
    "kind": {"$ref": "#/components/schemas/DocumentKind"},
    "title": {"type": "string", "maxLength": 200},
}


class FormIn(Input):
    """What may stand beside an uploaded file."""

    kind: DocumentKind = DocumentKind.RESUME
    title: str = Field("", max_length=200)


@router.post(
    "",
    status_code=201,
    openapi_extra=two_bodies(
        DocumentIn,
        "A PDF, DOCX, Markdown, text or HTML file, or a JSON Resume. `kind` is resume without a word.",
        **_FORM,
    ),
)
async def add(request: Request, caller: Caller, response: Response) -> AddedOut:
    """Keep a paper and read it: multipart with `file`, or JSON with `title` and `content`."""
    if media_type(request) == "application/json":
        body = await json_body(request, DocumentIn)
        added = await _library(request).add(caller, f"{body.title}.md", body.content.encode(), body.kind, body.title)
    else:
        sent = await upload_body(request, request.app.state.container.settings.max_upload_mb, frozenset(_FORM))
        form = _form(sent)
        added = await _library(request).add(caller, sent.filename, sent.data, form.kind, form.title)
    response.headers["Location"] = f"/api/v1/documents/{added.document.id}"
    return added_out(added)


@router.get("")
async def listing(request: Request, caller: Caller, paging: Paging) -> PageOf[DocumentOut]:
    """The caller's papers, newest first."""
    return paged(await _library(request).page(caller, paging), document_out)


@router.get("/{document_id}")
async def one(request: Request, caller: Caller, document_id: UUID, response: Response) -> DocumentOut:
    """One paper."""
    document = await _library(request).get(caller, document_id)
    response.headers["ETag"] = etag(document.version)
    return document_out(document)


@router.patch("/{document_id}")
async def change(
    request: Request,
    caller: Caller,
    document_id: UUID,
    body: DocumentChange,
    response: Response,
    if_match: Annotated[str | None, Header()] = None,
) -> DocumentOut:
    """Choose whether a paper counts for matching."""
    version = wanted_version(body.version, if_match)
    document = await _library(request).use(caller, document_id, body.is_active, version)
    response.headers["ETag"] = etag(document.version)
    return document_out(document)


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
    named = named_skills(opened.facts)
    items = [fact_out(fact, opened.text, named) for fact in opened.facts]
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


def _form(sent: Upload) -> FormIn:
    try:
        return FormIn.model_validate(sent.fields)
    except ValidationError as error:
        raise Invalid(message="The request is not valid.", errors=field_errors(error.errors())) from error


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


def fact_out(fact: Fact, text: str, named: Collection[FactId]) -> FactOut:
    """The reply body of a fact; `named` are the skills that its paper names."""
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
        in_passing=fact.kind is FactKind.SKILL and fact.id not in named,
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
