"""/auth: guest, e-mail and code, passwords, tokens, membership."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import Field

from verivita.bootstrap.container import Container
from verivita.bootstrap.sign_in import SignIn
from verivita.core.errors import Denied, Invalid, Unauthenticated
from verivita.core.principal import Principal
from verivita.entrypoints.api.schemas import PROBLEMS, Input, Output
from verivita.entrypoints.http.auth import (
    COOKIE,
    caller_of,
    drop_guest,
    drop_session,
    set_guest,
    set_session,
    visit_from,
    visitor_of,
)
from verivita.features.identity import NOBODY, Person, actions_left

router = APIRouter(
    prefix="/auth", tags=["identity"], responses={status: said for status, said in PROBLEMS.items() if status != 401}
)
ASKING: dict[int | str, dict[str, Any]] = {401: PROBLEMS[401]}
"""Said of every route that looks at who asks: all but the public keys."""

Known = Annotated[Principal, Depends(caller_of)]
"""The caller, whatever their state."""
Email = Annotated[str, Field(min_length=3, max_length=254)]


def open_to_others(request: Request) -> SignIn:
    """The services of coming in, where others than the owner may. Raises `Denied`."""
    services: SignIn = request.app.state.container.sign_in
    if not services.is_open:
        raise Denied(
            "sign_in_off",
            "This installation is for its owner alone.",
            next="Its owner signs in by the link that `verivita link` prints.",
        )
    return services


Open = Annotated[SignIn, Depends(open_to_others)]


class GuestOut(Output):
    """A guest."""

    id: UUID
    state: str


class EmailIn(Input):
    """An address that is to be proved."""

    email: Email


class EmailOut(Output):
    """A code was mailed."""

    state: str


class VerifyIn(Input):
    """The code that was mailed."""

    email: Email
    code: str = Field(min_length=1, max_length=40)


class SignUpIn(Input):
    """A new account."""

    email: Email
    password: str = Field(min_length=8, max_length=1024)
    full_name: str = Field(min_length=1, max_length=200)


class LoginIn(Input):
    """An address and its password."""

    email: Email
    password: str = Field(min_length=1, max_length=1024)


class RefreshIn(Input):
    """A refresh token that was not used yet."""

    refresh_token: str = Field(min_length=1, max_length=200)


class LogoutIn(Input):
    """The refresh token of the sign-in that is to end; without it the token or cookie that the request came with."""

    refresh_token: str | None = Field(None, min_length=1, max_length=200)


_THIS_ONE = LogoutIn(refresh_token=None)


class UpgradeIn(Input):
    """A voucher; or, with its signature in a header, the message of a payment service."""

    voucher: str | None = Field(None, min_length=1, max_length=200)
    id: str | None = Field(None, min_length=1, max_length=200)
    person_id: UUID | None = None


class UserOut(Output):
    """A person."""

    id: UUID
    email: str | None
    full_name: str
    state: str
    role: str
    tenant_id: UUID
    created_at: datetime


class StateOut(Output):
    """How far the caller has proved who they are; `allowance` null is without limit."""

    id: UUID
    state: str
    guest_used: bool
    allowance: int | None


class SignedUp(Output):
    """A token for a new account whose address is still to be proved."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - a kind, no secret
    user: UserOut


class LoggedIn(SignedUp):
    """Tokens of a person who proved who they are."""

    refresh_token: str


class Verified(LoggedIn):
    """The same, with the life of the access token in seconds."""

    expires_in: int


class Refreshed(Output):
    """A new pair of tokens; the old refresh token is used up."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - a kind, no secret
    expires_in: int
    refresh_token: str


class Upgraded(Output):
    """The state after it."""

    state: str


class KeySet(Output):
    """Public keys (RFC 7517); none where tokens are signed with a shared secret."""

    keys: list[dict[str, Any]]


@router.post("/guest", status_code=201, responses=ASKING)
async def guest(request: Request, response: Response, services: Open) -> GuestOut:
    """Come in as a guest, who has one free action; a caller who is known already stays who they are."""
    known = await visitor_of(request) or await _new_guest(request, response, services)
    return GuestOut(id=known.person_id, state=known.state)


@router.post("/email", status_code=202, responses=ASKING)
async def email(request: Request, response: Response, services: Open, body: EmailIn) -> EmailOut:
    """Give an e-mail address; a code of six digits is mailed to it. The answer tells nothing of who has an account."""
    known = await visitor_of(request) or await _new_guest(request, response, services)
    return EmailOut(state=await services.entry.give_email(known, body.email, visit_from(request)))


@router.post("/verify", responses=ASKING)
async def verify(request: Request, response: Response, services: Open, caller: Known, body: VerifyIn) -> Verified:
    """Prove the address by the code. What was made as a guest goes along, also into an account that exists already."""
    known = await services.entry.verify(caller, body.email, body.code, visit_from(request))
    tokens = await services.access.issue(known, visit_from(request))
    user = await enter(request, response, known)
    return Verified(
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token,
        expires_in=tokens.expires_in,
        user=user,
    )


@router.get("/state", responses=ASKING)
async def state(request: Request, caller: Known) -> StateOut:
    """The caller's own state, and how many actions they have left."""
    person = await _container(request).identity.me(caller)
    return StateOut(
        id=person.id,
        state=person.state,
        guest_used=person.guest_used,
        allowance=actions_left(person.state, person.guest_used),
    )


