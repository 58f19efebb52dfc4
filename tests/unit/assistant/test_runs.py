"""Answers in the making: made once, heard by many, taken up again, stopped, and gone when nobody listens."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from verivita.core.errors import NotFound, Unavailable
from verivita.core.ids import PersonId, TenantId, new_id
from verivita.core.principal import Principal
from verivita.features.answers import Answer, Step, StepKind
from verivita.features.assistant import Mode, Opening, Refusal, Reply, Route, Runs

ME = Principal(TenantId(new_id()), PersonId(new_id()))
OTHER = Principal(ME.tenant_id, PersonId(new_id()))


class Source:
    """Makes an answer word by word; says whether it was cut."""

    def __init__(self, words=3, endless=False, fails=False) -> None:
        self.id = new_id()
        self.words, self.endless, self.fails = words, endless, fails
        self.made, self.cut = 0, False

    async def make(self):
        self.made += 1
        opening = Opening(self.id, new_id(), Mode.CHAT, Route.STUDY)
        yield opening
        try:
            for number in range(10**9 if self.endless else self.words):
                yield Step(StepKind.TOKEN, f"word {number} ")
                await asyncio.sleep(0.001)
            if self.fails:
                raise Unavailable("gone", "It is gone.")
            yield self.reply("whole")
        except asyncio.CancelledError:
            self.cut = True
            raise

    async def instead(self):
        yield Opening(new_id(), new_id(), Mode.CHAT, Route.STUDY)
        yield self.reply("the lower rung")

    def reply(self, text: str) -> Reply:
        return Reply(self.id, UUID(int=1), Mode.CHAT, Route.STUDY, Answer(text), 1.0)


async def heard(runs: Runs, id: UUID, after: int = 0, who: Principal = ME):
    return [item async for item in runs.follow(who, id, after)]


async def test_a_stream_can_be_heard_twice_and_from_the_middle():
    source, runs = Source(), Runs()
    id = await runs.start(ME, source.make, source.instead)
    whole = await heard(runs, id)
    assert [number for number, _ in whole] == [1, 2, 3, 4, 5]
    assert isinstance(whole[-1][1], Reply)
    assert await heard(runs, id, 3) == whole[3:]
    assert source.made == 1


@pytest.mark.security
async def test_somebody_elses_answer_is_like_an_unknown_one():
    source, runs = Source(), Runs()
    id = await runs.start(ME, source.make, source.instead)
    for who, which in ((OTHER, id), (ME, new_id())):
        with pytest.raises(NotFound):
            await heard(runs, which, who=who)
        with pytest.raises(NotFound):
            runs.stop(who, which)


async def test_stopped_the_model_is_cancelled_and_the_lower_rung_ends_the_stream():
    source, runs = Source(endless=True), Runs()
    id = await runs.start(ME, source.make, source.instead)
    got = []
    async with asyncio.timeout(10):
        async for _, event in runs.follow(ME, id):
            got.append(event)
            if len(got) == 3:
                runs.stop(ME, id)
    assert source.cut
    assert isinstance(got[-1], Reply)
    assert got[-1].answer.text == "the lower rung"


@pytest.mark.acceptance("CHAT-05")
async def test_when_nobody_listens_any_more_the_model_is_cancelled():
    source, runs = Source(endless=True), Runs(grace=0.05)
    id = await runs.start(ME, source.make, source.instead)
    follower = runs.follow(ME, id)
    await anext(follower)
    await follower.aclose()
    async with asyncio.timeout(10):
        while not source.cut:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        rest = await heard(runs, id, 1)
    assert isinstance(rest[-1][1], Reply)


async def test_who_comes_back_in_time_goes_on():
    source, runs = Source(words=200), Runs(grace=30)
    id = await runs.start(ME, source.make, source.instead)
    follower = runs.follow(ME, id)
    await anext(follower)
    await follower.aclose()
    rest = await heard(runs, id, 1)
    assert isinstance(rest[-1][1], Reply)
    assert rest[-1][1].answer.text == "whole"
    assert not source.cut


async def test_a_refusal_in_the_middle_is_told():
    source, runs = Source(fails=True), Runs()
    id = await runs.start(ME, source.make, source.instead)
    assert (await heard(runs, id))[-1][1] == Refusal("gone", "It is gone.", None)


async def test_a_refusal_before_the_opening_is_raised():
    async def refuses():
        raise NotFound("talk")
        yield

    with pytest.raises(NotFound):
        await Runs().start(ME, refuses, refuses)


async def test_closing_ends_everything():
    source, runs = Source(endless=True), Runs()
    await runs.start(ME, source.make, source.instead)
    await asyncio.sleep(0.01)
    await runs.aclose()
    assert source.cut
