"""/sign-in/second: the second step of a sign-in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from verivita.core.errors import Unauthenticated, VerivitaError
from verivita.entrypoints.http.arrivals import SECOND_PAGE, TICKET_COOKIE, drop_ticket
from verivita.entrypoints.http.auth import drop_guest, set_session, visit_from, visitor_of
from verivita.entrypoints.http.errors import status_of
from verivita.entrypoints.web.refusals import PageRoute
from verivita.entrypoints.web.sign_in import StepView, show, wrong
from verivita.entrypoints.web.visit import go, services
from verivita.features.identity import NOBODY, local_path

router = APIRouter(prefix=SECOND_PAGE, route_class=PageRoute)


@router.get("")
async def second_page(request: Request, onward: str = "/") -> Response:
    """Asks for a code of the authenticator; without a ticket the sign-in begins at its start."""
    if TICKET_COOKIE not in request.cookies:
        return go("/sign-in?why=sign_in_lost")
    return await show(request, StepView("second", onward=local_path(onward)))


@router.post("")
async def second(request: Request, code: Annotated[str, Form()] = "", onward: Annotated[str, Form()] = "/") -> Response:
    """Finish the sign-in."""
    container, ticket = services(request), request.cookies.get(TICKET_COOKIE, "")
    if not container.sign_in.is_open:
        return go("/enter")
    try:
        known = await container.sign_in.entry.second_step(await visitor_of(request) or NOBODY, ticket, code)
    except Unauthenticated as error:
        answer = go(f"/sign-in?why={error.code}")
        drop_ticket(answer)
        return answer
    except VerivitaError as error:
        told = StepView("second", errors=wrong(error), onward=local_path(onward))
        return await show(request, told, status_of(error))
    answer = go(local_path(onward))
    session = await container.identity.open_session(known, visit_from(request))
    set_session(answer, session, secure=request.url.scheme == "https")
    drop_guest(answer)
    drop_ticket(answer)
    return answer
