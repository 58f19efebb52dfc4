"""Tasks of this room: declarations, no logic."""

from verivita.kit.queue import Task

SCORE_ALL = Task("matching.score", priority=-2, collapse=True)
