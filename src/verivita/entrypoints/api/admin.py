"""/api/v1/admin: what owners and admins see of their tenant: who did what, and what went wrong."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request

from verivita.entrypoints.api.schemas import PROBLEMS, Output, PageOf, Paging, paged
from verivita.entrypoints.http.auth import Caller

router = APIRouter(prefix="/api/v1/admin", tags=["admin"], responses=PROBLEMS)


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


@router.get("/audit")
async def audit(request: Request, caller: Caller, paging: Paging) -> PageOf[AuditOut]:
    """Who did what in this tenant, newest first; for owners and admins."""
    return paged(await request.app.state.container.audit.page(caller, paging), AuditOut.model_validate)


@router.get("/errors")
async def errors(request: Request, caller: Caller, paging: Paging) -> PageOf[ErrorOut]:
    """Unexpected errors, each kind once with its count, the latest first; for owners and admins."""
    return paged(await request.app.state.container.faults.page(caller, paging), ErrorOut.model_validate)
