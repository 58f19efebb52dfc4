"""Counters: the one in memory and the one on a real Valkey say the same, to the last bit."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.rigs.valkey import ValkeyRig
from verivita.adapters.cache.counter import RedisCounter
from verivita.adapters.cache.link import RedisLink
from verivita.core.errors import LimitReached, Unavailable
from verivita.kit.limits import Limiter, MemoryCounter, Rate
from verivita.kit.metrics import Metrics

QUESTIONS = Rate(100, 86_400, 100)
rates = st.builds(Rate, limit=st.integers(1, 1000), period=st.floats(0.5, 100_000), burst=st.integers(1, 50))
asks = st.lists(st.tuples(st.floats(0, 60), st.integers(0, 3)), max_size=25)


class Hand:
    def __init__(self, at: float) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at


@pytest.fixture
async def link(valkey: ValkeyRig) -> AsyncIterator[RedisLink]:
    made = RedisLink(valkey.url, timeout=10.0, metrics=Metrics())
    yield made
    await made.aclose()


@pytest.mark.acceptance("OPS-03", "OPS-04")
@given(rates, asks, st.sampled_from([0.0, 1.7e9]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_script_and_its_twin_agree(
    valkey: ValkeyRig, rate: Rate, steps: list[tuple[float, int]], start: float
) -> None:
    async def compare() -> None:
        link = RedisLink(valkey.url, timeout=10.0, metrics=Metrics())
        hand, key = Hand(start), uuid.uuid4().hex
        theirs, ours = RedisCounter(link, hand), MemoryCounter(now=hand)
        try:
            for wait, cost in steps:
                hand.at += wait * rate.interval
                cost = min(cost, rate.burst)
                assert await theirs.take(key, rate, cost) == await ours.take(key, rate, cost)
        finally:
            await link.aclose()

    asyncio.run(compare())


@pytest.mark.acceptance("OPS-03")
async def test_two_processes_let_exactly_a_hundred_of_two_hundred_through(valkey: ValkeyRig) -> None:
    links = [RedisLink(valkey.url, timeout=10.0, metrics=Metrics()) for _ in range(2)]
    counters = [RedisCounter(link) for link in links]
    key = uuid.uuid4().hex
    verdicts = await asyncio.gather(*(counters[n % 2].take(key, QUESTIONS) for n in range(200)))
    assert sum(verdict.allowed for verdict in verdicts) == 100
    refused = await counters[0].take(key, QUESTIONS)
    assert not refused.allowed
    assert 0 < refused.retry_after <= 864
    for link in links:
        await link.aclose()


async def test_a_cost_that_can_never_be_paid_is_a_mistake(link: RedisLink) -> None:
    with pytest.raises(ValueError, match="cost"):
        await RedisCounter(link).take("key", Rate(1, 1, 1), 2)


class TestLimiter:
    def limiter(self, counter: RedisCounter | MemoryCounter, metrics: Metrics) -> Limiter:
        rates = {"read": Rate(60, 60, 10), "code": Rate(8, 3600, 8)}
        return Limiter(counter, rates, strict=("code",), secret=b"s", metrics=metrics)

    async def test_keys_on_the_server_name_nobody(self, link: RedisLink) -> None:
        await self.limiter(RedisCounter(link), Metrics()).take("code", "anna@example.org")
        keys = await link.ask(lambda redis: redis.keys("*"))
        assert keys
        assert not any(b"anna" in key for key in keys)

    async def test_names_and_people_do_not_share(self, link: RedisLink) -> None:
        limiter = self.limiter(RedisCounter(link), Metrics())
        who = uuid.uuid4().hex
        for _ in range(8):
            await limiter.require("code", who)
        with pytest.raises(LimitReached) as caught:
            await limiter.require("code", who)
        assert 0 < (caught.value.retry_after or 0) <= 450
        assert (await limiter.take("read", who)).allowed
        assert (await limiter.take("code", f"{who}x")).allowed

    @pytest.mark.acceptance("OPS-01")
    async def test_without_the_server_reads_go_on_and_proofs_get_a_quarter(self) -> None:
        metrics = Metrics()
        gone = RedisLink("redis://127.0.0.1:1/0", timeout=0.2, metrics=metrics)
        limiter = self.limiter(RedisCounter(gone), metrics)
        assert [(await limiter.take("read", "anna")).allowed for _ in range(10)] == [True] * 10
        assert [(await limiter.take("code", "anna")).allowed for _ in range(4)] == [True, True, False, False]
        text = metrics.render().decode()
        assert "limits_counted_alone_total 14.0" in text
        assert 'limits_refused_total{limit="code"} 2.0' in text
        await gone.aclose()


class TestTheLink:
    async def test_a_server_that_is_gone_is_not_asked_again_at_once(self) -> None:
        asked, over = 0, asyncio.Event()

        async def on_connect(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal asked
            asked += 1
            await over.wait()  # a black hole: takes the connection and never answers
            writer.close()
            await writer.wait_closed()

        server = await asyncio.start_server(on_connect, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        link = RedisLink(f"redis://127.0.0.1:{port}/0", timeout=0.1, rest=60, metrics=Metrics())
        for _ in range(20):
            with pytest.raises(Unavailable, match="does not answer"):
                await link.ping()
        assert asked == 1
        await link.aclose()
        over.set()
        server.close()
        await server.wait_closed()
        await asyncio.sleep(0.05)

    async def test_it_comes_back_by_itself(self, valkey: ValkeyRig) -> None:
        link = RedisLink(valkey.url, timeout=10.0, rest=0.0, metrics=Metrics())
        counter = RedisCounter(link)
        assert (await counter.take("x", QUESTIONS)).allowed
        valkey.stop()
        with pytest.raises(Unavailable):
            await counter.take("x", QUESTIONS)
        valkey.start()
        assert (await counter.take("x", QUESTIONS)).allowed
        await link.aclose()
