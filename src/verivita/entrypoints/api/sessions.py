"""/api/v1/sessions: where the caller is signed in, one by one."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field

from verivita.core.page import page_of
from verivita.entrypoints.api.schemas import PROBLEMS, Output, PageOf, Paging, paged
from verivita.entrypoints.http.auth import Caller, this_sign_in
from verivita.features.identity import Session, SessionService

router = APIRouter(prefix="/api/v1/sessions", tags=["people"], responses=PROBLEMS)


class SessionOut(Output):
    """One sign-in. Browser and network are those of its last use, as much as is kept of them."""

    id: UUID
    kind: Literal["browser", "guest", "tokens"]
    is_this: bool = Field(description="Whether this very request came by it.")
    began_at: datetime
    last_used_at: datetime = Field(description="To a minute or so.")
    expires_at: datetime | None
    browser: str | None
    network: str | None


@router.get("")
async def sessions(request: Request, caller: Caller, paging: Paging) -> PageOf[SessionOut]:
    """Where the caller is signed in, used last first. API keys are listed at /api/v1/keys."""
    found, this = await _sessions(request).all(caller), await this_sign_in(request, caller)

    def shaped(session: Session) -> SessionOut:
        return SessionOut(
            id=session.id,
            kind=session.kind.value,
            is_this=session.id == this,
            began_at=session.began_at,
            last_used_at=session.last_used_at,
            expires_at=session.expires_at,
            browser=session.browser,
            network=session.network,
        )

    return paged(page_of(found, paging), shaped)


@router.delete("/{sign_in_id}", status_code=204)
async def end(request: Request, caller: Caller, sign_in_id: UUID) -> None:
    """End one sign-in, this one too; `POST /auth/logout-all` ends all of them."""
    await _sessions(request).end(caller, sign_in_id)


def _sessions(request: Request) -> SessionService:
    service: SessionService = request.app.state.container.sign_in.sessions
    return service
