"""/api/v1/chat: say something and be answered, at once or as a stream; suggestions, talks, history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from verivita.core.errors import NotFound
from verivita.core.principal import Principal
from verivita.entrypoints.api.answers import CitationOut, ClaimOut, citation_out, claim_out, parts
from verivita.entrypoints.api.schemas import PROBLEMS, Input, Output, PageOf, Paging, paged
from verivita.entrypoints.http import streams
from verivita.entrypoints.http.auth import Caller
from verivita.entrypoints.http.questions import question_allowed
from verivita.features.answers import StepKind
from verivita.features.assistant import AssistantService, Event, Mode, Opening, Refusal, Reply, Runs, Saying, Talk, Turn

router = APIRouter(prefix="/api/v1/chat", tags=["ask"], responses=PROBLEMS)

STOPPED = "The model was stopped. This answer was made without one."


class ChatIn(Input):
    """A message. `job_id` or `job_description` name the job that it is about."""

    message: str = Field(min_length=1, max_length=20_000)
    mode: Mode = Mode.CHAT
    job_description: str | None = Field(None, max_length=200_000)
    job_id: UUID | None = None
    session_id: UUID | None = None
    use_verification: bool = True


class ChatOut(Output):
    """The answer. `claims` are its sentences with their verdicts; `grounding_score` is the supported share."""

    id: UUID
    response: str
    citations: list[CitationOut]
    mode: Mode
    route: str
    grounding_score: float | None
    claims: list[ClaimOut]
    abstained: bool
    search_mode: str
    rung: str
    language: str
    notes: list[str]
    session_id: UUID
    processing_time_ms: float


class Suggestions(Output):
    """Questions to begin with."""

    suggestions: list[str]


class TurnOut(Output):
    """A message and its answer."""

    id: UUID
    session_id: UUID
    message: str
    reply: ChatOut
    created_at: datetime


class TalkOut(Output):
    """A talk."""

    id: UUID
    mode: Mode
    title: str
    turns: int
    created_at: datetime
    updated_at: datetime


class TalkDetailOut(TalkOut):
    """A talk with all that was said."""

    messages: list[TurnOut]


class Erased(Output):
    """How many talks were erased."""

    erased: int


@router.post(
    "",
    response_model=ChatOut,
    responses={200: {"content": {streams.MEDIA: {}}}},
    dependencies=[Depends(question_allowed)],
)
async def chat(request: Request, caller: Caller, body: ChatIn) -> ChatOut | Response:
    """Be answered; with `Accept: text/event-stream` as events, which `Last-Event-ID` takes up again."""
    saying = saying_of(body)
    if streams.wants_stream(request):
        return await stream(request, caller, saying)
    return chat_out(await _assistant(request).say(caller, saying))


@router.delete("/turns/{turn_id}", status_code=204)
async def stop(request: Request, caller: Caller, turn_id: UUID) -> None:
    """Stop the model that is writing this answer; the stream ends with the answer that needs none."""
    _runs(request).stop(caller, turn_id)


@router.get("/turns/{turn_id}")
async def turn(request: Request, caller: Caller, turn_id: UUID) -> TurnOut:
    """One message with its answer, as it was kept."""
    return turn_out(await _assistant(request).turn(caller, turn_id))


@router.get("/suggestions")
async def suggestions(request: Request, caller: Caller) -> Suggestions:
    """Questions made from the caller's own papers and jobs."""
    return Suggestions(suggestions=await _assistant(request).suggestions(caller))


@router.get("/history")
async def history(request: Request, caller: Caller, paging: Paging) -> PageOf[TurnOut]:
    """What was said over all talks, the latest first."""
    return paged(await _assistant(request).history(caller, paging), turn_out)


@router.delete("/history")
async def forget(request: Request, caller: Caller, session_id: UUID | None = None) -> Erased:
    """Erase one talk, or everything that was said, with the answers kept for asking again."""
    return Erased(erased=await _assistant(request).forget(caller, session_id))


@router.get("/sessions")
async def sessions(request: Request, caller: Caller, paging: Paging) -> PageOf[TalkOut]:
    """The caller's talks, the latest first."""
    return paged(await _assistant(request).talks(caller, paging), talk_out)


