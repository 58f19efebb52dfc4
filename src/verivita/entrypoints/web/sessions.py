"""/settings/sessions: where the person is signed in, shown among the settings; ending one sign-in, or all."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response

from verivita.entrypoints.http.auth import Caller, drop_guest, drop_session, this_sign_in
from verivita.entrypoints.web.refusals import PageRoute
from verivita.entrypoints.web.views import SessionView
from verivita.entrypoints.web.visit import Visit, go, services
from verivita.entrypoints.web.words import ago
from verivita.features.identity import Session, SessionKind

router = APIRouter(prefix="/settings/sessions", route_class=PageRoute)

_UNNAMED = {
    SessionKind.BROWSER: "A browser",
    SessionKind.GUEST: "A browser, as a guest",
    SessionKind.TOKENS: "A program",
}


async def signed_in(request: Request, visit: Visit) -> tuple[SessionView, ...]:
    """Every sign-in of the person, used last first."""
    found = await services(request).sign_in.sessions.all(visit.principal)
    this = await this_sign_in(request, visit.principal)
    return tuple(_shown(session, visit, is_this=session.id == this) for session in found)


@router.post("/{sign_in_id}/end")
async def end(request: Request, caller: Caller, sign_in_id: UUID) -> Response:
    """End one sign-in; whoever ends their own is led to the door."""
    this = await this_sign_in(request, caller)
    await services(request).sign_in.sessions.end(caller, sign_in_id)
    return _out(request) if sign_in_id == this else go("/settings?did=session#sessions")


@router.post("/end-all")
async def end_all(request: Request, caller: Caller) -> Response:
    """End every sign-in, this one too."""
    await services(request).sign_in.access.log_out_everywhere(caller)
    return _out(request)


def _out(request: Request) -> Response:
    answer = go("/sign-in" if services(request).sign_in.is_open else "/enter")
    drop_session(answer)
    drop_guest(answer)
    return answer


def _shown(session: Session, visit: Visit, *, is_this: bool) -> SessionView:
    name = session.browser or _UNNAMED[session.kind]
    return SessionView(
        name=f"{name}, tokens" if session.kind is SessionKind.TOKENS else name,
        network=session.network or "not kept",
        began=ago(session.began_at, visit.now),
        used=ago(session.last_used_at, visit.now),
        is_this=is_this,
        end_url=f"/settings/sessions/{session.id}/end",
    )
