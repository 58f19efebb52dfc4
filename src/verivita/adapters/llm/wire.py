"""Our messages in LangChain's classes, and what comes back in ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from verivita.engines.llm.estimate import input_tokens, tokens_of
from verivita.engines.llm.messages import (
    ChatRequest,
    Completion,
    Finish,
    Message,
    Schema,
    SchemaMode,
    Speaker,
    ToolCall,
    Usage,
)
from verivita.engines.llm.ports import Fault, ModelFault

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage, BaseMessage

_LENGTH = frozenset({"length", "max_tokens", "model_length"})
_REFUSED = frozenset(
    {"refusal", "content_filter", "safety", "prohibited_content", "blocklist", "recitation", "spii", "image_safety"}
)
_MALFORMED = frozenset({"malformed_function_call", "malformed_response", "unexpected_tool_call"})


def to_langchain(messages: Sequence[Message]) -> list[BaseMessage]:
    """The same messages; those of the system go first as one, since not every provider takes several."""
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

    rules = "\n\n".join(message.text for message in messages if message.role is Speaker.SYSTEM)
    made: list[BaseMessage] = [SystemMessage(rules)] if rules else []
    for message in messages:
        match message.role:
            case Speaker.USER:
                made.append(HumanMessage(message.text))
            case Speaker.ASSISTANT:
                calls = [
                    {"name": call.name, "args": dict(call.arguments), "id": call.id, "type": "tool_call"}
                    for call in message.tool_calls
                ]
                made.append(AIMessage(message.text, tool_calls=calls))
            case Speaker.TOOL:
                made.append(ToolMessage(message.text, tool_call_id=message.tool_call_id))
    return made


def bound(request: ChatRequest, *, json_mode: bool) -> dict[str, Any]:
    """Tools and the wanted shape as the arguments that every LangChain class of our providers understands."""
    tools = [_tool(tool.name, tool.description, tool.parameters) for tool in request.tools]
    found: dict[str, Any] = {}
    schema = request.schema
    if schema is not None and schema.mode is SchemaMode.TOOL:
        tools.append(_tool(schema.name, "Give the answer as the arguments of this tool.", schema.definition))
        found["tool_choice"] = schema.name
    elif schema is not None and schema.mode is SchemaMode.SCHEMA:
        found["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": schema.name, "schema": strict(schema), "strict": True},
        }
    elif schema is not None and json_mode:
        found["response_format"] = {"type": "json_object"}
    return found | ({"tools": tools} if tools else {})


def strict(schema: Schema) -> dict[str, Any]:
    """The schema in the strict form: every property required, no others, no defaults. The reader still checks."""
    made: dict[str, Any] = _strict(schema.definition)
    return made


def _strict(node: Any) -> Any:
    if isinstance(node, list):
        return [_strict(item) for item in node]
    if not isinstance(node, Mapping):
        return node
    made = {key: _strict(value) for key, value in node.items() if key not in ("default", "title")}
    properties = node.get("properties")
    if isinstance(properties, Mapping):
        # A property may be called "title" or "default": those were dropped by name above.
        made["properties"] = {key: _strict(value) for key, value in properties.items()}
        made |= {"required": list(properties), "additionalProperties": False}
    return made


def _tool(name: str, description: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "function",
        "function": {"name": name, "description": description, "parameters": dict(parameters)},
    }


def completion_of(answer: AIMessage, request: ChatRequest, model: str) -> Completion:
    """What came back. Raises `ModelFault` for a refusal, a call that cannot be read, and an empty answer."""
    finish = _finish(answer)
    reason = _reason(answer)
    if answer.additional_kwargs.get("refusal") or reason in _REFUSED:
        raise ModelFault(Fault.REFUSED, model)
    if reason in _MALFORMED or answer.invalid_tool_calls:
        raise ModelFault(Fault.MALFORMED, model, detail="a tool call that cannot be read")
    text = str(answer.text)
    calls = tuple(ToolCall(call.get("id") or "", call["name"], call["args"]) for call in answer.tool_calls)
    if not text.strip() and not calls and finish is not Finish.LENGTH:
        if _blocked(answer):
            raise ModelFault(Fault.REFUSED, model)
        raise ModelFault(Fault.MALFORMED, model, detail="an empty answer")
    return Completion(text, calls, _usage(answer, request, text), model, Finish.TOOLS if calls else finish)


def cut_off(error: Exception, request: ChatRequest, model: str) -> Completion | None:
    """What came before the limit, where OpenAI's package throws it away: it was paid for, and it is no other fault."""
    whole: Any = getattr(error, "completion", None) if type(error).__name__ == "LengthFinishReasonError" else None
    if whole is None:
        return None
    text, used = str(whole.choices[0].message.content or ""), whole.usage
    usage = (
        Usage(int(used.prompt_tokens), int(used.completion_tokens))
        if used
        else Usage(input_tokens(request), tokens_of(text), estimated=True)
    )
    return Completion(text, (), usage, model, Finish.LENGTH)


def ended(answer: AIMessage) -> bool:
    """Whether the provider said that the answer is at its end; a stream without that word was cut."""
    return bool(_reason(answer))


def _reason(answer: AIMessage) -> str:
    told: Any = answer.response_metadata
    found = told.get("finish_reason") or told.get("stop_reason") or told.get("done_reason") or ""
    return str(getattr(found, "name", found)).lower()


def _finish(answer: AIMessage) -> Finish:
    return Finish.LENGTH if _reason(answer) in _LENGTH else Finish.STOP


def _blocked(answer: AIMessage) -> bool:
    feedback: Any = answer.response_metadata.get("prompt_feedback") or {}
    return bool(feedback.get("block_reason") if isinstance(feedback, Mapping) else feedback)


def _usage(answer: AIMessage, request: ChatRequest, text: str) -> Usage:
    told: Any = answer.usage_metadata
    if not told or not told.get("input_tokens"):
        return Usage(input_tokens(request), tokens_of(text), estimated=True)
    cached = (told.get("input_token_details") or {}).get("cache_read") or 0
    return Usage(int(told["input_tokens"]), int(told.get("output_tokens") or 0), int(cached))
