"""The paths and shapes of other contracts, each laid over one canonical use case."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import Field

from verivita.entrypoints.api import postings as jobs
from verivita.entrypoints.api import postings_bodies as bodies
from verivita.entrypoints.api.schemas import PROBLEMS, Input, Output, PageOf, Paging
from verivita.entrypoints.http.auth import Caller
from verivita.features.library import DocumentKind

T = TypeVar("T")

router = APIRouter(tags=["compatibility"], responses=PROBLEMS)


class SaveDocumentIn(Input):
    """A document given as text."""

    title: str = Field(min_length=1, max_length=200)
    content: str = Field(min_length=1, max_length=5_000_000)
    metadata: dict[str, Any] | None = Field(None, max_length=50, description="Taken, and not kept.")


class SaveDocumentOut(Output):
    """The document was taken."""

    document_id: UUID
    success: bool
    message: str


class EmbedTextIn(Input):
    """One text."""

    text: str = Field(max_length=100_000)


class TextVectorOut(Output):
    """Its vector."""

    embedding: list[float]
    success: bool


class FindFilters(Input):
    """Sections and documents to look in; one or several."""

    section: str | list[str] | None = Field(None, max_length=20)
    document_id: UUID | list[UUID] | None = None


class FindIn(Input):
    """A search in the caller's own papers; `filters` may name sections and documents."""

    query: str = Field(min_length=1, max_length=100_000)
    top_k: int = Field(5, ge=1, le=100)
    filters: FindFilters | None = None


class FindHit(Output):
    """A found passage."""

    id: UUID
    content: str
    score: float
    metadata: dict[str, Any]


class FindOut(Output):
    """Found passages and the query's own vector."""

    results: list[FindHit]
    query_embedding: list[float]


@router.post("/save-document")
async def save_document(request: Request, caller: Caller, body: SaveDocumentIn) -> SaveDocumentOut:
    """Keep a document given as text."""
    added = await request.app.state.container.library.add(
        caller, f"{body.title}.md", body.content.encode(), DocumentKind.NOTES, body.title
    )
    message = "This document was here already." if added.duplicate_of else "Saved; it is being read."
    return SaveDocumentOut(document_id=added.document.id, success=True, message=message)


@router.post("/embed")
async def embed(request: Request, caller: Caller, body: EmbedTextIn) -> TextVectorOut:
    """The vector of one text."""
    vectors, _ = await request.app.state.container.search.embed(caller, [body.text])
    return TextVectorOut(embedding=vectors[0], success=True)


@router.post("/search")
async def search(request: Request, caller: Caller, body: FindIn) -> FindOut:
    """Passages of the caller's own papers that fit a question."""
    service = request.app.state.container.search
    where = body.filters or FindFilters()
    found = await service.library(
        caller, body.query, body.top_k, sections=_several(where.section), document_ids=_several(where.document_id)
    )
    vectors, _ = await service.embed(caller, [body.query])
    hits = [
        FindHit(
            id=hit.passage.id,
            content=hit.passage.text,
            score=round(hit.score, 6),
            metadata={
                "document_id": str(hit.passage.document_id),
                "section": hit.passage.section,
                "page": hit.passage.span.page,
            },
        )
        for hit in found.passages
    ]
    return FindOut(results=hits, query_embedding=vectors[0])


def _several(given: T | list[T] | None) -> tuple[T, ...]:
    return () if given is None else tuple(given) if isinstance(given, list) else (given,)


@router.post("/api/job-list/search", response_model=bodies.JobsFound)
async def job_list_search(request: Request, caller: Caller, body: bodies.JobSearchIn) -> bodies.JobsFound | Response:
    """Search postings."""
    return await jobs.search(request, caller, body)


@router.get("/api/job-list/jobs", response_model=PageOf[bodies.JobOut])
async def job_list(request: Request, caller: Caller, paging: Paging) -> Response:
    """Open postings, newest first."""
    return await jobs.listing(request, caller, paging)


@router.get("/api/job-list/recommendations")
async def job_list_recommendations(request: Request, caller: Caller, paging: Paging) -> PageOf[bodies.JobOut]:
    """The best matches with their reasons."""
    return await jobs.recommendations(request, caller, paging)


@router.get("/api/job-list/jobs/{job_id}", response_model=bodies.JobDetailOut)
async def job_list_one(request: Request, caller: Caller, job_id: UUID) -> Response:
    """One posting with its text."""
    return await jobs.one(request, caller, job_id)
