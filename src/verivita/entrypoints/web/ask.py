"""/ask: a talk with the own papers and jobs; a plain form, which a script makes a stream of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse

from verivita.core.errors import Invalid, NotFound
from verivita.core.ids import parse_id
from verivita.core.page import PageRequest
from verivita.entrypoints.http import streams
from verivita.entrypoints.http.auth import Caller
from verivita.entrypoints.http.errors import status_of
from verivita.entrypoints.web import render
from verivita.entrypoints.web.ask_views import AskView, PaneView, TalkRow, TalksView
from verivita.entrypoints.web.refusals import PageRoute
from verivita.entrypoints.web.show_ask import hint_of, job_pane, mode_options, paper_pane, turn_view
from verivita.entrypoints.web.show_papers import Lit
from verivita.entrypoints.web.views import ConfirmView, Link, NoteView, PageLinks
from verivita.entrypoints.web.visit import Visit, Visitor, go, services
from verivita.entrypoints.web.words import ago, plural
from verivita.features.answers import Citation, StepKind
from verivita.features.assistant import Event, Mode, Opening, Refusal, Reply, Saying, Turn
from verivita.features.library import DocumentStatus

router = APIRouter(prefix="/ask", route_class=PageRoute)

STOPPED = "You stopped the model. This answer was made without one."
Text = Annotated[str, Form()]


@router.get("")
async def ask(
    request: Request, visit: Visitor, session: str = "", job: str = "", mode: str = "chat", q: str = ""
) -> Response:
    """A talk: a new one, or one that was begun. `q` fills in a question without asking it."""
    return await _page(request, visit, session, job, mode, question=q[:500])


@router.post("")
async def say(
    request: Request, visit: Visitor, message: Text = "", mode: Text = "chat", session_id: Text = "", job_id: Text = ""
) -> Response:
    """Ask and wait for the whole answer."""
    try:
        reply = await services(request).assistant.say(visit.principal, saying_of(message, mode, session_id, job_id))
    except Invalid as error:
        note = NoteView("bad", error.message, error.next or "")
        return await _page(request, visit, session_id, job_id, mode, note=note, status=status_of(error))
    job = f"&job={reply_job}" if (reply_job := parse_id(job_id)) else ""
    return go(f"/ask?session={reply.session_id}{job}#turn-{reply.id}")


@router.post("/stream")
async def stream(
    request: Request, caller: Caller, message: Text = "", mode: Text = "chat", session_id: Text = "", job_id: Text = ""
) -> Response:
    """The same as a stream; `Last-Event-ID` takes a broken one up again."""
    container, seen = services(request), streams.last_event(request)
    if seen is not None:
        return streams.streamed(seen[0], container.runs.follow(caller, *seen), shape)
    saying = saying_of(message, mode, session_id, job_id)
    instead = replace(saying, use_model=False, note=STOPPED)
    say = container.assistant.stream
    id = await container.runs.start(caller, lambda: say(caller, saying), lambda: say(caller, instead))
    return streams.streamed(id, container.runs.follow(caller, id), shape)


@router.post("/turns/{turn_id}/stop")
async def stop(request: Request, caller: Caller, turn_id: UUID) -> Response:
    """Stop the model; the answer that needs none takes its place."""
    services(request).runs.stop(caller, turn_id)
    return Response(status_code=204)


@router.get("/turns/{turn_id}")
async def turn(request: Request, caller: Caller, turn_id: UUID) -> Response:
    """One kept turn, as a part of the page."""
    kept = await services(request).assistant.turn(caller, turn_id)
    body = render.environment().get_template("parts/turn.html").render(turn=turn_view(kept), focus=True)
    return HTMLResponse(body, 200, render.HEADERS)


@router.get("/source/papers/{paper_id}")
async def paper_source(request: Request, visit: Visitor, paper_id: UUID, page: str = "1", lit: str = "") -> Response:
    """A paper beside the talk."""
    opened = await services(request).library.open(visit.principal, paper_id)
    number = int(page) if page.isdecimal() and len(page) < 6 else 1
    return _pane(request, paper_pane(opened, _lit(lit), number))


@router.get("/source/jobs/{job_id}")
async def job_source(request: Request, visit: Visitor, job_id: UUID, lit: str = "") -> Response:
    """A posting beside the talk."""
    return _pane(request, job_pane(await services(request).postings.get(visit.principal, job_id), _lit(lit)))


@router.get("/talks")
async def talks(request: Request, visit: Visitor, page: str = "1") -> Response:
    """Earlier talks."""
    number = int(page) if page.isdecimal() and 0 < len(page) < 6 else 1
    found = await services(request).assistant.talks(visit.principal, PageRequest(max(1, number), 50))
    rows = tuple(
        TalkRow(
            talk.title or "Untitled",
            f"/ask?session={talk.id}",
            plural(talk.count, "question"),
            ago(talk.updated_at, visit.now),
            f"/ask/talks/{talk.id}/erase",
        )
        for talk in found.items
    )
    links = None
    if found.pages > 1:
        links = PageLinks(
            f"page {found.page} of {found.pages}",
            f"/ask/talks?page={found.page - 1}" if found.page > 1 else None,
            f"/ask/talks?page={found.page + 1}" if found.page < found.pages else None,
        )
    return render.page(request, "talks.html", {"view": TalksView(rows, links, "/ask/talks/erase" if rows else "")})


@router.post("/talks/erase")
async def erase_all(request: Request, visit: Visitor, sure: Text = "") -> Response:
    """Erase every talk; the first press asks, the second does."""
    if sure != "1":
        text = "Every question and answer is erased, with the answers kept for asking again. This cannot be undone."
        view = ConfirmView("Erase every talk?", text, "/ask/talks/erase", "Erase them", "/ask/talks", danger=True)
        return render.page(request, "confirm.html", {"view": view})
    await services(request).assistant.forget(visit.principal)
    return go("/ask/talks?did=talks")


@router.post("/talks/{talk_id}/erase")
async def erase(request: Request, visit: Visitor, talk_id: UUID, sure: Text = "") -> Response:
    """Erase one talk; the first press asks, the second does."""
    assistant = services(request).assistant
    talk = await assistant.talk(visit.principal, talk_id)
    if sure != "1":
        text = f"“{talk.title}” is erased with {plural(talk.count, 'answer')}. This cannot be undone."
        url = f"/ask/talks/{talk_id}/erase"
        view = ConfirmView("Erase this talk?", text, url, "Erase it", "/ask/talks", danger=True)
        return render.page(request, "confirm.html", {"view": view})
    await assistant.forget(visit.principal, talk_id)
    return go("/ask/talks?did=talk")


def saying_of(message: str, mode: str, session_id: str, job_id: str) -> Saying:
    """The message of a form; an id that is none counts as not given."""
    kind = Mode(mode) if mode in set(Mode) else Mode.CHAT
    return Saying(message, mode=kind, session_id=parse_id(session_id), job_id=parse_id(job_id))


def shape(event: Event) -> tuple[str, Mapping[str, Any]]:
    """An event as the page's script reads it."""
    match event:
        case Opening():
            return "meta", {
                "id": event.id,
                "session": event.session_id,
                "stop": f"/ask/turns/{event.id}/stop",
                "turn": f"/ask/turns/{event.id}",
            }
        case Reply():
            return "done", {"turn": f"/ask/turns/{event.id}"}
        case Refusal():
            return "error", {"text": event.message, "next": event.next or ""}
        case _ if event.kind is StepKind.GROUNDING and event.claim is not None:
            return "grounding", {"text": event.claim.text, "verdict": event.claim.verdict.value}
        case _:
            return event.kind.value, {"text": event.text}


