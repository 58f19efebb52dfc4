"""What answering needs from outside: a chat model, what it can do, and the ways in which it fails."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from verivita.core.errors import Unavailable
from verivita.engines.llm.messages import Attempt, ChatRequest, Chunk, Completion, SchemaMode


@dataclass(frozen=True, slots=True)
class ChatModelInfo:
    """What a model is and what it accepts. `context` is the most tokens of input and output together."""

    provider: str
    model: str
    context: int = 8_192
    most_output: int = 4_096
    temperature: bool = True
    tools: bool = True
    schema_modes: tuple[SchemaMode, ...] = (SchemaMode.SCHEMA, SchemaMode.TOOL, SchemaMode.JSON)
    local: bool = False

    @property
    def key(self) -> str:
        """`provider:model`, as routes write it."""
        return f"{self.provider}:{self.model}"


class Fault(StrEnum):
    """How a model fails."""

    BUSY = "busy"
    """429 or overload: the same may work later."""
    GONE = "gone"
    """No connection, a time-out, 5xx, or a stream that broke off."""
    BAD_KEY = "bad_key"
    """The provider does not accept the key, or it may not use this model."""
    REFUSED = "refused"
    """The model or its provider declines to answer this."""
    TOO_LONG = "too_long"
    """The request does not fit the model's context."""
    MALFORMED = "malformed"
    """An answer that cannot be read, or a request that the provider does not understand."""
    UNKNOWN_MODEL = "unknown_model"
    """The provider has no such model (any more)."""


_SENTENCES = {
    Fault.BUSY: "{model} is busy.",
    Fault.GONE: "{model} does not answer.",
    Fault.BAD_KEY: "The provider does not accept the key for {model}.",
    Fault.REFUSED: "{model} declines to answer this.",
    Fault.TOO_LONG: "This is too long for {model}.",
    Fault.MALFORMED: "{model} gave an answer that cannot be read.",
    Fault.UNKNOWN_MODEL: "The provider does not know {model}.",
}
_STEPS = {
    Fault.BUSY: "Try again in a moment.",
    Fault.GONE: "Try again in a moment.",
    Fault.BAD_KEY: "Check the key in the model settings.",
    Fault.REFUSED: "Ask differently, or use the answer that needs no model.",
    Fault.TOO_LONG: "Shorten it, or choose a model with a larger context.",
    Fault.MALFORMED: "Try again, or choose another model.",
    Fault.UNKNOWN_MODEL: "Choose another model in the model settings.",
}


class ModelFault(Unavailable):
    """A language model gave no answer; `fault` says how. A message never holds a key or the provider's words.

    `detail` is the provider's own message, masked and cut, for the log and the trace only; `attempts` is the way that
    a route went before it gave up.
    """

    default_code = "model_failed"

    def __init__(self, fault: Fault, model: str, *, retry_after: float | None = None, detail: str = "") -> None:
        super().__init__(
            self.default_code,
            _SENTENCES[fault].format(model=model),
            next=_STEPS[fault],
            extra={"fault": str(fault)},
            retry_after=retry_after,
        )
        self.fault, self.model, self.detail = fault, model, detail
        self.attempts: tuple[Attempt, ...] = ()


class ChatModel(Protocol):
    """A language model. Every method raises `ModelFault` and nothing else; none of them retries."""

    @property
    def info(self) -> ChatModelInfo:
        """What it is and what it accepts."""
        ...

    async def complete(self, request: ChatRequest) -> Completion:
        """The whole answer; one that was cut off at the limit has `finish` LENGTH."""
        ...

    def stream(self, request: ChatRequest) -> AsyncGenerator[Chunk, None]:
        """The answer piece by piece; the last chunk carries the completion. A stream without it broke off: GONE."""
        ...
