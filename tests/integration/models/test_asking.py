"""Asking a model for a purpose: routes, fallback, budgets, what is kept; over real HTTP and a real database."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from decimal import Decimal

import psycopg
import pytest
from pydantic import BaseModel

from tests.rigs.llm_server import LlmServer, Mode
from verivita.bootstrap.container import Container
from verivita.core.errors import LimitReached, Unavailable
from verivita.core.principal import Principal
from verivita.engines.llm.messages import ChatRequest, Finish, user
from verivita.engines.llm.ports import Fault, ModelFault
from verivita.features.models import Change, Limits, Purpose

HI = ChatRequest((user("Say hi."),), max_tokens=50, prompt="say_hi@1")


class Verdict(BaseModel):
    fits: bool
    reason: str


async def _said(
    container: Container, who: Principal, purpose: Purpose = Purpose.CHAT, request: ChatRequest = HI
) -> str:
    return (await container.models.asking.complete(who, purpose, request)).text


@pytest.mark.acceptance("GEN-11", "LLM-09")
async def test_each_purpose_goes_to_the_provider_of_its_route(
    container: Container, owner: Principal, llm_server: LlmServer
):
    await _said(container, owner, Purpose.LETTER)
    await _said(container, owner, Purpose.WRITE)
    await _said(container, owner, Purpose.ANALYSE)
    assert [(heard.wire, heard.model) for heard in llm_server.heard] == [
        ("anthropic", "claude-sonnet-5-5"),
        ("openai", "gpt-6.1-terra"),
        ("openai", "gpt-6-luna"),
    ]


async def test_a_refusal_is_final(container: Container, owner: Principal, llm_server: LlmServer):
    llm_server.mode = Mode.REFUSING
    with pytest.raises(ModelFault) as caught:
        await _said(container, owner)
    assert caught.value.fault is Fault.REFUSED
    assert len(llm_server.heard) == 1


@pytest.mark.acceptance("LLM-12")
async def test_without_a_model_the_refusal_is_plain(container: Container, owner: Principal, llm_server: LlmServer):
    await container.models.settings.change(owner, Change(routes={"chat": ""}))
    assert not await container.models.asking.available(owner, Purpose.CHAT)
    assert await container.models.asking.available(owner, Purpose.WRITE)
    with pytest.raises(Unavailable) as caught:
        await _said(container, owner)
    assert caught.value.code == "no_model"
    assert llm_server.heard == []


async def test_the_budget_is_exact_and_shared_by_parallel_calls(
    container: Container, owner: Principal, neighbour: Principal, llm_server: LlmServer
):
    llm_server.mode = Mode.SLOW
    # One call sets aside about 60 + 2048 tokens: of six at a time, three fit.
    await container.models.settings.change(owner, Change(limits=Limits(person_tokens=7_000)))
    asked = [replace(HI, messages=(user(f"Say hi to number {n}."),)) for n in range(6)]
    results = await asyncio.gather(
        *(container.models.asking.complete(owner, Purpose.CHAT, each) for each in asked), return_exceptions=True
    )
    refused = [result for result in results if isinstance(result, LimitReached)]
    assert len(refused) == 3
    assert {error.code for error in refused} == {"budget_used_up"}
    assert all(0 < (error.retry_after or 0) <= 86_400 for error in refused)
    mine, ours = await container.models.settings.spent(owner)
    # 11 tokens in and 7 out, three times: 0.15 and 0.60 dollars a million.
    assert mine.tokens == ours.tokens == 54
    assert mine.cost == ours.cost == 3 * (Decimal("0.15") * 11 + Decimal("0.60") * 7) / 1_000_000
    assert await _said(container, neighbour, request=asked[0])
    mine, ours = await container.models.settings.spent(neighbour)
    assert (mine.tokens, ours.tokens) == (18, 72)


async def test_the_budget_of_a_tenant_holds_for_all_in_it(
    container: Container, owner: Principal, neighbour: Principal, llm_server: LlmServer
):
    limits = Limits(tenant_cost=Decimal("0.0012"))  # one call may cost 0.0013 at most
    await container.models.settings.change(owner, Change(limits=limits))
    with pytest.raises(LimitReached):
        await _said(container, neighbour)
    assert llm_server.heard == []


async def test_a_failed_call_gives_back_what_it_held(container: Container, owner: Principal, llm_server: LlmServer):
    await container.models.settings.change(owner, Change(limits=Limits(person_tokens=2_500)))
    llm_server.mode = Mode.UNKNOWN_MODEL
    for _ in range(3):
        with pytest.raises(ModelFault):
            await _said(container, owner)
    llm_server.mode = Mode.OBEDIENT
    assert await _said(container, owner)


@pytest.mark.acceptance("LLM-11", "OPS-09")
async def test_equal_requests_at_once_are_one_call(container: Container, owner: Principal, llm_server: LlmServer):
    llm_server.mode = Mode.SLOW
    answers = await asyncio.gather(*(_said(container, owner) for _ in range(100)))
    assert set(answers) == {"Hello from openai/gpt-oss-120b."}
    assert len(llm_server.heard) == 1
    mine, _ = await container.models.settings.spent(owner)
    assert mine.calls == 1


@pytest.mark.acceptance("LLM-11")
async def test_only_the_same_request_of_the_same_person_is_remembered(
    container: Container, owner: Principal, neighbour: Principal, stranger: Principal, llm_server: LlmServer
):
    opposite = replace(HI, messages=(user("Do not say hi."),))
    longer = replace(HI, max_tokens=51)
    other_prompt = replace(HI, prompt="say_hi@2")
    for who, request in (
        (owner, HI), (owner, opposite), (owner, longer), (owner, other_prompt), (neighbour, HI), (stranger, HI)
    ):  # fmt: skip
        before = len(llm_server.heard)
        await _said(container, who, request=request)
        assert len(llm_server.heard) == before + 1
        again = await container.models.asking.complete(who, Purpose.CHAT, request)
        assert again.cached
        assert len(llm_server.heard) == before + 1
    await container.models.asking.complete(owner, Purpose.CHAT, HI, fresh=True)
    assert len(llm_server.heard) == 7


async def test_half_an_answer_is_not_remembered(container: Container, owner: Principal, llm_server: LlmServer):
    llm_server.script = [Mode.TRUNCATED]
    assert (await container.models.asking.complete(owner, Purpose.CHAT, HI)).finish is Finish.LENGTH
    assert (await container.models.asking.complete(owner, Purpose.CHAT, HI)).finish is Finish.STOP


@pytest.mark.security
async def test_no_key_and_no_word_lies_in_the_tables(
    container: Container, owner: Principal, llm_server: LlmServer, product_url: str
):
    await container.models.settings.change(owner, Change(keys={"groq": "gsk-very-secret-key-1234567890"}))
    request = replace(HI, messages=(user("My name is Zerubbabel."),))
    await _said(container, owner, request=request)
    llm_server.mode = Mode.BAD_KEY
    with pytest.raises(ModelFault) as caught:
        await container.models.asking.complete(owner, Purpose.CHAT, request, fresh=True)
    assert llm_server.heard[0].headers["authorization"] == "Bearer gsk-very-secret-key-1234567890"
    assert "secret-key" not in f"{caught.value} {caught.value.detail} {caught.value.next}"
    with psycopg.connect(product_url) as connection:
        for table in ("model_settings", "model_keys", "model_calls", "model_spending", "events"):
            rows = connection.execute(f"SELECT t::text FROM {table} t").fetchall()  # type: ignore[arg-type]
            text = str(rows)
            assert "Zerubbabel" not in text
            assert "very-secret" not in text
            assert b"very-secret".hex() not in text


@pytest.mark.acceptance("LLM-10", "OPS-08")
async def test_the_next_provider_answers_and_the_trace_says_so(
    container: Container, owner: Principal, llm_server: LlmServer
):
    llm_server.retry_after = "0"
    for mode in (Mode.MALFORMED, Mode.EMPTY, Mode.BAD_KEY, Mode.BUSY, Mode.BROKEN):
        tries = 2 if mode in (Mode.BUSY, Mode.BROKEN) else 1
        llm_server.script = [mode] * tries
        completion = await container.models.asking.complete(owner, Purpose.CHAT, HI, fresh=True)
        assert completion.text == "Hello from gemini-3.5-flash-lite."
        assert completion.model == "gemini:gemini-3.5-flash-lite"
        tried = [attempt.model for attempt in completion.attempts]
        assert tried == ["groq:openai/gpt-oss-120b"] * tries + ["gemini:gemini-3.5-flash-lite"]
        assert completion.attempts[-1].outcome == "ok"
        assert all(attempt.outcome != "ok" for attempt in completion.attempts[:-1])


async def test_a_stream_falls_back_before_the_first_token_and_never_after(
    container: Container, owner: Principal, llm_server: LlmServer
):
    llm_server.script = [Mode.BROKEN, Mode.BUSY]
    chunks = [chunk async for chunk in container.models.asking.stream(owner, Purpose.CHAT, HI)]
    assert "".join(chunk.text for chunk in chunks) == "Hello from gemini-3.5-flash-lite."
    assert chunks[-1].completion is not None
    assert chunks[-1].completion.model == "gemini:gemini-3.5-flash-lite"
    llm_server.heard.clear()
    llm_server.mode, shown = Mode.CUT, ""
    with pytest.raises(ModelFault) as caught:
        async with aclosing(container.models.asking.stream(owner, Purpose.CHAT, HI)) as pieces:
            async for chunk in pieces:
                shown += chunk.text
                assert chunk.completion is None
    assert caught.value.fault is Fault.GONE
    assert shown
    assert len(llm_server.heard) == 1


async def test_an_endless_answer_is_cut_and_one_that_nobody_reads_on_is_counted(
    container: Container, owner: Principal, llm_server: LlmServer
):
    llm_server.mode = Mode.ENDLESS
    chunks = [chunk async for chunk in container.models.asking.stream(owner, Purpose.CHAT, HI)]
    last = chunks[-1].completion
    assert last is not None
    assert last.finish is Finish.LENGTH
    assert last.usage.estimated
    before, _ = await container.models.settings.spent(owner)
    llm_server.mode = Mode.OBEDIENT
    async with aclosing(container.models.asking.stream(owner, Purpose.CHAT, HI)) as pieces:
        async for piece in pieces:
            assert piece.text
            break
    after, _ = await container.models.settings.spent(owner)
    assert after.calls == before.calls + 1 == 2
    assert 0 < after.tokens - before.tokens < 60


@pytest.mark.acceptance("LLM-08")
async def test_an_answer_has_its_shape_is_repaired_once_or_refused(
    container: Container, owner: Principal, llm_server: LlmServer
):
    for mode in (Mode.OBEDIENT, Mode.REFUSES_SCHEMA):
        llm_server.mode = mode
        found = await container.models.asking.ask(owner, Purpose.ANALYSE, HI, Verdict, fresh=True)
        assert found == Verdict(fits=True, reason="something")
    llm_server.script, llm_server.mode = [Mode.IGNORES_SCHEMA] * 3, Mode.OBEDIENT
    found = await container.models.asking.ask(owner, Purpose.JUDGE, HI, Verdict)
    assert found.reason == "something"
    assert "does not have the wanted shape" in llm_server.heard[-1].last
    llm_server.heard.clear()
    llm_server.mode = Mode.IGNORES_SCHEMA
    with pytest.raises(ModelFault) as caught:
        await container.models.asking.ask(owner, Purpose.JUDGE, HI, Verdict, fresh=True)
    assert caught.value.fault is Fault.MALFORMED
    assert len(llm_server.heard) == 4
