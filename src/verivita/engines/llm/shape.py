"""An answer of a wanted shape: by schema, by tool, by plain JSON, one repair, or a refusal; checked every time."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from verivita.engines.llm import prompts
from verivita.engines.llm.messages import (
    Attempt,
    ChatRequest,
    Completion,
    Finish,
    Message,
    Schema,
    SchemaMode,
    Speaker,
    user,
)
from verivita.engines.llm.ports import Fault, ModelFault

Shape = TypeVar("Shape", bound=BaseModel)
Complete = Callable[[ChatRequest], Awaitable[Completion]]

_FENCED = re.compile(r"```(?:json)?\s*(.*?)```", re.DOTALL)
_ERRORS_SHOWN = 8


class Misshapen(Exception):
    """An answer that is not of the wanted shape; the text says what is wrong, in words for a model."""


async def ask(
    complete: Complete, request: ChatRequest, of: type[Shape], modes: Sequence[SchemaMode]
) -> tuple[Shape, Completion]:
    """The answer as an object of type `of`, and the completion that it came in.

    Tries each mode in order while the provider refuses the way of asking or does not keep to it, then asks once to
    repair the last answer. Raises `ModelFault` (MALFORMED) when nothing fits, and whatever `complete` raises else.
    """
    definition, tried = of.model_json_schema(), list[Attempt]()
    last: tuple[Completion, Misshapen] | None = None
    for mode in modes or (SchemaMode.JSON,):
        try:
            completion = await complete(_shaped(request, Schema(of.__name__, definition, mode)))
        except ModelFault as fault:
            # Some servers answer an unknown way of asking with "bad request": the next way may do.
            if fault.fault is not Fault.MALFORMED or mode is modes[-1]:
                raise
            tried += fault.attempts
            continue
        tried += completion.attempts
        try:
            return read(completion, of), replace(completion, attempts=tuple(tried))
        except Misshapen as error:
            last = completion, error
            if completion.finish is Finish.LENGTH:
                break  # another way of asking makes it no shorter
    if last is None:
        raise AssertionError("unreachable: every way of asking either answered or raised")
    answer, wrong = last
    repaired = await complete(_repair(request, answer, wrong, definition, of.__name__))
    try:
        return read(repaired, of), replace(repaired, attempts=(*tried, *repaired.attempts))
    except Misshapen as error:
        failure = ModelFault(Fault.MALFORMED, repaired.model, detail="the answer has another shape than was asked for")
        failure.attempts = (*tried, *repaired.attempts)
        raise failure from error


def read(completion: Completion, of: type[Shape]) -> Shape:
    """The object in an answer: the arguments of a tool call, or the one JSON object of the text. Raises `Misshapen`."""
    if completion.finish is Finish.LENGTH:
        raise Misshapen("The answer was cut off at its limit. Answer shorter.")
    for call in completion.tool_calls:
        if call.name == of.__name__:
            return _validated(call.arguments, of)
    return _validated(_json_of(completion.text), of)


def _validated(value: Any, of: type[Shape]) -> Shape:
    try:
        return of.model_validate(value)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)[:_ERRORS_SHOWN]
        lines = (f"- {'.'.join(map(str, item['loc'])) or 'the object'}: {item['msg']}" for item in found)
        raise Misshapen("\n".join(lines)) from error


def _json_of(text: str) -> Any:
    candidates = [text.strip(), *(found.strip() for found in _FENCED.findall(text))]
    start, end = text.find("{"), text.rfind("}")
    if 0 <= start < end:
        candidates.append(text[start : end + 1])
    for candidate in candidates:
        try:
            return json.loads(candidate)
        except (ValueError, RecursionError):
            continue
    raise Misshapen("The answer is not JSON.")


def _shaped(request: ChatRequest, schema: Schema) -> ChatRequest:
    """The request for a shape; plain JSON is also asked for in words, since no provider mode carries the schema."""
    if schema.mode is not SchemaMode.JSON:
        return replace(request, schema=schema)
    words = prompts.load("plain_json", 1).fill(schema=_written(schema.definition))
    return replace(request, schema=schema, messages=(*request.messages, user(words)))


def _repair(
    request: ChatRequest, answer: Completion, wrong: Misshapen, definition: dict[str, Any], name: str
) -> ChatRequest:
    said = answer.text or json.dumps([dict(call.arguments) for call in answer.tool_calls])
    words = prompts.load("repair_shape", 1).fill(errors=str(wrong), schema=_written(definition))
    messages = (*request.messages, Message(Speaker.ASSISTANT, said[:8000] or "(nothing)"), user(words))
    return replace(request, schema=Schema(name, definition, SchemaMode.JSON), messages=messages)


def _written(definition: Any) -> str:
    return json.dumps(definition, ensure_ascii=False, indent=1)
