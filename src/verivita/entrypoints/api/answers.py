"""/api/v1/query: parse, call one use case, shape the reply; and the shapes that every answer has."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from verivita.entrypoints.api.schemas import PROBLEMS, Input, Output
from verivita.entrypoints.http.auth import Caller
from verivita.entrypoints.http.questions import question_allowed
from verivita.features.answers import Answer, Citation, Claim
from verivita.features.assistant import AssistantService, Reply, Route, Saying

router = APIRouter(prefix="/api/v1", tags=["ask"], responses=PROBLEMS)


class QueryIn(Input):
    """A question; `route` overrides ours."""

    query: str = Field(min_length=1, max_length=20_000)
    route: Literal["study", "career"] | None = None


class CitationOut(Output):
    """A verbatim place: of a paper (`document_id`) or of a job's text (`job_id`); characters `start` to `end`."""

    document_id: UUID | None
    job_id: UUID | None
    title: str
    section: str
    text: str
    page: int
    start: int
    end: int
    relevance: float


class ClaimOut(Output):
    """One sentence of an answer. `citations` are numbers from 1; a removed one is not in the answer's text."""

    text: str
    verdict: str
    citations: list[int]
    fact_ids: list[UUID]
    reason: str
    removed: bool


class QueryOut(Output):
    """An answer with its places. `rung` says what made it: no_model, local_model or hosted_model."""

    answer: str
    route: str
    citations: list[CitationOut]
    claims: list[ClaimOut]
    grounding_score: float | None
    abstained: bool
    search_mode: str
    rung: str
    language: str
    notes: list[str]
    processing_time_ms: float


@router.post("/query", dependencies=[Depends(question_allowed)])
async def query(request: Request, caller: Caller, body: QueryIn) -> QueryOut:
    """Answer a question: about notes from the papers, about the career from papers, jobs and matches."""
    assistant: AssistantService = request.app.state.container.assistant
    reply = await assistant.say(caller, Saying(body.query, route=Route(body.route) if body.route else None))
    return query_out(reply)


def query_out(reply: Reply) -> QueryOut:
    """The reply body of a question."""
    return QueryOut(
        answer=reply.answer.text, route=reply.route.value, **parts(reply.answer), processing_time_ms=reply.ms
    )


def parts(answer: Answer) -> dict[str, Any]:
    """What every reply body tells of an answer beside its text."""
    return {
        "citations": [citation_out(item) for item in answer.citations],
        "claims": [claim_out(item) for item in answer.claims],
        "grounding_score": None if answer.score is None else round(answer.score, 4),
        "abstained": answer.abstained,
        "search_mode": answer.search_mode,
        "rung": answer.rung.value,
        "language": answer.language,
        "notes": list(answer.notes),
    }


def citation_out(item: Citation) -> CitationOut:
    """A citation as a body."""
    return CitationOut.model_validate(item)


def claim_out(item: Claim) -> ClaimOut:
    """A claim as a body."""
    return ClaimOut(
        text=item.text,
        verdict=item.verdict.value,
        citations=[number + 1 for number in item.citations],
        fact_ids=list(item.fact_ids),
        reason=item.reason,
        removed=item.removed,
    )
