"""Task: a name, a retry rule and a priority, declared without an app; handlers are bound in bootstrap."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from verivita.core.principal import Principal

Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]
JsonObject = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Task:
    """A kind of work. The payload carries ids, never objects or text.

    A failed run is tried again up to `attempts` times in all, waiting `backoff` seconds times two to the power of
    the tries so far; a higher `priority` runs first. Of a task that may `collapse`, at most one waits for each person:
    it looks for itself at all there is to do.
    """

    name: str
    attempts: int = 4
    backoff: float = 2.0
    priority: int = 0
    collapse: bool = False


class Cancelled(Exception):
    """The person cancelled the task; the handler stops at its next report of progress."""


class TaskContext(Protocol):
    """What a handler is given besides its payload."""

    @property
    def id(self) -> UUID:
        """The task's own id."""
        ...

    @property
    def principal(self) -> Principal:
        """On whose behalf the task runs."""
        ...

    async def progress(self, share: float, stage: str) -> None:
        """Say how far the work is (0..1) and what is being done; raises `Cancelled` when it should stop."""
        ...


Handler = Callable[[TaskContext, JsonObject], Awaitable[JsonObject | None]]
"""Does the work; may run twice for one task; the result is shown to the person."""
