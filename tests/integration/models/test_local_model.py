"""A real model, small and foolish, through the compatible address: whole, in pieces, and of a shape."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from pydantic import BaseModel, Field

from tests.integration.answers.conftest import stock
from tests.integration.answers.shelf import NOTES, RESUME
from tests.rigs.local_model import local_model
from verivita.bootstrap.container import Container
from verivita.bootstrap.settings import LlmSettings, Settings
from verivita.core.principal import Principal
from verivita.engines.llm.messages import ChatRequest, Finish, system, user
from verivita.engines.llm.ports import Fault, ModelFault
from verivita.features.answers import Rung, Verdict
from verivita.features.assistant import Mode, Saying
from verivita.features.models import Purpose

__all__ = ["local_model"]

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(1800)]
JOB = "Data Engineer\nNimbus Ltd\nRequirements:\n- Python and Airflow\n- PostgreSQL\nYou build pipelines."
HI = ChatRequest((system("You are brief."), user("Say hi.")), max_tokens=16, temperature=0.0)


class Answer(BaseModel):
    greeting: str = Field(max_length=200)


@pytest.fixture
def settings(settings: Settings, local_model: str) -> Settings:
    routes = dict.fromkeys(("chat", "analyse", "letter"), "compatible:smollm2")
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
    assert mine.unpriced_calls >= 3, "nobody knows what this model costs, and nobody says zero"


@pytest.mark.acceptance("CHAT-05", "LLM-12")
async def test_what_a_real_small_model_writes_is_checked_like_any_other(
    container: Container, owner: Principal, record_property: Callable[[str, object], None]
):
    """It is far too small for this work: it may fail or make things up, and none of that may be said."""
    await stock(container, owner)
    known = "\n".join([RESUME, NOTES])
    for name, saying in (
        ("chat", Saying("Where does the Calvin cycle take place?")),
        ("email", Saying("Please write it.", Mode.EMAIL, job_description=JOB)),
    ):
        began = time.monotonic()
        reply = await container.assistant.say(owner, saying)
        answer = reply.answer
        record_property(name, f"{answer.rung}, {time.monotonic() - began:.0f} s: {answer.text} | {answer.notes}")
        print(f"\n{name}: {answer.rung}, {time.monotonic() - began:.0f} s\n{answer.text}\n{answer.notes}")
        for claim in answer.claims:
            print("-", claim.verdict, claim.reason, "|", claim.text)
        assert answer.rung in (Rung.NO_MODEL, Rung.HOSTED)
        assert answer.rung is Rung.HOSTED or answer.notes, "it says why the model's answer is not there"
        for item in answer.citations:
            assert item.text in known
        for claim in answer.claims:
            assert claim.removed or claim.verdict is not Verdict.UNSUPPORTED
            assert not claim.removed or claim.text not in answer.text
