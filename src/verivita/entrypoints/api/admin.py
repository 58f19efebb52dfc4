"""/api/v1/admin: what owners and admins see of their tenant: who did what, what went wrong, log lines, use."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import JsonValue

from verivita.core.page import PageRequest
from verivita.entrypoints.api.schemas import PROBLEMS, Output, PageOf, Paging, paged
from verivita.entrypoints.http.auth import Caller
from verivita.kit.journal import WantedLines

router = APIRouter(prefix="/api/v1/admin", tags=["admin"], responses=PROBLEMS)

_Word = Annotated[str, Query(max_length=128)]


class AuditOut(Output):
    """One thing that somebody did; `object_id` is the paper, key or person that it was about."""

    id: UUID
    actor_id: UUID
    action: str
    object_id: UUID | None
    result: str
    request_id: str
    at: datetime


class ErrorOut(Output):
    """One kind of unexpected error; `place` is where in the code, `during` the last route or task."""

    id: UUID
    fingerprint: str
    kind: str
    place: str
    during: str
    count: int
    last_request_id: str
    first_at: datetime
    last_at: datetime


class LogOut(Output):
    """One log line; `role` is the process, `about` what else the line says. Secrets are hidden before it is kept."""

    at: datetime
    level: str
    role: str
    event: str
    logger: str
    request_id: str
    task_id: str
    trace: str
    tenant: str
    person: str
    about: dict[str, JsonValue]


class DayOut(Output):
    """What all people of the tenant used of language models on a day; calls without a known price add no cost."""

    day: date
    calls: int
    tokens: int
    cost: str
    unpriced_calls: int


class UsageOut(Output):
    """How much the tenant holds and uses. What single people keep is not counted: only they can see it."""

    people: int
    postings_open: int
    postings_closed: int
    error_kinds: int
    models: list[DayOut]


@router.get("/audit")
async def audit(request: Request, caller: Caller, paging: Paging) -> PageOf[AuditOut]:
    """Who did what in this tenant, newest first; for owners and admins."""
    return paged(await request.app.state.container.audit.page(caller, paging), AuditOut.model_validate)


@router.get("/errors")
async def errors(request: Request, caller: Caller, paging: Paging) -> PageOf[ErrorOut]:
    """Unexpected errors, each kind once with its count, the latest first; for owners and admins."""
    return paged(await request.app.state.container.faults.page(caller, paging), ErrorOut.model_validate)


@router.get("/logs")
async def logs(
    request: Request,
    caller: Caller,
    paging: Paging,
    level: Annotated[Literal["debug", "info", "warning", "error", "critical"], Query()] = "debug",
    role: _Word = "",
    person: _Word = "",
    request_id: _Word = "",
    task_id: _Word = "",
    trace: _Word = "",
    words: _Word = "",
) -> PageOf[LogOut]:
    """The last log lines of this machine's processes about the tenant, newest first, of this level or graver; for
    owners and admins. Lines of no tenant are for those of the installation's owner."""
    wanted = WantedLines(level, role, person, request_id, task_id, trace, words)
    return paged(await request.app.state.container.lines.page(caller, wanted, paging), LogOut.model_validate)


@router.get("/usage")
async def usage(request: Request, caller: Caller, days: Annotated[int, Query(ge=1, le=366)] = 30) -> UsageOut:
    """How many people and postings there are, and what language models were used for on each day; for owners and
    admins."""
    container, one = request.app.state.container, PageRequest(1, 1)
    people = await container.sign_in.members.page(caller, one)
    postings = await container.postings.counts(caller)
    return UsageOut(
        people=people.total,
        postings_open=postings.open,
        postings_closed=postings.closed,
        error_kinds=(await container.faults.page(caller, one)).total,
        models=[
            DayOut(day=day, calls=s.calls, tokens=s.tokens, cost=str(s.cost), unpriced_calls=s.unpriced_calls)
            for day, s in await container.models.settings.days(caller, days)
        ],
    )