@router.get("/sessions/{session_id}")
async def session(request: Request, caller: Caller, session_id: UUID) -> TalkDetailOut:
    """One talk with all that was said."""
    talk = await _assistant(request).talk(caller, session_id)
    return TalkDetailOut(**talk_out(talk).model_dump(), messages=[turn_out(item) for item in talk.turns])


@router.delete("/sessions/{session_id}", status_code=204)
async def drop_session(request: Request, caller: Caller, session_id: UUID) -> None:
    """Erase one talk."""
    await _assistant(request).forget(caller, session_id)


async def stream(request: Request, caller: Principal, saying: Saying) -> Response:
    """The answer as events: a new one, or the rest of the one that `Last-Event-ID` names."""
    assistant, runs, seen = _assistant(request), _runs(request), streams.last_event(request)
    if seen is not None:
        return await _resumed(assistant, runs, caller, *seen)
    instead = replace(saying, use_model=False, note=STOPPED)
    id = await runs.start(caller, lambda: assistant.stream(caller, saying), lambda: assistant.stream(caller, instead))
    return streams.streamed(id, runs.follow(caller, id), shape)


async def _resumed(assistant: AssistantService, runs: Runs, caller: Principal, id: UUID, after: int) -> Response:
    """The rest of an answer; of one that another process made, or that is long over, the kept answer as its end."""
    try:
        runs.known(caller, id)
    except NotFound:
        kept = (await assistant.turn(caller, id)).reply
        return streams.streamed(id, _kept(kept, after + 1), shape)
    return streams.streamed(id, runs.follow(caller, id, after), shape)


async def _kept(reply: Reply, number: int) -> Any:
    yield number, reply


def saying_of(body: ChatIn) -> Saying:
    """The message of a body."""
    return Saying(
        body.message,
        mode=body.mode,
        session_id=body.session_id,
        job_id=body.job_id,
        job_description=body.job_description or "",
        verify=body.use_verification,
    )


def chat_out(reply: Reply) -> ChatOut:
    """The reply body of an answer."""
    return ChatOut(
        id=reply.id,
        response=reply.answer.text,
        mode=reply.mode,
        route=reply.route.value,
        session_id=reply.session_id,
        processing_time_ms=reply.ms,
        **parts(reply.answer),
    )


def turn_out(item: Turn) -> TurnOut:
    """The body of a message with its answer."""
    return TurnOut(
        id=item.reply.id,
        session_id=item.reply.session_id,
        message=item.question,
        reply=chat_out(item.reply),
        created_at=item.created_at,
    )


def talk_out(item: Talk) -> TalkOut:
    """The body of a talk."""
    return TalkOut(
        id=item.id,
        mode=item.mode,
        title=item.title,
        turns=item.count,
        created_at=item.created_at,
        updated_at=item.updated_at,
    )


def shape(event: Event) -> tuple[str, Mapping[str, Any]]:
    """An event of the stream: its name and its data."""
    match event:
        case Opening():
            data = {"id": event.id, "session_id": event.session_id, "mode": event.mode, "route": event.route}
            return "meta", data
        case Reply():
            return "done", chat_out(event).model_dump(mode="json")
        case Refusal():
            return "error", {"code": event.code, "detail": event.message, "next": event.next}
        case _ if event.kind is StepKind.CITATION and event.citation is not None:
            return "citation", {"number": event.number, **citation_out(event.citation).model_dump(mode="json")}
        case _ if event.kind is StepKind.GROUNDING and event.claim is not None:
            return "grounding", claim_out(event.claim).model_dump(mode="json")
        case _ if event.tokens is not None:
            used = event.tokens
            return "usage", {
                "model": used.model,
                "input_tokens": used.input_tokens,
                "output_tokens": used.output_tokens,
            }
        case _:
            return event.kind.value, {"text": event.text}


def _assistant(request: Request) -> AssistantService:
    service: AssistantService = request.app.state.container.assistant
    return service


def _runs(request: Request) -> Runs:
    runs: Runs = request.app.state.container.runs
    return runs
