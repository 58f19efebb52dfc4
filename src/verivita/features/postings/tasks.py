"""Tasks of this room: declarations, no logic."""

from verivita.kit.queue import Task

IMPORT_POSTINGS = Task("postings.import", attempts=6)
INDEX_POSTINGS = Task("postings.index", attempts=10, priority=-1, collapse=True)
