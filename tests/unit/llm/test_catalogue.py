"""The catalogue: names of the wanted product, exact prices, successors, warnings."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from verivita.engines.llm.catalogue import cost, every_model, in_force, look_up, split, warnings
from verivita.engines.llm.messages import SchemaMode, Usage

TODAY = date(2026, 11, 21)


@pytest.mark.acceptance("LLM-01", "LLM-02", "LLM-03", "LLM-04", "RET-24", "RET-25")
@pytest.mark.parametrize(
    ("provider", "model", "answers"),
    [
        ("openai", "gpt-4o", "gpt-4o"),
        ("openai", "gpt-4o-mini", "gpt-4o-mini"),
        ("openai", "text-embedding-3-small", "text-embedding-3-small"),
        ("anthropic", "claude-sonnet-4-20250514", "claude-sonnet-5-5"),
        ("anthropic", "claude-3-5-sonnet-20241022", "claude-sonnet-5-5"),
        ("gemini", "gemini-1.5-flash", "gemini-3.5-flash-lite"),
        ("gemini", "gemini-1.5-pro", "gemini-3.8-flash"),
        ("gemini", "text-embedding-004", "gemini-embedding-001"),
        ("groq", "llama-3.3-70b-versatile", "llama-3.3-70b-versatile"),
    ],
)
def test_every_name_that_was_asked_for_answers(provider: str, model: str, answers: str):
    assert look_up(provider, model).known
    assert in_force(provider, model, TODAY).model == answers


def test_an_ended_model_answers_until_its_last_day():
    assert in_force("openai", "gpt-4o-mini", date(2027, 1, 13)).model == "gpt-4o-mini"
    assert in_force("openai", "gpt-4o-mini", date(2027, 1, 14)).model == "gpt-6-luna"


def test_every_successor_is_listed_and_lives_longer():
    for listed in every_model():
        if listed.replaced_by:
            successor = look_up(listed.provider, listed.replaced_by)
            assert successor.known
            assert successor.kind == listed.kind
            assert successor.sunset is None
        assert listed.context > 0
        assert listed.kind in ("chat", "embedding")


def test_a_price_is_exact_and_what_is_read_from_the_cache_is_cheaper():
    luna = look_up("openai", "gpt-6-luna")
    assert cost(luna, Usage(1_000_000 // 8, 0)) == Decimal("0.0125")
    assert cost(luna, Usage(3, 7)) == Decimal("0.0000038")
    assert cost(luna, Usage(1000, 0, cached_tokens=1000)) == Decimal("0.00001")
    assert cost(luna, Usage(10, 0, cached_tokens=99)) == Decimal("0.0000001")


def test_an_unknown_price_is_not_zero():
    assert cost(look_up("compatible", "anything"), Usage(10, 10)) is None
    assert cost(look_up("openai", "gpt-99"), Usage(10, 10)) is None
    assert cost(look_up("ollama", "anything"), Usage(10, 10)) == 0
    # Beyond the length for which the price is listed it is not known either.
    assert cost(look_up("openai", "gpt-6-luna"), Usage(200_001, 1)) is None


def test_what_the_owner_should_know():
    found = warnings(
        ["anthropic:claude-sonnet-4-20250514", "openai:gpt-4o", "groq:llama-3.3-70b-versatile", "compatible:x",
         "openai:gpt-6-luna", "openai:gpt-6-luna"],
        TODAY,
    )  # fmt: skip
    assert found == [
        "anthropic:claude-sonnet-4-20250514 ended on 2026-06-15; anthropic:claude-sonnet-5-5 answers in its place.",
        "openai:gpt-4o ends on 2027-01-14; its successor is openai:gpt-6.1-terra.",
        "groq:llama-3.3-70b-versatile has a successor: groq:openai/gpt-oss-120b.",
        "The price of compatible:x is not known: limits on money do not hold for it, limits on tokens do.",
    ]


def test_plain_words_are_always_the_last_way_to_ask_for_a_shape():
    for listed in every_model():
        assert listed.info().schema_modes[-1] is SchemaMode.JSON
    assert look_up("anthropic", "claude-haiku-5-5").info().schema_modes == (SchemaMode.TOOL, SchemaMode.JSON)


@pytest.mark.parametrize("name", ["gpt-4o", "openai:", ":gpt-4o", "nobody:gpt-4o", ""])
def test_a_name_without_provider_or_model_is_refused(name: str):
    with pytest.raises(ValueError, match="provider:model"):
        split(name)


def test_a_model_may_have_colons_and_slashes_in_its_name():
    assert split(" ollama:qwen3:4b ") == ("ollama", "qwen3:4b")
    assert split("groq:openai/gpt-oss-120b") == ("groq", "openai/gpt-oss-120b")
