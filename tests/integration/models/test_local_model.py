"""A real model, small and foolish, through the compatible address: whole, in pieces, and of a shape."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, Field

from tests.rigs.local_model import local_model
from verivita.bootstrap.container import Container
from verivita.bootstrap.settings import LlmSettings, Settings
from verivita.core.principal import Principal
from verivita.engines.llm.messages import ChatRequest, Finish, system, user
from verivita.engines.llm.ports import Fault, ModelFault
from verivita.features.models import Purpose

__all__ = ["local_model"]

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(900)]
HI = ChatRequest((system("You are brief."), user("Say hi.")), max_tokens=16, temperature=0.0)


class Answer(BaseModel):
    greeting: str = Field(max_length=200)


@pytest.fixture
def settings(settings: Settings, local_model: str) -> Settings:
    routes = dict.fromkeys(("chat", "analyse"), "compatible:smollm2")
    llm = LlmSettings(routes=routes, addresses={"compatible": local_model}, find_ollama=False, timeout_s=600)
    return settings.model_copy(update={"llm": llm})


@pytest.mark.acceptance("LLM-05", "LLM-08")
async def test_a_real_model_answers_and_its_shape_is_checked(container: Container, owner: Principal):
    asking = container.models.asking
    whole = await asking.complete(owner, Purpose.CHAT, HI)
    assert whole.text.strip()
    assert whole.model == "compatible:smollm2"
    assert whole.usage.input_tokens > 0
    assert not whole.usage.estimated
    chunks = [chunk async for chunk in asking.stream(owner, Purpose.CHAT, HI)]
    last = chunks[-1].completion
    assert last is not None
    assert last.finish in (Finish.STOP, Finish.LENGTH)
    assert "".join(chunk.text for chunk in chunks) == last.text
    request = ChatRequest((user("Greet me in two words."),), max_tokens=60, temperature=0.0)
    try:
        found = await asking.ask(owner, Purpose.ANALYSE, request, Answer)
    except ModelFault as fault:
        # So small a model may fail at every way of asking; then it is refused, not believed.
        assert fault.fault is Fault.MALFORMED
    else:
        assert isinstance(found, Answer)
    mine, _ = await container.models.settings.spent(owner)
    assert mine.calls >= 3
    assert mine.unpriced_calls == mine.calls, "nobody knows what this model costs, and nobody says zero"
