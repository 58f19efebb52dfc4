"""Where others than the owner may come in: a first visit makes a guest, and a refusal leads to what is missing."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

from verivita.core.errors import Unauthenticated, VerivitaError
from verivita.entrypoints.http.auth import set_guest, visit_from
from verivita.entrypoints.web.visit import go, services
from verivita.features.identity import NOBODY

FIRST = "first"
"""Marks the address to which a first visit is sent on with its cookie, so that nobody goes round in a circle."""
_LEADS_TO = {
    "email_required": "/sign-in?why=email_required",
    "verification_required": "/sign-in/code?why=verification_required",
}


async def instead(request: Request, error: VerivitaError) -> Response | None:
    """The page to go to rather than to be refused, where there is one."""
    if not services(request).sign_in.is_open:
        return None
    if isinstance(error, Unauthenticated):
        is_first = request.method == "GET" and request.url.path == "/"
        return await _welcome(request) if is_first else _onward(request, "/sign-in", 401)
    place = _LEADS_TO.get(error.code)
    return None if place is None else _onward(request, place, 403)


async def _welcome(request: Request) -> Response:
    """Make a guest of a browser that comes for the first time, and send it on with its cookie."""
    if FIRST in request.query_params:
        return go("/sign-in?why=cookies")
    made = await services(request).sign_in.entry.guest(NOBODY, visit_from(request))
    answer = go(f"/?{FIRST}=1")
    set_guest(answer, made.issued, secure=request.url.scheme == "https")
    return answer


def _onward(request: Request, place: str, status: int) -> Response:
    if request.headers.get("hx-request") == "true":
        # A redirect would be followed by htmx and put inside the page.
        return Response(status_code=status, headers={"HX-Redirect": place})
    return go(place)
