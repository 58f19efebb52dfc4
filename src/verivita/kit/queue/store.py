"""Enqueue in the caller's own transaction, and say how a task stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Float, Index, Row, Text, func, text
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.dialects.postgresql import insert as upsert

from verivita.core.errors import NotFound
from verivita.core.ids import new_id
from verivita.core.principal import Principal
from verivita.kit import traces
from verivita.kit.db import Database, Repository, Tx, UtcTime, personal_table, stamped
from verivita.kit.queue.task import JsonObject, Task

if TYPE_CHECKING:
    import procrastinate

task_runs = personal_table(
    "task_runs",
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    Column("name", Text, nullable=False),
    Column("status", Text, nullable=False, server_default="queued"),
    Column("progress", Float, nullable=False, server_default="0"),
    Column("stage", Text, nullable=False, server_default=""),
    Column("result", pg.JSONB),
    Column("error", Text),
    Column("unique_key", Text),
    Column("created_at", UtcTime, nullable=False, server_default=func.now()),
    Column("finished_at", UtcTime),
    CheckConstraint("status IN ('queued','running','succeeded','failed','cancelled')", name="status"),
    # At most one waiting task per key: a second request finds the first. A running one does not count, because it may
    # have looked already and miss what the second request is about.
    Index(
        "uq_task_runs_waiting_key",
        "tenant_id",
        "person_id",
        "unique_key",
        unique=True,
        postgresql_where="status = 'queued'",
    ),
)


class TaskStatus(StrEnum):
    """How a task stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class TaskRun:
    """One task of a person, as the person sees it; `progress` is 0 to 1."""

    id: UUID
    name: str
    status: TaskStatus
    progress: float
    stage: str
    result: dict[str, Any] | None
    error: str | None
    created_at: datetime
    finished_at: datetime | None


class Queue:
    """Enqueues tasks as rows of the caller's transaction: they exist exactly when the caller's data does."""

    def __init__(self) -> None:
        self._runs = Repository(task_runs)

    @cached_property
    def _app(self) -> procrastinate.App:
        # Imported by the first task, not by every start. It only builds job rows; its connector is never opened,
        # because every job goes through the caller's connection.
        import procrastinate

        return procrastinate.App(connector=procrastinate.PsycopgConnector())

    async def enqueue(
        self, tx: Tx, principal: Principal, task: Task, payload: JsonObject | None = None, unique: str | None = None
    ) -> UUID:
        """Queue a task as `principal`; its id. With `unique`, a waiting task of that key is returned instead."""
        unique = unique or ("*" if task.collapse else None)
        task_id = new_id()
        row = {"id": task_id, "name": task.name, "unique_key": unique and f"{task.name}:{unique}"}
        if unique:
            while not await self._added(tx, principal, row):
                waiting_id = await self._waiting(tx, principal, str(row["unique_key"]))
                if waiting_id:
                    return waiting_id
        else:
            await self._runs.insert(tx, principal, row)
        deferrer = self._app.configure_task(
            task.name, allow_unknown=True, priority=task.priority, connection=await tx.driver()
        )
        await deferrer.defer_async(
            task_id=str(task_id),
            tenant_id=str(principal.tenant_id),
            person_id=str(principal.person_id),
            role=principal.role.value,
            payload={**(payload or {})},  # type: ignore[dict-item]
            **{name: value for name, value in traces.metadata() or ()},
        )
        return task_id

    async def get(self, tx: Tx, principal: Principal, task_id: UUID) -> TaskRun | None:
        """The caller's task, or None."""
        row = await self._runs.get(tx, principal, task_id)
        return _run(row) if row else None

    async def recent(self, tx: Tx, principal: Principal, limit: int = 20) -> list[TaskRun]:
        """The caller's newest tasks, newest first."""
        rows = await tx.run(self._runs.select(principal).order_by(task_runs.c.id.desc()).limit(limit))
        return [_run(row) for row in rows]

    async def cancel(self, tx: Tx, principal: Principal, task_id: UUID) -> bool:
        """Cancel a task that is queued or running; False when there is no such task. A finished one stays as it is."""
        where = task_runs.c.status.in_([TaskStatus.QUEUED, TaskStatus.RUNNING])
        values = {"status": TaskStatus.CANCELLED.value, "finished_at": func.now()}
        await tx.run(self._runs.update(principal).where(task_runs.c.id == task_id, where).values(values))
        return await self.get(tx, principal, task_id) is not None

    async def set(
        self, tx: Tx, principal: Principal, task_id: UUID, only_from: Sequence[TaskStatus], **values: Any
    ) -> bool:
        """Set columns of a task that is in one of these states; False when it is not. For the worker."""
        where = task_runs.c.status.in_(only_from)
        statement = self._runs.update(principal).where(task_runs.c.id == task_id, where).values(**values)
        return (await tx.run(statement)).rowcount == 1

    async def _added(self, tx: Tx, principal: Principal, row: dict[str, Any]) -> bool:
        """Add a waiting task unless one of its key waits already; another transaction's is waited for."""
        statement = upsert(task_runs).values(stamped(task_runs, principal, row))
        key = [task_runs.c.tenant_id, task_runs.c.person_id, task_runs.c.unique_key]
        unless = statement.on_conflict_do_nothing(index_elements=key, index_where=text("status = 'queued'"))
        return (await tx.run(unless.returning(task_runs.c.id))).one_or_none() is not None

    async def _waiting(self, tx: Tx, principal: Principal, key: str) -> UUID | None:
        waiting = task_runs.c.status == TaskStatus.QUEUED.value
        query = self._runs.select(principal, task_runs.c.id).where(task_runs.c.unique_key == key, waiting)
        # Locked, so that the task does not start before it can see what this transaction writes.
        found: UUID | None = (await tx.run(query.with_for_update(read=True))).scalar_one_or_none()
        return found


class TaskList:
    """How a person's tasks stand."""

    def __init__(self, db: Database, queue: Queue) -> None:
        self._db, self._queue = db, queue

    async def recent(self, principal: Principal) -> list[TaskRun]:
        """The caller's newest tasks."""
        async with self._db.begin(principal) as tx:
            return await self._queue.recent(tx, principal)

    async def get(self, principal: Principal, task_id: UUID) -> TaskRun:
        """One task of the caller. Raises `NotFound`."""
        async with self._db.begin(principal) as tx:
            run = await self._queue.get(tx, principal, task_id)
        if run is None:
            raise NotFound("task")
        return run

    async def cancel(self, principal: Principal, task_id: UUID) -> None:
        """Cancel one task of the caller. Raises `NotFound`."""
        async with self._db.begin(principal) as tx:
            if not await self._queue.cancel(tx, principal, task_id):
                raise NotFound("task")


def _run(row: Row[Any]) -> TaskRun:
    return TaskRun(
        id=row.id,
        name=row.name,
        status=TaskStatus(row.status),
        progress=row.progress,
        stage=row.stage,
        result=row.result,
        error=row.error,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )
