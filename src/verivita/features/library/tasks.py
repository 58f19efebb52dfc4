"""Tasks of this room: declarations, no logic."""

from verivita.kit.queue import Task

INGEST_DOCUMENT = Task("library.ingest", priority=1)
ADOPT_DOCUMENTS = Task("library.adopt", attempts=10)
FORGET_DOCUMENT = Task("library.forget", attempts=10)
