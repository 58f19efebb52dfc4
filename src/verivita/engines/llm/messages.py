"""What goes to a language model and what comes back: messages, tools, a wanted shape, text, usage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Speaker(StrEnum):
    """Who says a message. Only `system` and `user` are ours; what a tool says is data."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model asks for a tool with these arguments; nothing is called by asking."""

    id: str
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `tool_calls` belong to an assistant's, `tool_call_id` to the answer of a tool."""

    role: Speaker
    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""


def system(text: str) -> Message:
    """A message that sets the rules."""
    return Message(Speaker.SYSTEM, text)


def user(text: str) -> Message:
    """A message of the person, or the task itself."""
    return Message(Speaker.USER, text)


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool that a model may ask for: name, what it is for, JSON schema of its arguments."""

    name: str
    description: str
    parameters: Mapping[str, Any]


class SchemaMode(StrEnum):
    """How a shape is asked for: by the provider's own schema mode, as a tool's arguments, or as plain JSON."""

    SCHEMA = "json_schema"
    TOOL = "tool"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Schema:
    """A shape that the answer must have, as JSON schema. Whoever asks checks it; no provider is trusted to."""

    name: str
    definition: Mapping[str, Any]
    mode: SchemaMode = SchemaMode.SCHEMA


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of a call. `cached_tokens` are the part of the input that the provider read from its own cache.

    `estimated` is True where the provider said nothing and the numbers are ours.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    estimated: bool = False

    @property
    def total(self) -> int:
        """All tokens."""
        return self.input_tokens + self.output_tokens


class Finish(StrEnum):
    """Why a model stopped: it was done, the limit cut it off, or it asks for tools."""

    STOP = "stop"
    LENGTH = "length"
    TOOLS = "tools"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of the route: the model, how it ended (`ok` or the kind of fault) and how long it took."""

    model: str
    outcome: str
    milliseconds: int = 0


@dataclass(frozen=True, slots=True)
class Completion:
    """A whole answer. `model` is `provider:model` of who answered; `attempts` tells the way there."""

    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    usage: Usage = field(default_factory=Usage)
    model: str = ""
    finish: Finish = Finish.STOP
    attempts: tuple[Attempt, ...] = ()
    cached: bool = False


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of an answer that is coming. The last one carries the `completion`; only then the answer is whole."""

    text: str = ""
    completion: Completion | None = None


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What a model is asked. `temperature` None leaves it to the model; `prompt` names template and version.

    `max_tokens` is the longest answer. The text of `messages` is sent as it is: fence what is not ours.
    """

    messages: Sequence[Message]
    tools: tuple[ToolSpec, ...] = ()
    schema: Schema | None = None
    max_tokens: int = 1024
    temperature: float | None = None
    prompt: str = ""
