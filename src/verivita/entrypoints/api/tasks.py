"""/api/v1/tasks: how long work stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request

from verivita.core.page import page_of
from verivita.entrypoints.api.schemas import PROBLEMS, Output, PageOf, Paging, paged
from verivita.entrypoints.http.auth import Caller

router = APIRouter(prefix="/api/v1/tasks", tags=["tasks"], responses=PROBLEMS)


class TaskOut(Output):
    """A task; `progress` is 0 to 1."""

    id: UUID
    name: str
    status: str
    progress: float
    stage: str
    result: dict[str, Any] | None
    error: str | None
    created_at: datetime
    finished_at: datetime | None


@router.get("")
async def listing(request: Request, caller: Caller, paging: Paging) -> PageOf[TaskOut]:
    """The caller's tasks, newest first: of the last twenty."""
    return paged(page_of(await request.app.state.container.tasks.recent(caller), paging), TaskOut.model_validate)


@router.get("/{task_id}")
async def one(request: Request, caller: Caller, task_id: UUID) -> TaskOut:
    """How a task stands."""
    return TaskOut.model_validate(await request.app.state.container.tasks.get(caller, task_id))


@router.delete("/{task_id}", status_code=204)
async def cancel(request: Request, caller: Caller, task_id: UUID) -> None:
    """Cancel a task that has not ended."""
    await request.app.state.container.tasks.cancel(caller, task_id)
