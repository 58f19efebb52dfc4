"""Answers of a shape: every way of asking in order, one repair, then a refusal; nothing unchecked comes through."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from verivita.adapters.llm.scripted import ScriptedModel, TestModel
from verivita.engines.llm.messages import ChatRequest, Completion, Finish, SchemaMode, ToolCall, user
from verivita.engines.llm.ports import Fault, ModelFault
from verivita.engines.llm.shape import Misshapen, ask, read

MODES = (SchemaMode.SCHEMA, SchemaMode.TOOL, SchemaMode.JSON)
ASK = ChatRequest((user("Judge it."),), max_tokens=200)


class Part(BaseModel):
    name: str = Field(min_length=2)
    score: int = Field(ge=0, le=10)


class Verdict(BaseModel):
    fits: bool
    parts: list[Part] = Field(min_length=1)


GOOD = '{"fits": true, "parts": [{"name": "skills", "score": 3}]}'


@pytest.mark.acceptance("LLM-08")
@pytest.mark.parametrize(
    ("script", "modes"),
    [
        ([GOOD], [SchemaMode.SCHEMA]),
        (["I would say it fits.", GOOD], [SchemaMode.SCHEMA, SchemaMode.TOOL]),
        ([ModelFault(Fault.MALFORMED, "m"), GOOD], [SchemaMode.SCHEMA, SchemaMode.TOOL]),
        (["no", "no", GOOD], list(MODES)),
        (["no", "no", '{"fits": true, "parts": []}', GOOD], [*MODES, SchemaMode.JSON]),
    ],
)
async def test_ways_of_asking_in_order(script: list[str], modes: list[SchemaMode]):
    model = ScriptedModel(script)
    found, _ = await ask(model.complete, ASK, Verdict, MODES)
    assert found.parts[0].score == 3
    assert [request.schema.mode for request in model.heard if request.schema] == modes


async def test_the_repair_names_what_is_wrong_and_is_the_last_try():
    model = ScriptedModel(['{"fits": "perhaps", "parts": [{"name": "x", "score": 11}]}'])
    with pytest.raises(ModelFault) as caught:
        await ask(model.complete, ASK, Verdict, MODES)
    assert caught.value.fault is Fault.MALFORMED
    assert len(model.heard) == 4
    said = model.heard[-1].messages[-1].text
    assert "- fits: Input should be a valid boolean" in said
    assert "- parts.0.score: Input should be less than or equal to 10" in said


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.BUSY, Fault.BAD_KEY, Fault.TOO_LONG])
async def test_other_faults_are_not_asked_around(fault: Fault):
    model = ScriptedModel([ModelFault(fault, "m")])
    with pytest.raises(ModelFault) as caught:
        await ask(model.complete, ASK, Verdict, MODES)
    assert caught.value.fault is fault
    assert len(model.heard) == 1


async def test_half_an_answer_is_no_answer_even_if_it_reads_well():
    half = Completion(GOOD, finish=Finish.LENGTH)
    with pytest.raises(Misshapen, match="cut off"):
        read(half, Verdict)


@pytest.mark.parametrize(
    "text",
    [GOOD, f"```json\n{GOOD}\n```", f"Here you are:\n```\n{GOOD}\n```\nAnything else?", f"Sure! {GOOD} Good luck."],
)
def test_json_is_found_in_what_surrounds_it(text: str):
    assert read(Completion(text), Verdict).fits


def test_the_call_of_another_tool_is_not_taken():
    with pytest.raises(Misshapen):
        read(Completion("", (ToolCall("1", "erase_everything", {"fits": True}),)), Verdict)


@given(st.text(max_size=200) | st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=5).map(str))
@settings(max_examples=100)
def test_no_text_gets_past_the_check(text: str):
    try:
        found = read(Completion(text), Verdict)
    except Misshapen:
        return
    assert isinstance(found, Verdict)


async def test_the_shipped_test_model_gives_the_least_that_fits():
    for mode in MODES:
        found, _ = await ask(TestModel().complete, ASK, Verdict, (mode,))
        assert found.parts[0].name == "something"
