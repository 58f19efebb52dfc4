"""/auth/second-step and /auth/totp: the second step at sign-in, and the authenticator that it asks."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request, Response
from pydantic import Field

from verivita.entrypoints.api.auth import ASKING, Known, Open, Verified, enter
from verivita.entrypoints.api.schemas import PROBLEMS, Input, Output
from verivita.entrypoints.http.auth import visit_from, visitor_of
from verivita.features.identity import NOBODY

router = APIRouter(
    prefix="/auth", tags=["identity"], responses={status: said for status, said in PROBLEMS.items() if status != 401}
)


class SecondStepIn(Input):
    """The ticket that a sign-in answered with, and a code of the authenticator or a recovery code."""

    ticket: str = Field(min_length=1, max_length=2000)
    code: str = Field(min_length=1, max_length=40)


class CodeIn(Input):
    """A code of the authenticator, or a recovery code."""

    code: str = Field(min_length=1, max_length=40)


class TotpOut(Output):
    """Whether a sign-in needs a second step, since when, and how many recovery codes are left."""

    enabled: bool
    since: datetime | None
    recovery_codes_left: int


class EnrolmentOut(Output):
    """A seed for an authenticator, shown once: as letters to type, and as the address that a QR code holds."""

    secret: str
    uri: str


class RecoveryOut(Output):
    """Codes that each open the second step once, shown once."""

    recovery_codes: list[str]


@router.post("/second-step", responses=ASKING)
async def second_step(request: Request, response: Response, services: Open, body: SecondStepIn) -> Verified:
    """Finish a sign-in that answered 401 with the code `second_step` and a ticket."""
    visitor = await visitor_of(request) or NOBODY
    known = await services.entry.second_step(visitor, body.ticket, body.code)
    tokens = await services.access.issue(known, visit_from(request))
    user = await enter(request, response, known)
    return Verified(
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token,
        expires_in=tokens.expires_in,
        user=user,
    )


@router.get("/totp", responses=ASKING)
async def totp(services: Open, caller: Known) -> TotpOut:
    """Whether the caller's sign-in needs a second step."""
    held = await services.second.state(caller)
    return TotpOut(enabled=held.is_on, since=held.since, recovery_codes_left=held.recovery_left)


@router.post("/totp", status_code=201, responses=ASKING)
async def begin(request: Request, services: Open, caller: Known) -> EnrolmentOut:
    """Begin to set an authenticator up; nothing is asked for until a first code of it was confirmed."""
    person = await request.app.state.container.identity.me(caller)
    made = await services.second.begin(caller, person.email or person.name)
    return EnrolmentOut(secret=made.seed, uri=made.uri)


@router.post("/totp/confirm", responses=ASKING)
async def confirm(services: Open, caller: Known, body: CodeIn) -> RecoveryOut:
    """Switch the second step on by a first code."""
    return RecoveryOut(recovery_codes=list(await services.second.confirm(caller, body.code)))


@router.post("/totp/off", status_code=204, responses=ASKING)
async def switch_off(services: Open, caller: Known, body: CodeIn) -> None:
    """Switch the second step off; that needs a code too."""
    await services.second.switch_off(caller, body.code)
