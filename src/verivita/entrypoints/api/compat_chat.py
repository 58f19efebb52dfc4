"""The chat, query and upload paths of other contracts, each laid over one canonical use case."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from verivita.core.page import Page
from verivita.entrypoints.api import assistant
from verivita.entrypoints.api.schemas import PROBLEMS, Input, Output, Paging
from verivita.entrypoints.api.uploads import upload_body
from verivita.entrypoints.http.auth import Caller
from verivita.entrypoints.http.questions import question_allowed
from verivita.features.answers import Answer
from verivita.features.assistant import AssistantService, Mode, Saying, Talk, Turn
from verivita.features.library import DocumentKind

router = APIRouter(tags=["compatibility"], responses=PROBLEMS)
_QUESTION = [Depends(question_allowed)]
_UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"file": {"type": "string", "format": "binary", "description": "Notes to keep."}},
                    "required": ["file"],
                    "additionalProperties": False,
                }
            }
        },
    }
}


class AskIn(Input):
    """A question."""

    query: str = Field(min_length=1, max_length=20_000)


class AskOut(Output):
    """The answer."""

    answer: str


class UploadedOut(Output):
    """The file was taken."""

    status: Literal["uploaded"] = "uploaded"
    url: str


class ApiChatIn(Input):
    """A message."""

    message: str = Field(min_length=1, max_length=20_000)
    mode: Mode = Mode.CHAT
    job_description: str | None = Field(None, max_length=200_000)
    use_verification: bool = True


class ShortCitation(Output):
    """A verbatim place."""

    section: str
    text: str
    relevance: float


class ApiChatOut(Output):
    """The answer with its places."""

    response: str
    citations: list[ShortCitation]
    mode: Mode
    grounding_score: float | None
    search_mode: str
    processing_time_ms: float


class SaidOut(Output):
    """One message of a talk."""

    role: Literal["user", "assistant"]
    content: str
    mode: Mode
    citations: list[ShortCitation]
    grounding_score: float | None
    created_at: datetime


class SaidPage(Output):
    """Messages, the latest turn first; in a turn the question comes before its answer."""

    messages: list[SaidOut]
    total: int
    page: int
    pages: int


class Cleared(Output):
    """Everything that was said is erased."""

    success: bool = True
    erased: int


class PastMessage(Input):
    """What was said before."""

    role: str = Field(max_length=20)
    content: str = Field(max_length=20_000)


class RagIn(Input):
    """A question, with what was said before."""

    query: str = Field(min_length=1, max_length=20_000)
    history_context: list[PastMessage] | None = Field(None, max_length=50)


class DocumentReference(Output):
    """A paper, or a job, that the answer cites."""

    document_id: UUID | None
    title: str
    content: str
    score: float


class RagOut(Output):
    """The answer, the papers that it cites, and the words that were read for it."""

    response: str
    sources: list[DocumentReference]
    context_used: list[str]


class ChatHistoryItem(Output):
    """A question and its answer."""

    id: UUID
    conversation_id: UUID
    query: str
    response: str
    context_used: list[str]
    created_at: datetime


class ChatHistoryPage(Output):
    """Questions and answers, the latest first."""

    history: list[ChatHistoryItem]
    total: int
    page: int
    pages: int


class ChatHistoryDetail(Output):
    """A talk."""

    id: UUID
    title: str
    created_at: datetime
    messages: list[ChatHistoryItem]


@router.post("/query", dependencies=_QUESTION)
async def query(request: Request, caller: Caller, body: AskIn) -> AskOut:
    """Answer a question."""
    return AskOut(answer=(await _assistant(request).say(caller, Saying(body.query))).answer.text)


@router.post("/upload", openapi_extra=_UPLOAD)
async def upload(request: Request, caller: Caller) -> UploadedOut:
    """Keep a file of notes; it is read as a task."""
    container = request.app.state.container
    given = await upload_body(request, container.settings.max_upload_mb)
    added = await container.library.add(caller, given.filename, given.data, DocumentKind.NOTES)
    return UploadedOut(url=f"/api/v1/documents/{added.document.id}/file")


@router.post("/api/chat", dependencies=_QUESTION)
async def api_chat(request: Request, caller: Caller, body: ApiChatIn) -> ApiChatOut:
    """Be answered."""
    reply = await _assistant(request).say(caller, assistant.saying_of(assistant.ChatIn(**body.model_dump())))
    return ApiChatOut(
        response=reply.answer.text,
        citations=_places(reply.answer),
        mode=reply.mode,
        grounding_score=reply.answer.score,
        search_mode=reply.answer.search_mode,
        processing_time_ms=reply.ms,
    )


@router.get("/api/chat/suggestions")
async def api_suggestions(request: Request, caller: Caller) -> assistant.Suggestions:
    """Questions made from the caller's own papers and jobs."""
    return await assistant.suggestions(request, caller)


