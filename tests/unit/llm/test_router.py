"""The router: retries, rest, fallback, limits; with a clock and a sleep of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from verivita.adapters.llm.scripted import ScriptedModel
from verivita.engines.llm.catalogue import look_up
from verivita.engines.llm.lanes import LaneRules, Lanes
from verivita.engines.llm.messages import ChatRequest, Chunk, Completion, user
from verivita.engines.llm.ports import ChatModel, Fault, ModelFault
from verivita.engines.llm.router import Patience, Router, Stop

HI = ChatRequest((user("Say hi."),), max_tokens=50)
FIRST, SECOND = look_up("test", "first").info(), look_up("test", "second").info()


class Time:
    """A clock that moves only by sleeping."""

    def __init__(self) -> None:
        self.at, self.slept = 0.0, list[float]()

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds


def _fault(kind: Fault, wait: float | None = None) -> ModelFault:
    return ModelFault(kind, "test:first", retry_after=wait)


def _router(time: Time, *models: ChatModel, lanes: Lanes | None = None, patience: Patience | None = None) -> Router:
    stops = [Stop(model, model.info.key) for model in models]
    lanes = lanes or Lanes(now=time.now)
    return Router(stops, lanes, patience, now=time.now, sleep=time.sleep, spread=lambda: 1.0)


@pytest.mark.parametrize(
    ("kind", "asked", "slept"),
    [
        (Fault.BUSY, 2, [1.0]),
        (Fault.GONE, 2, [1.0]),
        (Fault.MALFORMED, 1, []),
        (Fault.BAD_KEY, 1, []),
        (Fault.UNKNOWN_MODEL, 1, []),
    ],
)
async def test_only_what_may_pass_is_tried_again(kind: Fault, asked: int, slept: list[float]):
    time, first, second = Time(), ScriptedModel([_fault(kind)], FIRST), ScriptedModel(["Hi."], SECOND)
    completion = await _router(time, first, second).complete(HI)
    assert completion.text == "Hi."
    assert len(first.heard) == asked
    assert time.slept == slept
    assert [attempt.outcome for attempt in completion.attempts] == [str(kind)] * asked + ["ok"]


async def test_retry_after_is_obeyed_when_it_is_short():
    time, first = Time(), ScriptedModel([_fault(Fault.BUSY, 5.0), "Hi."], FIRST)
    assert (await _router(time, first).complete(HI)).text == "Hi."
    assert time.slept == [5.0]


async def test_a_long_retry_after_moves_on_at_once_and_rests_the_lane():
    time, first, second = (
        Time(),
        ScriptedModel([_fault(Fault.BUSY, 120.0), "Hi."], FIRST),
        ScriptedModel(["Yo."], SECOND),
    )
    router = _router(time, first, second)
    assert (await router.complete(HI)).text == "Yo."
    time.at = 119.0
    assert (await router.complete(HI)).text == "Yo."
    assert len(first.heard) == 1
    time.at = 121.0
    assert (await router.complete(HI)).text == "Hi."


async def test_a_refusal_ends_the_route():
    time, first, second = Time(), ScriptedModel([_fault(Fault.REFUSED)], FIRST), ScriptedModel(["Hi."], SECOND)
    with pytest.raises(ModelFault) as caught:
        await _router(time, first, second).complete(HI)
    assert caught.value.fault is Fault.REFUSED
    assert second.heard == []


async def test_what_is_too_long_goes_only_to_a_larger_model():
    same = ScriptedModel(["Hi."], SECOND)
    large = ScriptedModel(["Long."], replace(SECOND, model="large", context=SECOND.context * 4))
    first = ScriptedModel([_fault(Fault.TOO_LONG)], FIRST)
    completion = await _router(Time(), first, same, large).complete(HI)
    assert completion.text == "Long."
    assert same.heard == []


async def test_the_breaker_opens_rests_and_lets_one_try():
    time, first, second = Time(), ScriptedModel([_fault(Fault.GONE)], FIRST), ScriptedModel(["Yo."], SECOND)
    lanes = Lanes(LaneRules(failures=4, window=60.0, rest=30.0), now=time.now)
    router = _router(time, first, second, lanes=lanes)
    await router.complete(HI)
    await router.complete(HI)
    assert len(first.heard) == 4
    assert [attempt.outcome for attempt in (await router.complete(HI)).attempts] == ["resting", "ok"]
    assert len(first.heard) == 4
    time.at += 31.0
    await router.complete(HI)
    assert len(first.heard) == 5, "after the rest one call tries, and its failure rests the lane again"
    await router.complete(HI)
    assert len(first.heard) == 5
    time.at += 31.0
    first._script = ["Back."]
    assert (await router.complete(HI)).text == "Back."
    assert (await router.complete(HI)).text == "Back."


async def test_failures_that_are_far_apart_do_not_open_the_breaker():
    time = Time()
    lane = Lanes(LaneRules(failures=3, window=60.0), now=time.now).of("x")
    for _ in range(10):
        lane.failed()
        time.at += 40.0
        assert lane.rests() == 0.0


async def test_a_route_that_fails_says_how_and_when_to_come_again():
    first, second = ScriptedModel([_fault(Fault.BAD_KEY)], FIRST), ScriptedModel([_fault(Fault.BUSY, 90.0)], SECOND)
    with pytest.raises(ModelFault) as caught:
        await _router(Time(), first, second).complete(HI)
    assert caught.value.retry_after == 90.0
    assert [attempt.outcome for attempt in caught.value.attempts] == ["bad_key", "busy"]
    assert caught.value.code == "model_failed"
    assert caught.value.extra == {"fault": "busy"}


class _Slow(ScriptedModel):
    """Waits for ever, before anything or after one piece."""

    def __init__(self, pieces: int) -> None:
        super().__init__(["never"], FIRST)
        self.pieces, self.closed = pieces, False

    async def complete(self, request: ChatRequest) -> Completion:
        await asyncio.Event().wait()
        raise AssertionError

    async def stream(self, request: ChatRequest) -> AsyncGenerator[Chunk, None]:
        try:
            for _ in range(self.pieces):
                yield Chunk("x")
            await asyncio.Event().wait()
        finally:
            self.closed = True


async def test_a_silent_model_is_left_before_the_first_token_and_not_after():
    quick = Patience(tries=1, first=0.01, idle=0.01, whole=0.01)
    second = ScriptedModel(["Hi."], SECOND)
    assert (await _router(Time(), _Slow(0), second, patience=quick).complete(HI)).text == "Hi."
    silent = _Slow(0)
    assert [c.text async for c in _router(Time(), silent, second, patience=quick).stream(HI)] == ["Hi.", ""]
    assert silent.closed
    stalling = _Slow(1)
    with pytest.raises(ModelFault) as caught:
        async for chunk in _router(Time(), stalling, second, patience=quick).stream(HI):
            assert chunk.text == "x"
    assert caught.value.fault is Fault.GONE
    assert stalling.closed


async def test_no_more_than_the_agreed_number_run_at_once():
    running, most = 0, 0

    class Counting(ScriptedModel):
        async def complete(self, request: ChatRequest) -> Completion:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1
            return await super().complete(request)

    router = _router(Time(), Counting(["Hi."], FIRST), lanes=Lanes(LaneRules(at_once=3)))
    await asyncio.gather(*(router.complete(HI) for _ in range(20)))
    assert most == 3


async def test_who_leaves_frees_the_lane():
    time, model = Time(), _Slow(0)
    lanes = Lanes(LaneRules(failures=1), now=time.now)
    lane = lanes.of(FIRST.key)
    lane.failed()
    time.at += 31.0
    asking = asyncio.create_task(_router(time, model, lanes=lanes).complete(HI))
    await asyncio.sleep(0.01)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert lane.rests() == 0.0, "the one try that was left half-way does not block the lane for ever"
