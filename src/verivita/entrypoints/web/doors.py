"""/enter and /leave: the one-time link becomes a session, and the session ends."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from verivita.core.errors import Unauthenticated, VerivitaError
from verivita.entrypoints.http.auth import COOKIE, Caller, drop_session, principal_of, set_session, visit_from
from verivita.entrypoints.web import render
from verivita.entrypoints.web.refusals import PageRoute
from verivita.entrypoints.web.views import SignInView
from verivita.entrypoints.web.visit import go, services
from verivita.features.identity import NOBODY

router = APIRouter(route_class=PageRoute)


@router.get("/enter")
async def door(request: Request, token: str = "") -> Response:
    """The link's page. Opening it changes nothing: a preview of a chat, a scanner of mails or a browser that fetches
    ahead would else use the link up before its owner does. The button behind it does, by a POST that they never send.
    Who is signed in already goes on without using the link up."""
    with suppress(VerivitaError):
        await principal_of(request)
        return go("/")
    state = "confirm" if token else "needed"
    return render.page(request, "signin.html", {"view": SignInView(state, token[:200])})


@router.post("/enter")
async def enter(request: Request, token: Annotated[str, Form()] = "") -> Response:
    """Use the link up and open the session."""
    try:
        issued = await services(request).identity.enter(NOBODY, token, visit_from(request))
    except Unauthenticated:
        return render.page(request, "signin.html", {"view": SignInView("spent")}, status=401)
    answer = go("/")
    set_session(answer, issued, secure=request.url.scheme == "https")
    return answer


@router.post("/leave")
async def leave(request: Request, caller: Caller) -> Response:
    """End the session."""
    await services(request).identity.leave(caller, request.cookies.get(COOKIE, ""))
    answer = go("/enter")
    drop_session(answer)
    return answer
