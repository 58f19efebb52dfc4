"""/api/v1/search and /api/v1/embed: parse, call one use case, shape the reply."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field, model_validator

from verivita.entrypoints.api.schemas import PROBLEMS, Input, Output
from verivita.entrypoints.http.auth import Caller
from verivita.features.search import LibraryResult, SearchService

router = APIRouter(prefix="/api/v1", tags=["search"], responses=PROBLEMS)


class LibraryFilters(Input):
    """Conditions on passages."""

    section: list[str] = Field(default_factory=list, max_length=20)
    document_id: list[UUID] = Field(default_factory=list, max_length=100)


class SearchIn(Input):
    """A search in the caller's own papers."""

    query: str = Field(min_length=1, max_length=100_000)
    top_k: int = Field(5, ge=1, le=100)
    filters: LibraryFilters = Field(default_factory=LibraryFilters)
    use_hybrid: bool = True
    vector_weight: float | None = Field(None, ge=0, le=1)


class PassageHit(Output):
    """A found passage; `text` stands at `start` of the document's text."""

    id: UUID
    document_id: UUID
    section: str
    text: str
    score: float
    page: int
    start: int
    end: int


class SearchOut(Output):
    """Found passages, best first, and which legs of the search ran."""

    results: list[PassageHit]
    search_mode: str
    timings_ms: dict[str, float]
    degraded: list[str]


class EmbedIn(Input):
    """One text, or several."""

    text: str | None = Field(None, max_length=100_000)
    texts: list[str] | None = Field(None, max_length=256)

    @model_validator(mode="after")
    def _one_of(self) -> EmbedIn:
        if (self.text is None) == (self.texts is None):
            raise ValueError("give either `text` or `texts`")
        return self


class EmbedOut(Output):
    """Unit vectors, and what made them."""

    embedding: list[float] | None = None
    embeddings: list[list[float]] | None = None
    model: str
    dimensions: int


@router.post("/search")
async def search(request: Request, caller: Caller, body: SearchIn) -> SearchOut:
    """Passages of the caller's own papers that fit a question."""
    return search_out(
        await _search(request).library(
            caller,
            body.query,
            body.top_k,
            sections=tuple(body.filters.section),
            document_ids=tuple(body.filters.document_id),
            use_hybrid=body.use_hybrid,
            vector_weight=body.vector_weight,
        )
    )


@router.post("/embed", response_model_exclude_none=True)
async def embed(request: Request, caller: Caller, body: EmbedIn) -> EmbedOut:
    """Vectors of texts, by the encoder that search uses."""
    texts = body.texts if body.texts is not None else [body.text or ""]
    vectors, model = await _search(request).embed(caller, texts)
    if body.texts is not None:
        return EmbedOut(embeddings=vectors, model=model.key, dimensions=model.dimensions)
    return EmbedOut(embedding=vectors[0], model=model.key, dimensions=model.dimensions)


def search_out(found: LibraryResult) -> SearchOut:
    """The reply body of a search in the library."""
    return SearchOut(
        results=[
            PassageHit(
                id=hit.passage.id,
                document_id=hit.passage.document_id,
                section=hit.passage.section,
                text=hit.passage.text,
                score=round(hit.score, 6),
                page=hit.passage.span.page,
                start=hit.passage.span.start,
                end=hit.passage.span.end,
            )
            for hit in found.passages
        ],
        search_mode=found.mode,
        timings_ms={leg.name: leg.ms for leg in found.legs} | {"total": found.ms},
        degraded=[f"{leg.name}: {leg.why_not}" for leg in found.legs if not leg.ran],
    )


def _search(request: Request) -> SearchService:
    service: SearchService = request.app.state.container.search
    return service
