"""One set of models for the contract: every provider at the rig, and the shipped test model."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from tests.rigs.llm_server import LlmServer
from verivita.adapters.llm.langchain import LangChainModel
from verivita.adapters.llm.scripted import TestModel
from verivita.engines.llm.catalogue import look_up
from verivita.engines.llm.ports import ChatModel

KEY = "sk-rig-key-0123456789abcdef"
MODELS = {
    "openai": "gpt-4o-mini",
    "anthropic": "claude-haiku-4-5",
    "gemini": "gemini-3.5-flash-lite",
    "groq": "llama-3.3-70b-versatile",
    "ollama": "qwen3:4b",
    "compatible": "some-model",
}
PROVIDERS = tuple(MODELS)
Connect = Callable[..., ChatModel]


@pytest.fixture
async def connect(llm_server: LlmServer) -> AsyncIterator[Connect]:
    """Makes a model of a provider at the rig; `test` is the one that needs none."""
    made: list[LangChainModel] = []

    def make(provider: str, model: str = "", key: str = KEY) -> ChatModel:
        if provider == "test":
            return TestModel()
        listed = look_up(provider, model or MODELS[provider])
        made.append(LangChainModel(listed, llm_server.addresses[provider], key, (llm_server.place,)))
        return made[-1]

    yield make
    for model in made:
        await model.aclose()
