"""Events as append-only rows in the caller's transaction; each also queues the tasks that subscribed to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Column, Text, func
from sqlalchemy.dialects import postgresql as pg

from verivita.core.events import Event
from verivita.core.ids import new_id
from verivita.core.principal import Principal
from verivita.kit.audit import AuditLog, is_audited, object_of
from verivita.kit.db import Repository, Tx, UtcTime, personal_table
from verivita.kit.queue import Queue, Task

events = personal_table(
    "events",
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    Column("name", Text, nullable=False),
    Column("payload", pg.JSONB, nullable=False),
    Column("at", UtcTime, nullable=False, server_default=func.now()),
)


class EventLog:
    """Records what happened, and sets off what follows from it, in one transaction."""

    def __init__(self, queue: Queue, subscriptions: Mapping[str, Sequence[Task]]) -> None:
        """`subscriptions`: name of an event -> tasks to queue with the event's payload."""
        self._queue = queue
        self._subscriptions = subscriptions
        self._rows = Repository(events)

    async def record(self, tx: Tx, principal: Principal, event: Event) -> None:
        """Append the event, keep it in the audit log where it belongs there, and queue its tasks."""
        payload = dict(event.payload)
        await self._rows.insert(tx, principal, {"id": new_id(), "name": event.name, "payload": payload})
        if is_audited(event.name):
            await AuditLog.record(tx, principal, event.name, object_of(payload))
        for task in self._subscriptions.get(event.name, ()):
            await self._queue.enqueue(tx, principal, task, payload)