@router.get("/api/chat/history")
async def api_history(request: Request, caller: Caller, paging: Paging) -> SaidPage:
    """What was said, the latest first."""
    found = await _assistant(request).history(caller, paging)
    messages = [message for turn in found.items for message in _said(turn)]
    return SaidPage(messages=messages, total=found.total, page=found.page, pages=found.pages)


@router.delete("/api/chat/history")
async def api_clear(request: Request, caller: Caller) -> Cleared:
    """Erase everything that was said."""
    return Cleared(erased=await _assistant(request).forget(caller))


@router.post("/chat", dependencies=_QUESTION)
async def chat(request: Request, caller: Caller, body: RagIn) -> RagOut:
    """Answer a question from the caller's papers."""
    before = "\n".join(f"{item.role}: {item.content}" for item in body.history_context or ())
    answer = (await _assistant(request).say(caller, Saying(body.query, before=before))).answer
    sources = [
        DocumentReference(
            document_id=item.document_id or item.job_id, title=item.title, content=item.text, score=item.relevance
        )
        for item in answer.citations
    ]
    return RagOut(response=answer.text, sources=sources, context_used=list(answer.read))


@router.get("/history")
async def history(request: Request, caller: Caller, paging: Paging) -> ChatHistoryPage:
    """Questions and answers, the latest first."""
    found: Page[Turn] = await _assistant(request).history(caller, paging)
    return ChatHistoryPage(
        history=[_item(turn) for turn in found.items], total=found.total, page=found.page, pages=found.pages
    )


@router.get("/history/{conversation_id}")
async def conversation(request: Request, caller: Caller, conversation_id: UUID) -> ChatHistoryDetail:
    """One talk with all that was said."""
    talk: Talk = await _assistant(request).talk(caller, conversation_id)
    return ChatHistoryDetail(
        id=talk.id, title=talk.title, created_at=talk.created_at, messages=[_item(turn) for turn in talk.turns]
    )


def _places(answer: Answer) -> list[ShortCitation]:
    return [ShortCitation.model_validate(item) for item in answer.citations]


def _said(turn: Turn) -> list[SaidOut]:
    reply = turn.reply
    common: dict[str, Any] = {"mode": reply.mode, "created_at": turn.created_at}
    return [
        SaidOut(role="user", content=turn.question, citations=[], grounding_score=None, **common),
        SaidOut(
            role="assistant",
            content=reply.answer.text,
            citations=_places(reply.answer),
            grounding_score=reply.answer.score,
            **common,
        ),
    ]


def _item(turn: Turn) -> ChatHistoryItem:
    return ChatHistoryItem(
        id=turn.reply.id,
        conversation_id=turn.reply.session_id,
        query=turn.question,
        response=turn.reply.answer.text,
        context_used=list(turn.reply.answer.read),
        created_at=turn.created_at,
    )


def _assistant(request: Request) -> AssistantService:
    service: AssistantService = request.app.state.container.assistant
    return service
