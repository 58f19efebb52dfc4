"""Models that need no provider: one that answers by rule (`test:`), and one that follows a script, for tests."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterable, Mapping
from typing import Any

from verivita.engines.llm.catalogue import look_up
from verivita.engines.llm.estimate import input_tokens, tokens_of
from verivita.engines.llm.messages import (
    ChatRequest,
    Chunk,
    Completion,
    Finish,
    SchemaMode,
    Speaker,
    ToolCall,
    Usage,
)
from verivita.engines.llm.ports import ChatModelInfo, ModelFault

_PIECE = 12
_SHORTEST_WORD = "something"


class TestModel:
    """Answers by rule, the same request always the same way: the least object of a wanted shape, the first tool when no
    tool has answered yet, and else a sentence that repeats the last line of the last message.
    """

    __test__ = False  # its name makes a test collector curious

    def __init__(self, model: str = "echo") -> None:
        self._info = look_up("test", model).info()

    @property
    def info(self) -> ChatModelInfo:
        """What it is and what it accepts."""
        return self._info

    async def complete(self, request: ChatRequest) -> Completion:
        """The whole answer, cut at the limit like any other."""
        text, calls = _answer(request)
        return _limited(text, calls, request, self._info.key)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[Chunk, None]:
        """The same answer in pieces."""
        completion = await self.complete(request)
        for at in range(0, len(completion.text), _PIECE):
            yield Chunk(completion.text[at : at + _PIECE])
        yield Chunk(completion=completion)


class ScriptedModel:
    """Gives the answers of a script one after another: a text, a `Completion`, or a `ModelFault` that is raised.

    `heard` keeps every request. After the end of the script it repeats the last answer.
    """

    def __init__(self, script: Iterable[str | Completion | ModelFault], info: ChatModelInfo | None = None) -> None:
        self._script, self._info = list(script), info or look_up("test", "script").info()
        if not self._script:
            raise ValueError("a script has one answer at least")
        self.heard: list[ChatRequest] = []

    @property
    def info(self) -> ChatModelInfo:
        """What it is and what it accepts."""
        return self._info

    async def complete(self, request: ChatRequest) -> Completion:
        """The next answer of the script."""
        self.heard.append(request)
        said = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        if isinstance(said, ModelFault):
            raise said
        return said if isinstance(said, Completion) else _limited(said, (), request, self._info.key)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[Chunk, None]:
        """The next answer of the script in pieces."""
        completion = await self.complete(request)
        for at in range(0, len(completion.text), _PIECE):
            yield Chunk(completion.text[at : at + _PIECE])
        yield Chunk(completion=completion)


def _answer(request: ChatRequest) -> tuple[str, tuple[ToolCall, ...]]:
    schema = request.schema
    if schema is not None:
        value = _least(schema.definition, schema.definition)
        if schema.mode is SchemaMode.TOOL:
            return "", (ToolCall("call-1", schema.name, value),)
        return json.dumps(value), ()
    if request.tools and not any(message.role is Speaker.TOOL for message in request.messages):
        tool = request.tools[0]
        return "", (ToolCall("call-1", tool.name, _least(tool.parameters, tool.parameters)),)
    last = request.messages[-1].text.strip().splitlines() if request.messages else []
    return f"You said: {last[-1] if last else 'nothing'}", ()


def _limited(text: str, calls: tuple[ToolCall, ...], request: ChatRequest, model: str) -> Completion:
    most = request.max_tokens * 3
    cut = len(text.encode()) > most
    shown = text.encode()[:most].decode("utf-8", "ignore") if cut else text
    finish = Finish.LENGTH if cut else Finish.TOOLS if calls else Finish.STOP
    return Completion(shown, calls, Usage(input_tokens(request), tokens_of(shown), estimated=True), model, finish)


def _least(schema: Any, root: Mapping[str, Any]) -> Any:
    """The least value that fits a JSON schema of the kind that pydantic writes."""
    if "$ref" in schema:
        return _least(root.get("$defs", {})[schema["$ref"].rsplit("/", 1)[-1]], root)
    for key in ("const", "default", "enum"):
        if key in schema:
            return schema["enum"][0] if key == "enum" else schema[key]
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return _least(schema[key][0], root)
    if schema.get("type") == "array":
        return [_least(schema.get("items", {}), root) for _ in range(schema.get("minItems", 0))]
    if schema.get("type") == "string":
        return _SHORTEST_WORD.ljust(schema.get("minLength", 0), "g")[: schema.get("maxLength", 10_000)]
    plain = {"integer": schema.get("minimum", 0), "number": schema.get("minimum", 0), "boolean": False, "null": None}
    if schema.get("type") in plain:
        return plain[schema["type"]]
    return {name: _least(inner, root) for name, inner in schema.get("properties", {}).items()}
