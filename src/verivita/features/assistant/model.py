"""Saying, Reply, Talk, Turn: what a person says to the assistant, and what comes back and is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from verivita.features.answers import Answer, Step


class Mode(StrEnum):
    """What kind of text is wanted."""

    CHAT = "chat"
    EMAIL = "email"
    TAILOR = "tailor"
    INTERVIEW = "interview"


class Route(StrEnum):
    """Which way a message goes: to the notes, to career matters, or to the writing desk."""

    STUDY = "study"
    CAREER = "career"
    DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class Saying:
    """A message. `route` overrides ours; `job_id` or `job_description` name the job that it is about."""

    text: str
    mode: Mode = Mode.CHAT
    route: Route | None = None
    session_id: UUID | None = None
    job_id: UUID | None = None
    job_description: str = ""
    verify: bool = True
    use_model: bool = True
    before: str = ""
    """What was said before, where the caller keeps the talk itself."""
    note: str = ""
    """A sentence that the answer carries, such as why no model was asked."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it was kept."""

    id: UUID
    session_id: UUID
    mode: Mode
    route: Route
    answer: Answer
    ms: float


@dataclass(frozen=True, slots=True)
class Opening:
    """What is known before the first word: where the answer will be kept, and which way the message went."""

    id: UUID
    session_id: UUID
    mode: Mode
    route: Route


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why no answer came: a stable code, a sentence and the next step."""

    code: str
    message: str
    next: str | None = None


Event = Opening | Step | Reply | Refusal
"""What a stream tells, in this order: an opening, steps, and a reply or a refusal."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A message and its answer, as they are kept."""

    question_id: UUID
    question: str
    reply: Reply
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation: what it began with, and how much was said."""

    id: UUID
    mode: Mode
    title: str
    created_at: datetime
    updated_at: datetime
    turns: Sequence[Turn] = ()
    count: int = 0
