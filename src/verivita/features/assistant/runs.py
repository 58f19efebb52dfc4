"""Answers in the making: each is made once, whoever listens and however often the line breaks."""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from uuid import UUID

from verivita.core.errors import NotFound, VerivitaError
from verivita.core.principal import Principal
from verivita.features.assistant.model import Event, Opening, Refusal, Reply

GRACE_S = 3.0
"""How long a dropped line may take to come back before the model's call is cancelled."""
_MOST = 256

Make = Callable[[], AsyncGenerator[Event, None]]


@dataclass(slots=True)
class _Run:
    """One answer: what was told so far, who listens, and what is made instead when it is stopped."""

    principal: Principal
    session_id: UUID
    instead: Make
    events: list[Event] = field(default_factory=list)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    listeners: int = 0
    is_over: bool = False
    is_stopped: bool = False
    work: asyncio.Task[None] | None = None
    leaving: asyncio.Task[None] | None = None


class Runs:
    """The answers in the making of this process, by the id of their opening."""

    def __init__(self, grace: float = GRACE_S) -> None:
        self._runs: OrderedDict[UUID, _Run] = OrderedDict()
        self._grace = grace

    async def start(self, principal: Principal, make: Make, instead: Make) -> UUID:
        """Begin an answer; its id, once it has opened. What `make` refuses before that is raised here.

        `instead` makes the answer without a model, for when this one is stopped.
        """
        source = make()
        first = await anext(source)
        assert isinstance(first, Opening)
        run = _Run(principal, first.session_id, instead)
        run.events.append(first)
        self._runs[first.id] = run
        run.work = asyncio.create_task(self._make(run, source))
        while len(self._runs) > _MOST:
            self._drop()
        return first.id

    async def follow(self, principal: Principal, id: UUID, after: int = 0) -> AsyncGenerator[tuple[int, Event], None]:
        """Every event with its number from 1, from the one after `after` on, until the answer is over.

        Raises `NotFound` for an answer that is not (or no longer) known here, or somebody else's.
        """
        run = self._mine(principal, id)
        run.listeners += 1
        if run.leaving is not None:
            run.leaving.cancel()
            run.leaving = None
        try:
            at = max(0, after)
            while True:
                async with run.news:
                    while len(run.events) <= at and not run.is_over:
                        await run.news.wait()
                fresh = run.events[at:]
                for number, event in enumerate(fresh, at + 1):
                    yield number, event
                at += len(fresh)
                if run.is_over and at >= len(run.events):
                    return
        finally:
            run.listeners -= 1
            if run.listeners == 0 and not run.is_over:
                run.leaving = asyncio.create_task(self._leave(run))

    def known(self, principal: Principal, id: UUID) -> None:
        """Raise `NotFound` unless the caller's answer is known to this process."""
        self._mine(principal, id)

    def stop(self, principal: Principal, id: UUID) -> None:
        """Stop the model; the answer ends by the rung that needs none. Raises `NotFound`."""
        self._stop(self._mine(principal, id))

    async def forget(self, principal: Principal, session_id: UUID | None = None) -> None:
        """Cancel and forget the caller's answers, of one talk or all: what was said is in no memory after that."""
        mine = (principal.tenant_id, principal.person_id)
        for id, run in list(self._runs.items()):
            of_it = session_id is None or run.session_id == session_id
            if of_it and (run.principal.tenant_id, run.principal.person_id) == mine:
                self._runs.pop(id)
                await self._end(run)

    async def aclose(self) -> None:
        """Cancel everything that is still being made."""
        for run in self._runs.values():
            await self._end(run)

    @staticmethod
    async def _end(run: _Run) -> None:
        for task in (run.work, run.leaving):
            if task is not None and not task.done():
                run.is_stopped = False
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    def _mine(self, principal: Principal, id: UUID) -> _Run:
        run = self._runs.get(id)
        mine = run is not None and (run.principal.tenant_id, run.principal.person_id) == (
            principal.tenant_id,
            principal.person_id,
        )
        if run is None or not mine:
            raise NotFound("answer")
        return run

    @staticmethod
    def _stop(run: _Run) -> None:
        if run.work is not None and not run.is_over and not run.is_stopped:
            run.is_stopped = True
            run.work.cancel()

    async def _leave(self, run: _Run) -> None:
        await asyncio.sleep(self._grace)
        self._stop(run)

    async def _make(self, run: _Run, source: AsyncGenerator[Event, None]) -> None:
        try:
            await self._pump(run, source)
        except asyncio.CancelledError:
            if not run.is_stopped:
                raise
            await self._pump(run, run.instead())
        finally:
            run.is_over = True
            await self._tell(run)

    async def _pump(self, run: _Run, source: AsyncGenerator[Event, None]) -> None:
        """Everything that `source` tells goes on; a refusal is an event like others, and nothing is half."""
        try:
            async with contextlib.aclosing(source):
                async for event in source:
                    if not isinstance(event, Opening):
                        run.events.append(event)
                        await self._tell(run)
                    if isinstance(event, Reply):
                        return
        except VerivitaError as error:
            run.events.append(Refusal(error.code, error.message, error.next))

    @staticmethod
    async def _tell(run: _Run) -> None:
        async with run.news:
            run.news.notify_all()

    def _drop(self) -> None:
        over = next((id for id, run in self._runs.items() if run.is_over), None)
        self._runs.pop(over if over is not None else next(iter(self._runs)))
