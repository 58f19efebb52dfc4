"""/sign-in: e-mail and code, password, new account, other issuers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from verivita.core.errors import VerivitaError
from verivita.core.principal import IdentityState, Principal
from verivita.entrypoints.http.arrivals import SECOND_PAGE, set_ticket
from verivita.entrypoints.http.auth import (
    csrf_token,
    drop_guest,
    form_secret,
    set_guest,
    set_session,
    visit_from,
    visitor_of,
)
from verivita.entrypoints.http.errors import status_of
from verivita.entrypoints.web import render
from verivita.entrypoints.web.refusals import PageRoute
from verivita.entrypoints.web.views import Shell
from verivita.entrypoints.web.visit import go, services
from verivita.features.identity import NOBODY, PROVED, Offer, SecondStepNeeded

router = APIRouter(prefix="/sign-in", route_class=PageRoute)

LEADS = {
    "email_required": "Your free try is used, and what you made is kept. Give your e-mail address to go on.",
    "verification_required": "Prove your e-mail address to go on. What you made is kept.",
    "cookies": "This browser kept no cookie of ours, so it stays unknown. Allow cookies, or sign in.",
    "sign_in_lost": "That sign-in was not begun in this browser, was finished already, or took too long. Begin again.",
    "issuer_refused": "The sign-in service did not sign you in. Try again, or come in by another way.",
    "issuer_unavailable": "The sign-in service does not answer now. Try again in a minute, or come in by another way.",
    "suspended": "This account is suspended. Ask who runs this installation.",
}
"""What the page says at first, by the word in its address: nothing from outside is shown."""


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of coming in: email, code, password, account or second. `errors` by field, "" for the whole form."""

    step: str
    email: str = ""
    name: str = ""
    lead: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    onward: str = "/"
    offers: tuple[Offer, ...] = ()
    mails: bool = True


@router.get("")
async def email_page(request: Request, why: str = "") -> Response:
    """Asks for the e-mail address."""
    return await show(request, StepView("email", lead=LEADS.get(why, "")))


@router.post("")
async def email(request: Request, email: Annotated[str, Form()] = "") -> Response:
    """Mail a code to the address."""

    async def work(visitor: Principal) -> Principal | None:
        await services(request).sign_in.entry.give_email(visitor, email, visit_from(request))
        return None

    return await _step(request, StepView("email", email), "/sign-in/code", work)


@router.get("/code")
async def code_page(request: Request, why: str = "") -> Response:
    """Asks for the code; who has given no address yet is asked for that first."""
    known = await visitor_of(request)
    if known is None or known.state is IdentityState.GUEST:
        return go("/sign-in")
    person = await services(request).identity.me(known)
    return await show(request, StepView("code", person.email or "", lead=LEADS.get(why, "")))


@router.post("/code")
async def code(request: Request, email: Annotated[str, Form()] = "", code: Annotated[str, Form()] = "") -> Response:
    """Prove the address, and open the session."""

    async def work(visitor: Principal) -> Principal | None:
        return await services(request).sign_in.entry.verify(visitor, email, code, visit_from(request))

    return await _step(request, StepView("code", email), "/?did=proved", work)


@router.get("/password")
async def password_page(request: Request) -> Response:
    """Asks for address and password."""
    return await show(request, StepView("password"))


@router.post("/password")
async def password(
    request: Request, email: Annotated[str, Form()] = "", password: Annotated[str, Form()] = ""
) -> Response:
    """Sign in by password."""

    async def work(visitor: Principal) -> Principal | None:
        return await services(request).sign_in.accounts.log_in(visitor, email, password, visit_from(request))

    return await _step(request, StepView("password", email), "/", work)


@router.get("/account")
async def account_page(request: Request) -> Response:
    """Asks for what a new account needs."""
    return await show(request, StepView("account"))


@router.post("/account")
async def account(
    request: Request,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    full_name: Annotated[str, Form()] = "",
) -> Response:
    """Make an account; its address is proved by the code."""

    async def work(visitor: Principal) -> Principal | None:
        accounts = services(request).sign_in.accounts
        await accounts.sign_up(visitor, email, password, full_name, visit_from(request))
        return None

    return await _step(request, StepView("account", email, full_name), "/sign-in/code", work)


async def show(request: Request, view: StepView, status: int = 200) -> Response:
    """The page of one step, with every other way to come in."""
    sign_in = services(request).sign_in
    if not sign_in.is_open:
        return go("/enter")
    view = replace(view, offers=sign_in.sign_on.offers, mails=sign_in.mails)
    secret = form_secret(request)
    shell = Shell(csrf=csrf_token(secret) if secret else "")
    return render.page(request, "sign_in.html", {"view": view, "shell": shell}, block="step", status=status)


async def _step(
    request: Request, view: StepView, onward: str, work: Callable[[Principal], Awaitable[Principal | None]]
) -> Response:
    """Do one step and go on to the next page, or show the step again with what is wrong."""
    sign_in = services(request).sign_in
    if not sign_in.is_open:
        return go("/enter")
    answer = go(onward)
    try:
        visitor = await visitor_of(request)
        if visitor is None:
            made = await sign_in.entry.guest(NOBODY, visit_from(request))
            visitor = made.principal
            set_guest(answer, made.issued, secure=request.url.scheme == "https")
        elif visitor.state in PROVED and view.step in ("password", "account"):
            return go("/")
        known = await work(visitor)
    except SecondStepNeeded as needed:
        answer.headers["location"] = SECOND_PAGE
        set_ticket(request, answer, needed)
        return answer
    except VerivitaError as error:
        told = StepView(view.step, view.email, view.name, errors=wrong(error))
        return await show(request, told, status_of(error))
    if known is not None:
        session = await services(request).identity.open_session(known, visit_from(request))
        set_session(answer, session, secure=request.url.scheme == "https")
        drop_guest(answer)
    return answer


def wrong(error: VerivitaError) -> dict[str, str]:
    """What the form says of an error: at its fields, or above all of them."""
    said = f"{error.message} {error.next}" if error.next else error.message
    return {item.field: item.message for item in error.errors} or {"": said}
