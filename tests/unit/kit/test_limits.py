"""The token bucket: its law, its state, and the errors it makes."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verivita.core.errors import LimitReached
from verivita.kit.limits import MemoryCounter, Rate, gcra, require

rates = st.builds(Rate, limit=st.integers(1, 1000), period=st.floats(0.01, 100_000), burst=st.integers(1, 50))
asks = st.lists(st.tuples(st.floats(0, 1000), st.integers(0, 3)), max_size=80)


class Hand:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@given(rates, asks, st.sampled_from([0.0, 1.7e9]))
def test_no_window_admits_more_than_burst_and_refill(rate: Rate, steps: list[tuple[float, int]], start: float) -> None:
    state, now = None, start
    admitted: list[tuple[float, int]] = []
    for wait, cost in steps:
        now += wait * rate.interval
        cost = min(cost, rate.burst)
        state, verdict = gcra(state, now, rate, cost)
        if verdict.allowed:
            admitted.append((now, cost))
        assert 0 <= verdict.remaining <= rate.burst
        assert 0 <= verdict.reset_after <= rate.burst * rate.interval + 1e-3
    for i, (begin, _) in enumerate(admitted):
        total = 0
        for at, cost in admitted[i:]:
            total += cost
            # 1e-6 s: what a clock that counts seconds since 1970 in floating point can resolve
            assert total <= rate.burst + (at - begin + 1e-6) / rate.interval + 1e-6 * len(admitted)


@given(rates, asks)
def test_a_retry_at_the_time_named_is_admitted(rate: Rate, steps: list[tuple[float, int]]) -> None:
    state, now = None, 0.0
    for wait, cost in steps:
        now += wait * rate.interval
        cost = min(cost, rate.burst)
        state, verdict = gcra(state, now, rate, cost)
        if not verdict.allowed:
            assert verdict.retry_after > 0
            assert gcra(state, now + verdict.retry_after, rate, cost)[1].allowed
            assert not gcra(state, now + verdict.retry_after / 2, rate, cost)[1].allowed


@given(rates, asks, st.integers(0, 3))
def test_looking_takes_nothing_and_refusing_changes_nothing(
    rate: Rate, steps: list[tuple[float, int]], cost: int
) -> None:
    state, now = None, 0.0
    for wait, taken in steps:
        now += wait * rate.interval
        state, _ = gcra(state, now, rate, min(taken, rate.burst))
    looked, seen = gcra(state, now, rate, 0)
    tried, verdict = gcra(state, now, rate, min(cost, rate.burst))
    assert seen.allowed
    if not verdict.allowed:
        assert tried == looked
    else:
        assert verdict.remaining == seen.remaining - min(cost, rate.burst)


def test_sixty_a_minute_with_burst_ten_by_hand() -> None:
    rate = Rate(limit=60, period=60, burst=10)
    state = None
    for left in range(9, -1, -1):
        state, verdict = gcra(state, 0.0, rate)
        assert (verdict.allowed, verdict.remaining) == (True, left)
    state, refused = gcra(state, 0.0, rate)
    assert (refused.allowed, refused.retry_after, refused.reset_after) == (False, 1.0, 10.0)
    state, verdict = gcra(state, 1.0, rate)
    assert verdict.allowed
    assert not gcra(state, 1.5, rate)[1].allowed


@pytest.mark.parametrize("cost", [-1, 11])
def test_a_cost_that_can_never_be_paid_is_a_mistake(cost: int) -> None:
    with pytest.raises(ValueError, match="cost"):
        gcra(None, 0.0, Rate(1, 1, 10), cost)


@pytest.mark.parametrize("bad", [(0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_a_rate_of_nothing_is_a_mistake(bad: tuple[int, float, int]) -> None:
    with pytest.raises(ValueError, match="above zero"):
        Rate(*bad)


class TestMemoryCounter:
    async def test_refusal_says_when_to_come_back(self) -> None:
        counter = MemoryCounter(now=Hand())
        rate = Rate(100, 86_400, 1)
        assert (await require(counter, "anna", rate)).allowed
        with pytest.raises(LimitReached) as caught:
            await require(counter, "anna", rate)
        assert caught.value.retry_after == pytest.approx(864)
        assert "864 seconds" in str(caught.value.next)

    async def test_keys_do_not_share(self) -> None:
        counter = MemoryCounter(now=Hand())
        rate = Rate(1, 60, 1)
        assert (await counter.take("a", rate)).allowed
        assert (await counter.take("b", rate)).allowed
        assert not (await counter.take("a", rate)).allowed

    async def test_many_tasks_at_once_get_exactly_the_burst(self) -> None:
        counter = MemoryCounter(now=Hand())
        verdicts = await asyncio.gather(*(counter.take("a", Rate(60, 60, 10)) for _ in range(100)))
        assert sum(v.allowed for v in verdicts) == 10

    async def test_memory_is_bounded_and_the_most_used_bucket_stays(self) -> None:
        clock = Hand()
        counter = MemoryCounter(most_keys=100, now=clock)
        rate = Rate(10, 10, 10)
        await counter.take("busy", rate, 10)
        for n in range(1000):
            await counter.take(f"k{n}", rate)
        assert len(counter._full_at) <= 100
        assert not (await counter.take("busy", rate)).allowed

    async def test_full_buckets_are_forgotten_first(self) -> None:
        clock = Hand()
        counter = MemoryCounter(most_keys=3, now=clock)
        rate = Rate(1, 10, 1)
        for key in "abc":
            await counter.take(key, rate)
        clock.at += 10
        await counter.take("d", rate)
        assert set(counter._full_at) == {"d"}
        await counter.take("d", rate, 0)
        clock.at += 10
        await counter.take("d", rate, 0)
        assert not counter._full_at
