"""Queue: tasks as rows in the caller's own transaction, run at least once. Face of the package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from verivita.kit.queue.store import Queue, TaskList, TaskRun, TaskStatus
from verivita.kit.queue.task import Cancelled, Handler, Task, TaskContext

if TYPE_CHECKING:
    from verivita.kit.queue.worker import Worker

__all__ = ["Cancelled", "Handler", "Queue", "Task", "TaskContext", "TaskList", "TaskRun", "TaskStatus", "Worker"]


def __getattr__(name: str) -> Any:
    """`Worker` is imported when it is asked for: most processes only queue."""
    if name == "Worker":
        from verivita.kit.queue.worker import Worker

        return Worker
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
