"""Conversations: each message goes to the answers, to career matters, or to the writing desk. Face of the room."""

from verivita.features.assistant.model import Event, Mode, Opening, Refusal, Reply, Route, Saying, Talk, Turn
from verivita.features.assistant.runs import Runs
from verivita.features.assistant.service import AssistantService

__all__ = [
    "AssistantService",
    "Event",
    "Mode",
    "Opening",
    "Refusal",
    "Reply",
    "Route",
    "Runs",
    "Saying",
    "Talk",
    "Turn",
]
