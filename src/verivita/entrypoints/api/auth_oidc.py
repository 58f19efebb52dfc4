"""/auth/oidc: sign in at another issuer, by OpenID Connect."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from verivita.core.errors import VerivitaError
from verivita.entrypoints.api.auth import Open
from verivita.entrypoints.api.schemas import PROBLEMS, Output
from verivita.entrypoints.http.arrivals import (
    SECOND_PAGE,
    SIGN_ON_COOKIE,
    SIGN_ON_PATH,
    drop_sign_on,
    set_sign_on,
    set_ticket,
)
from verivita.entrypoints.http.auth import drop_guest, set_session, visit_from, visitor_of
from verivita.features.identity import NOBODY, Returned, SecondStepNeeded

router = APIRouter(
    prefix=SIGN_ON_PATH,
    tags=["identity"],
    responses={status: said for status, said in PROBLEMS.items() if status != 401},
)
Path = Annotated[str, Query(max_length=500)]
Word = Annotated[str, Query(max_length=4096)]


class OfferOut(Output):
    """An issuer that people may sign in at: send the browser to `url`."""

    key: str
    name: str
    url: str


class OffersOut(Output):
    """Every such issuer."""

    items: list[OfferOut]


@router.get("")
async def offers(services: Open) -> OffersOut:
    """The issuers that people may sign in at."""
    found = [OfferOut(key=o.key, name=o.name, url=f"{SIGN_ON_PATH}/{o.key}/start") for o in services.sign_on.offers]
    return OffersOut(items=found)


@router.get("/{key}/start", status_code=303, response_class=RedirectResponse)
async def start(
    request: Request, services: Open, key: str, onward: Annotated[str, Query(max_length=500)] = "/"
) -> Response:
    """Send the browser to the issuer. Afterwards it goes on to `onward`, a path of this installation."""
    back_to = f"{str(request.base_url).rstrip('/')}{SIGN_ON_PATH}/{quote(key)}/return"
    try:
        begun = await services.sign_on.begin(NOBODY, key, back_to, onward)
    except VerivitaError as error:
        return _refused(error)
    answer = RedirectResponse(begun.url, 303)
    set_sign_on(request, answer, begun.kept)
    return answer


@router.get("/{key}/return", status_code=303, response_class=RedirectResponse)
async def take_back(
    request: Request,
    services: Open,
    key: str,
    state: Word = "",
    code: Word = "",
    iss: Annotated[str | None, Query(max_length=500)] = None,
    error: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """Take the browser back from the issuer; it is signed in, or led to where the reason is told."""
    visitor, kept = await visitor_of(request) or NOBODY, request.cookies.get(SIGN_ON_COOKIE, "")
    onward = services.sign_on.onward(kept)
    try:
        returned = Returned(state, code, iss, error)
        known = await services.sign_on.finish(visitor, key, kept, returned, visit_from(request))
    except SecondStepNeeded as needed:
        answer = RedirectResponse(f"{SECOND_PAGE}?onward={quote(onward)}", 303)
        set_ticket(request, answer, needed)
    except VerivitaError as refusal:
        answer = _refused(refusal)
    else:
        answer = RedirectResponse(onward, 303)
        session = await request.app.state.container.identity.open_session(known, visit_from(request))
        set_session(answer, session, secure=request.url.scheme == "https")
        drop_guest(answer)
    drop_sign_on(answer)
    return answer


def _refused(error: VerivitaError) -> RedirectResponse:
    """To the sign-in page, which says what the code means: nothing from outside is shown there."""
    return RedirectResponse(f"/sign-in?why={quote(error.code)}", 303)
