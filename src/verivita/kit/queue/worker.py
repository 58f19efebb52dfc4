"""The worker: runs queued tasks, keeps their state, retries, and rescues what a dead worker left behind."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import procrastinate
import structlog
from procrastinate import BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.jobs import Job
from sqlalchemy import func
from sqlalchemy.engine import make_url

from verivita.core.errors import Invalid, NotFound, VerivitaError
from verivita.core.ids import PersonId, TenantId
from verivita.core.principal import Principal, Role
from verivita.kit import traces
from verivita.kit.db import Database
from verivita.kit.faults import FaultLog
from verivita.kit.queue.store import Queue, TaskStatus
from verivita.kit.queue.task import Cancelled, Handler, JsonObject, Task

log = structlog.get_logger(__name__)

HEARTBEAT_S = 5.0
STALLED_AFTER_S = 20.0
_OPEN = (TaskStatus.QUEUED, TaskStatus.RUNNING)


class _Retry(BaseRetryStrategy):
    """Exponential backoff up to the task's attempts; wrong input is not tried again."""

    def __init__(self, task: Task) -> None:
        self._task = task

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Whether and when to run the job again."""
        if isinstance(exception, Invalid | NotFound | Cancelled) or job.attempts + 1 >= self._task.attempts:
            return None
        return RetryDecision(retry_in={"seconds": int(self._task.backoff * 2**job.attempts)})


class _Running:
    """The context of one running task."""

    def __init__(self, worker: Worker, task_id: UUID, principal: Principal) -> None:
        self.id = task_id
        self.principal = principal
        self._worker = worker

    async def progress(self, share: float, stage: str) -> None:
        """Store how far the work is; raises `Cancelled` when the person cancelled it."""
        values = {"progress": min(1.0, max(0.0, share)), "stage": stage}
        if not await self._worker.set(self.principal, self.id, _OPEN, **values):
            raise Cancelled


class Worker:
    """Binds handlers to tasks and runs them."""

    def __init__(self, db: Database, queue: Queue, url: str) -> None:
        """`url` must let the worker use the queue's own tables."""
        dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._connector = procrastinate.PsycopgConnector(conninfo=dsn, min_size=1, max_size=4)
        self._app = procrastinate.App(connector=self._connector)
        self._db, self._queue, self._faults = db, queue, FaultLog(db)
        self._running: asyncio.Task[None] | None = None

    def handle(self, task: Task, handler: Handler) -> None:
        """Run `handler` for every queued `task`."""

        async def run(context: JobContext, /, **job: Any) -> None:
            above, attempt = job.get(traces.HEADER), context.job.attempts + 1
            with traces.span(f"task {task.name}", traces.Kind.CONSUMER, above, verivita__attempt=attempt):
                await self._run(task, handler, context, job)

        self._app.task(name=task.name, retry=_Retry(task), pass_context=True)(run)

    async def run(self, *, wait: bool = True, concurrency: int = 2) -> None:
        """Work until cancelled; with `wait=False` until the queue is empty, stalled tasks of dead workers included."""
        async with self._app.open_async():
            rescue = asyncio.create_task(self._rescue_forever())
            try:
                await self._rescue()
                await self._work(wait, concurrency)
                # A task that ran last may have queued others.
                while not wait and await self._is_due():
                    await self._work(wait, concurrency)
            finally:
                rescue.cancel()
                await asyncio.gather(rescue, return_exceptions=True)

    async def _work(self, wait: bool, concurrency: int) -> None:
        await self._app.run_worker_async(
            wait=wait,
            concurrency=concurrency,
            fetch_job_polling_interval=1.0,
            shutdown_graceful_timeout=25.0,
            install_signal_handlers=False,
            update_heartbeat_interval=HEARTBEAT_S,
            stalled_worker_timeout=STALLED_AFTER_S,
            delete_jobs="successful",
        )

    async def _is_due(self) -> bool:
        """True when a task that we can do waits for no later time."""
        now = datetime.now(UTC)
        jobs = await self._app.job_manager.list_jobs_async(status="todo")
        return any(
            job.task_name in self._app.tasks and (job.scheduled_at is None or job.scheduled_at <= now) for job in jobs
        )

    async def set(self, principal: Principal, task_id: UUID, only_from: tuple[TaskStatus, ...], **values: Any) -> bool:
        """Set columns of a task's row in a transaction of its own."""
        async with self._db.begin(principal) as tx:
            return await self._queue.set(tx, principal, task_id, only_from, **values)

    async def _run(self, task: Task, handler: Handler, context: JobContext, job: Mapping[str, Any]) -> None:
        task_id = UUID(job["task_id"])
        principal = Principal(
            TenantId(UUID(job["tenant_id"])), PersonId(UUID(job["person_id"])), role=Role(job["role"])
        )
        structlog.contextvars.bind_contextvars(
            task_id=str(task_id), task=task.name, tenant=str(principal.tenant_id), person=str(principal.person_id)
        )
        # A finished or cancelled task does not run again: the job may come twice after a crash.
        if not await self.set(principal, task_id, _OPEN, status=TaskStatus.RUNNING.value):
            return
        start = time.perf_counter()
        try:
            result = await handler(_Running(self, task_id, principal), job["payload"])
        except Cancelled:
            return
        except Exception as error:
            last = isinstance(error, Invalid | NotFound) or context.job.attempts + 1 >= task.attempts
            # A refusal explains itself, to the person alone; a trace is kept for what nobody foresaw.
            trace = last and not isinstance(error, VerivitaError)
            code = error.code if isinstance(error, VerivitaError) else ""
            log.warning("task.failed", error=type(error).__name__, code=code, last=last, exc_info=trace)
            if trace:
                await self._faults.record(principal, error, task.name)
            if last:
                await self._fail(principal, task_id, error)
            raise
        await self._succeed(principal, task_id, result)
        log.info("task.done", ms=round((time.perf_counter() - start) * 1000))

    async def _succeed(self, principal: Principal, task_id: UUID, result: JsonObject | None) -> None:
        values: dict[str, Any] = {"status": TaskStatus.SUCCEEDED.value, "progress": 1.0, "stage": "done"}
        await self.set(
            principal, task_id, _OPEN, **values, result=None if result is None else dict(result), finished_at=func.now()
        )

    async def _fail(self, principal: Principal, task_id: UUID, error: Exception) -> None:
        message = error.message if isinstance(error, VerivitaError) else "Something went wrong on our side."
        await self.set(principal, task_id, _OPEN, status=TaskStatus.FAILED.value, error=message, finished_at=func.now())

    async def _rescue_forever(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            try:
                await self._rescue()
            except (procrastinate.exceptions.ProcrastinateException, OSError) as error:
                log.warning("queue.rescue_failed", error=str(error)[:200])

    async def _rescue(self) -> None:
        """Put jobs of workers without a heartbeat back in the queue."""
        manager = self._app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S):
            log.warning("queue.rescued", job=job.id, task=job.task_name)
            await manager.retry_job(job, retry_at=datetime.now(UTC))