async def _page(
    request: Request,
    visit: Visit,
    session: str,
    job: str,
    mode: str,
    *,
    question: str = "",
    note: NoteView | None = None,
    status: int = 200,
) -> Response:
    container, session_id, job_id = services(request), parse_id(session), parse_id(job)
    turns: tuple[Turn, ...] = ()
    if session_id is not None:
        turns = tuple((await container.assistant.talk(visit.principal, session_id)).turns)
    about = await container.postings.get(visit.principal, job_id) if job_id else None
    ready = sum(paper.is_active and paper.status is DocumentStatus.READY for paper in visit.papers)
    view = AskView(
        turns=tuple(turn_view(item) for item in turns),
        modes=mode_options(mode),
        session_id=str(session_id or ""),
        job=Link(about.understood.title or "this job", f"/jobs/{about.id}") if about else None,
        job_id=str(job_id or ""),
        suggestions=() if turns else tuple(await container.assistant.suggestions(visit.principal)),
        hint=hint_of(ready, visit.open_jobs),
        pane=await _first_pane(request, visit, turns),
        note=note,
        question=question,
    )
    return render.page(request, "ask.html", {"view": view}, status=status)


async def _first_pane(request: Request, visit: Visit, turns: tuple[Turn, ...]) -> PaneView | None:
    """The source of the last answer's first citation."""
    first: Citation | None = next((item for turn in turns[-1:] for item in turn.reply.answer.citations), None)
    if first is None:
        return None
    lit = Lit(first.start, first.end)
    try:
        if first.document_id:
            opened = await services(request).library.open(visit.principal, first.document_id)
            return paper_pane(opened, lit, first.page)
        if first.job_id:
            return job_pane(await services(request).postings.get(visit.principal, first.job_id), lit)
    except NotFound:
        return None  # the paper or job was erased since
    return None


def _pane(request: Request, view: PaneView) -> Response:
    return render.fragment(request, "ask.html", "pane", {"view": AskView((), (), pane=view)})


def _lit(text: str) -> Lit:
    start, _, end = text.partition("-")
    if not (start.isdecimal() and end.isdecimal()) or len(text) > 30:
        return Lit(0, 0)
    return Lit(int(start), int(end))
