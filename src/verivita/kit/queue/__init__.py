"""Queue: tasks as rows in the caller's own transaction, run at least once. Face of the package."""

from verivita.kit.queue.store import Queue, TaskList, TaskRun, TaskStatus
from verivita.kit.queue.task import Cancelled, Handler, Task, TaskContext
from verivita.kit.queue.worker import Worker

__all__ = ["Cancelled", "Handler", "Queue", "Task", "TaskContext", "TaskList", "TaskRun", "TaskStatus", "Worker"]
