"""How far long work is, as a stream of events and as one look."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

from fastapi.responses import StreamingResponse

from verivita.core.errors import NotFound
from verivita.core.ids import parse_id
from verivita.core.principal import Principal
from verivita.kit.queue.store import TaskList, TaskRun

EVERY_S = 0.3
MOST_LOOKS = 60
"""A stream ends by itself after 18 seconds, and the browser asks again: no stream outlives its reader for long."""
ENDED = frozenset({"succeeded", "failed", "cancelled"})

State = dict[str, str | float]
Look = Callable[[], Awaitable[State]]


def events(look: Look) -> StreamingResponse:
    """Server-sent events: what `look` sees whenever it changes, until the work has ended."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_stream(look), media_type="text/event-stream", headers=headers)


async def task_of(tasks: TaskList, principal: Principal, task: str) -> TaskRun | None:
    """The caller's task that an address names, if there is one."""
    task_id: UUID | None = parse_id(task)
    try:
        return await tasks.get(principal, task_id) if task_id else None
    except NotFound:
        return None


def state_of(status: str, task: TaskRun | None) -> State:
    """What a page is told: the status of the thing itself, with the share and the stage of the task behind it."""
    state: State = {"status": status}
    if task is not None:
        if task.status.value in ("failed", "cancelled"):
            state["status"] = task.status.value
        if task.stage:
            state["stage"] = task.stage
        if task.progress:
            state["progress"] = task.progress
    return state


async def _stream(look: Look) -> AsyncIterator[str]:
    last = ""
    for _ in range(MOST_LOOKS):
        state = await look()
        said = json.dumps(state)
        if said != last:
            yield f"event: progress\ndata: {said}\n\n"
            last = said
        if state["status"] in ENDED:
            return
        await asyncio.sleep(EVERY_S)
