"""The contract of ChatModel, over every provider's wire format and the shipped test model."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest

from tests.contract.models.conftest import KEY, MODELS, PROVIDERS, Connect
from tests.rigs.llm_server import LIE, LlmServer, Mode
from verivita.adapters.llm.langchain import LangChainModel
from verivita.engines.llm.catalogue import look_up
from verivita.engines.llm.messages import (
    ChatRequest,
    Completion,
    Finish,
    Message,
    Schema,
    SchemaMode,
    Speaker,
    ToolSpec,
    system,
    user,
)
from verivita.engines.llm.ports import ChatModel, Fault, ModelFault

SHAPE = {
    "title": "Hi",
    "type": "object",
    "properties": {"word": {"type": "string", "default": "x"}, "count": {"type": "integer"}},
    "required": ["word"],
}
ASK = ChatRequest((system("Be brief."), system("Be kind."), user("Say hi.")), max_tokens=60, temperature=0.0)
FIND = ToolSpec("find", "Finds a job.", SHAPE)
EVERYONE = (*PROVIDERS, "test")
BY_ROW = [
    pytest.param("openai", marks=pytest.mark.acceptance("LLM-01", "LLM-06")),
    pytest.param("anthropic", marks=pytest.mark.acceptance("LLM-02", "LLM-06")),
    pytest.param("gemini", marks=pytest.mark.acceptance("LLM-03", "LLM-06")),
    pytest.param("groq", marks=pytest.mark.acceptance("LLM-04", "LLM-06")),
    pytest.param("ollama", marks=pytest.mark.acceptance("LLM-05", "LLM-06")),
    "compatible",
]
FAULTS = {
    Mode.BUSY: Fault.BUSY,
    Mode.BROKEN: Fault.GONE,
    Mode.CUT: Fault.GONE,
    Mode.MALFORMED: Fault.MALFORMED,
    Mode.EMPTY: Fault.MALFORMED,
    Mode.BAD_KEY: Fault.BAD_KEY,
    Mode.TOO_LONG: Fault.TOO_LONG,
    Mode.UNKNOWN_MODEL: Fault.UNKNOWN_MODEL,
    Mode.REFUSING: Fault.REFUSED,
}


async def _streamed(model: ChatModel, request: ChatRequest) -> tuple[list[str], Completion]:
    pieces, completion = [], None
    async with aclosing(model.stream(request)) as chunks:
        async for chunk in chunks:
            assert completion is None, "nothing comes after the completion"
            pieces += [chunk.text] if chunk.text else []
            completion = chunk.completion
    assert completion is not None
    return pieces, completion


@pytest.mark.parametrize("name", [*BY_ROW, "test"])
async def test_an_answer_whole_and_in_pieces(connect: Connect, llm_server: LlmServer, name: str):
    model = connect(name)
    whole = await model.complete(ASK)
    pieces, streamed = await _streamed(model, ASK)
    assert whole.text == streamed.text == "".join(pieces)
    assert whole.finish is streamed.finish is Finish.STOP
    assert len(pieces) > 1
    assert whole.usage.input_tokens > 0
    assert whole.usage.output_tokens > 0
    assert whole.model == model.info.key
    if name != "test":
        assert (whole.usage.input_tokens, whole.usage.output_tokens) == (11, 7)
        assert streamed.usage == whole.usage
        assert {"Be brief.", "Be kind.", "Say hi."} <= set(llm_server.heard[-1].text.split("\n")) | {""}


@pytest.mark.parametrize("name", PROVIDERS)
@pytest.mark.parametrize("mode", FAULTS)
async def test_every_fault_has_its_name_and_is_asked_once(
    connect: Connect, llm_server: LlmServer, name: str, mode: Mode
):
    if (name, mode) == ("ollama", Mode.REFUSING):
        pytest.skip("Ollama's wire format knows no refusal: the model only says so")
    llm_server.mode, llm_server.retry_after = mode, "7"
    model = connect(name)
    for ask in (model.complete(ASK), _streamed(model, ASK)):
        before = len(llm_server.heard)
        with pytest.raises(ModelFault) as caught:
            await ask
        assert caught.value.fault is FAULTS[mode]
        assert caught.value.retry_after == (7 if mode is Mode.BUSY else None)
        assert len(llm_server.heard) == before + 1, "the SDK must not try again by itself"
        said = f"{caught.value} {caught.value.detail} {caught.value.__cause__}"
        assert KEY not in said


@pytest.mark.parametrize("name", PROVIDERS)
async def test_an_answer_cut_at_the_limit_says_so(connect: Connect, llm_server: LlmServer, name: str):
    llm_server.mode = Mode.TRUNCATED
    model = connect(name)
    assert (await model.complete(ASK)).finish is Finish.LENGTH
    assert (await _streamed(model, ASK))[1].finish is Finish.LENGTH


@pytest.mark.parametrize("name", PROVIDERS)
async def test_a_slow_or_endless_answer_can_be_left(connect: Connect, llm_server: LlmServer, name: str):
    llm_server.mode = Mode.ENDLESS
    model = connect(name)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await model.complete(ASK)
    text = ""
    async with aclosing(model.stream(ASK)) as chunks:
        async for chunk in chunks:
            text += chunk.text
            if len(text) > 200:
                break
    llm_server.mode = Mode.SLOW
    assert (await model.complete(ASK)).finish is Finish.STOP


@pytest.mark.parametrize("name", EVERYONE)
@pytest.mark.parametrize("way", SchemaMode)
async def test_a_shape_is_asked_for_in_the_providers_own_way(
    connect: Connect, llm_server: LlmServer, name: str, way: SchemaMode
):
    model = connect(name)
    if way not in model.info.schema_modes:
        pytest.skip(f"{model.info.key} does not know this way of asking")
    answer = await model.complete(replace(ASK, schema=Schema("Hi", SHAPE, way)))
    if way is SchemaMode.TOOL:
        assert answer.finish is Finish.TOOLS
        assert [call.name for call in answer.tool_calls] == ["Hi"]
    elif name == "test":
        assert '"word"' in answer.text
    elif way is SchemaMode.SCHEMA:
        asked = llm_server.heard[-1].shape
        assert set(asked["properties"]) == {"word", "count"}
        assert answer.text == '{"word": "something", "count": 1}'


@pytest.mark.parametrize("name", PROVIDERS)
async def test_an_object_cut_at_the_limit_is_counted_and_says_so(connect: Connect, llm_server: LlmServer, name: str):
    llm_server.mode = Mode.TRUNCATED
    model = connect(name)
    if SchemaMode.SCHEMA not in model.info.schema_modes:
        pytest.skip(f"{model.info.key} does not know this way of asking")
    answer = await model.complete(replace(ASK, schema=Schema("Hi", SHAPE, SchemaMode.SCHEMA)))
    assert answer.finish is Finish.LENGTH
    assert answer.text
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (11, 7)


@pytest.mark.parametrize("name", EVERYONE)
async def test_tools_are_asked_for_and_answered(connect: Connect, llm_server: LlmServer, name: str):
    model = connect(name)
    with_tool = replace(ASK, tools=(FIND,))
    first = await model.complete(with_tool)
    assert first.finish is Finish.TOOLS
    assert [call.name for call in first.tool_calls] == ["find"]
    assert set(first.tool_calls[0].arguments) == {"word", "count"}
    _, streamed = await _streamed(model, with_tool)
    assert [(call.name, call.arguments) for call in streamed.tool_calls] == [
        (call.name, call.arguments) for call in first.tool_calls
    ]
    call = first.tool_calls[0]
    told = (
        *ASK.messages,
        Message(Speaker.ASSISTANT, "", first.tool_calls),
        Message(Speaker.TOOL, "One job.", tool_call_id=call.id or "call"),
    )
    second = await model.complete(replace(with_tool, messages=told))
    assert second.text
    assert not second.tool_calls


@pytest.mark.parametrize("name", PROVIDERS)
async def test_a_lie_comes_through_as_what_was_said(connect: Connect, llm_server: LlmServer, name: str):
    llm_server.mode = Mode.LYING
    assert (await connect(name).complete(ASK)).text == LIE


@pytest.mark.security
@pytest.mark.parametrize("name", PROVIDERS)
async def test_the_key_goes_to_the_provider_and_nothing_about_this_machine(
    connect: Connect, llm_server: LlmServer, name: str, monkeypatch: pytest.MonkeyPatch
):
    for variable in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "not-ours")
    monkeypatch.setenv("OPENAI_ORG_ID", "not-ours")
    for variable in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2", "LANGSMITH_GATEWAY"):
        monkeypatch.setenv(variable, "true")
    model = connect(name)
    await model.complete(ASK)
    await _streamed(model, ASK)
    sent = {key.lower(): value for key, value in llm_server.heard[-1].headers.items()}
    assert KEY in {sent.get("x-api-key"), sent.get("x-goog-api-key"), sent.get("authorization", "").split(" ")[-1]}
    assert "not-ours" not in str(sent)
    assert not [header for header in sent if header.startswith("x-stainless")]
    assert KEY not in llm_server.heard[-1].path
    assert KEY not in repr(model)


@pytest.mark.security
@pytest.mark.parametrize("name", PROVIDERS)
async def test_a_private_address_that_the_owner_did_not_name_is_not_visited(llm_server: LlmServer, name: str):
    model = LangChainModel(look_up(name, MODELS[name]), llm_server.addresses[name], KEY)
    with pytest.raises(ModelFault) as caught:
        await model.complete(ASK)
    assert caught.value.fault is Fault.GONE
    assert llm_server.heard == []
    await model.aclose()


async def test_what_a_model_does_not_accept_is_not_sent(connect: Connect, llm_server: LlmServer):
    await connect("openai", "gpt-6-luna").complete(ASK)
    sent = llm_server.heard[-1].body
    assert "temperature" not in sent
    assert sent["max_completion_tokens"] == 60
    assert sent["reasoning_effort"] == "none"
    await connect("openai", "gpt-4o").complete(ASK)
    assert llm_server.heard[-1].body["temperature"] == 0.0
    await connect("compatible").complete(ASK)
    assert llm_server.heard[-1].body["max_tokens"] == 60
    assert "max_completion_tokens" not in llm_server.heard[-1].body
    await connect("anthropic", "claude-sonnet-5-5").complete(ASK)
    assert "temperature" not in llm_server.heard[-1].body
    assert llm_server.heard[-1].body["max_tokens"] == 60 + 4096