@router.post("/signup", status_code=201, responses=ASKING)
async def sign_up(request: Request, response: Response, services: Open, body: SignUpIn) -> SignedUp:
    """Make an account; the address is proved by the code that is mailed. A taken address gets the same answer."""
    known = await visitor_of(request) or await _new_guest(request, response, services)
    made = await services.accounts.sign_up(known, body.email, body.password, body.full_name, visit_from(request))
    tokens = await services.access.issue(made, visit_from(request))
    person = await _container(request).identity.me(made)
    return SignedUp(access_token=tokens.access_token, user=user_out(person))


@router.post("/login", responses=ASKING)
async def log_in(request: Request, response: Response, services: Open, body: LoginIn) -> LoggedIn:
    """Sign in by address and password."""
    visitor = await visitor_of(request) or NOBODY
    known = await services.accounts.log_in(visitor, body.email, body.password, visit_from(request))
    tokens = await services.access.issue(known, visit_from(request))
    user = await enter(request, response, known)
    return LoggedIn(access_token=tokens.access_token, refresh_token=tokens.refresh_token, user=user)


@router.post("/refresh", responses=ASKING)
async def refresh(request: Request, body: RefreshIn) -> Refreshed:
    """A new pair of tokens. A refresh token that comes twice ends everything that came from its sign-in."""
    access = _container(request).sign_in.access
    _, tokens = await access.refresh(NOBODY, body.refresh_token, visit_from(request))
    return Refreshed(access_token=tokens.access_token, refresh_token=tokens.refresh_token, expires_in=tokens.expires_in)


@router.post("/logout", status_code=204, responses=ASKING)
async def log_out(request: Request, response: Response, caller: Known, body: LogoutIn = _THIS_ONE) -> None:
    """End this sign-in."""
    container = _container(request)
    token = request.headers.get("authorization", "").partition(" ")[2].strip()
    family = container.sign_in.access.family_of(token)
    await container.sign_in.access.log_out(caller, family, body.refresh_token)
    if secret := request.cookies.get(COOKIE):
        await container.identity.leave(caller, secret)
    drop_session(response)


@router.post("/logout-all", status_code=204, responses=ASKING)
async def log_out_everywhere(request: Request, response: Response, caller: Known) -> None:
    """End every session and token of the caller; API keys stay."""
    await _container(request).sign_in.access.log_out_everywhere(caller)
    drop_session(response)
    drop_guest(response)


@router.get("/me", responses=ASKING)
async def me(request: Request, caller: Known) -> UserOut:
    """The caller."""
    return user_out(await _container(request).identity.me(caller))


@router.post("/upgrade", responses=ASKING)
async def upgrade(
    request: Request, body: UpgradeIn, verivita_signature: Annotated[str | None, Header(max_length=500)] = None
) -> Upgraded:
    """Become a member by a voucher; or take the signed message of a payment service."""
    members = _container(request).sign_in.members
    if verivita_signature is not None:
        return Upgraded(state=await members.paid(NOBODY, await request.body(), verivita_signature))
    caller = await caller_of(request)
    if body.voucher is None:
        raise Invalid("voucher", "A voucher is needed.")
    return Upgraded(state=await members.redeem(caller, body.voucher))


@router.get("/.well-known/jwks.json")
async def key_set(request: Request) -> KeySet:
    """The public keys that access tokens can be checked with."""
    return KeySet(keys=list(_container(request).sign_in.access.public_keys()["keys"]))


def user_out(person: Person) -> UserOut:
    """The reply body of a person."""
    return UserOut(
        id=person.id,
        email=person.email,
        full_name=person.name,
        state=person.state,
        role=person.role,
        tenant_id=person.tenant_id,
        created_at=person.created_at,
    )


async def _new_guest(request: Request, response: Response, services: SignIn) -> Principal:
    if request.headers.get("authorization"):
        raise Unauthenticated(message="This token is not valid or has run out.")
    made = await services.entry.guest(NOBODY, visit_from(request))
    set_guest(response, made.issued, secure=request.url.scheme == "https")
    return made.principal


async def enter(request: Request, response: Response, known: Principal) -> UserOut:
    """Open a session in the browser where cookies are wanted; the guest's cookie has done its work."""
    container = _container(request)
    if container.sign_in.uses_cookies:
        session = await container.identity.open_session(known, visit_from(request))
        set_session(response, session, secure=request.url.scheme == "https")
    drop_guest(response)
    return user_out(await container.identity.me(known))


def _container(request: Request) -> Container:
    container: Container = request.app.state.container
    return container
