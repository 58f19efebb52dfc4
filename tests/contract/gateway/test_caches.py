"""Caches: in memory, on a real Valkey, and one in front of the other keep the same promises."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.rigs.valkey import ValkeyRig
from verivita.adapters.cache.link import RedisLink
from verivita.adapters.cache.redis import RedisCache
from verivita.core.errors import Unavailable
from verivita.kit.cache import Cache, MemoryCache, TieredCache, remember
from verivita.kit.metrics import Metrics


class Hand:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
async def link(valkey: ValkeyRig) -> AsyncIterator[RedisLink]:
    made = RedisLink(valkey.url, timeout=10.0, metrics=Metrics())
    await made.ask(lambda redis: redis.flushall())
    yield made
    await made.aclose()


@pytest.fixture(params=["memory", "redis", "tiered"])
def cache(request: pytest.FixtureRequest, link: RedisLink) -> Cache:
    match request.param:
        case "memory":
            return MemoryCache()
        case "redis":
            return RedisCache(link)
        case _:
            return TieredCache(MemoryCache(), RedisCache(link), metrics=Metrics())


class TestEveryCache:
    async def test_what_is_kept_comes_back_in_its_own_partition_only(self, cache: Cache) -> None:
        await cache.set("anna", "k", b"\x00value", 60)
        assert await cache.get("anna", "k") == b"\x00value"
        assert await cache.get("berta", "k") is None
        assert await cache.get("anna", "other") is None

    async def test_forgetting_one_and_forgetting_a_partition(self, cache: Cache) -> None:
        for key in "abc":
            await cache.set("anna", key, b"1")
        await cache.set("berta", "a", b"2")
        await cache.delete("anna", "a")
        assert [await cache.get("anna", key) for key in "abc"] == [None, b"1", b"1"]
        await cache.clear("anna")
        assert [await cache.get("anna", key) for key in "abc"] == [None, None, None]
        assert await cache.get("berta", "a") == b"2"
        await cache.set("anna", "a", b"3")
        assert await cache.get("anna", "a") == b"3"

    @pytest.mark.acceptance("OPS-02")
    async def test_a_value_ends_with_its_time(self, cache: Cache) -> None:
        await cache.set("anna", "k", b"1", 0.02)
        await asyncio.sleep(0.1)
        assert await cache.get("anna", "k") is None


class TestTiers:
    async def test_the_second_process_finds_what_the_first_made(self, link: RedisLink) -> None:
        first, second = (TieredCache(MemoryCache(), RedisCache(link), metrics=Metrics()) for _ in range(2))
        await first.set("anna", "k", b"1")
        assert await second.get("anna", "k") == b"1"
        await link.ask(lambda redis: redis.flushall())
        assert await second.get("anna", "k") == b"1"  # it is near now

    @pytest.mark.acceptance("OPS-01")
    async def test_without_the_shared_one_it_goes_on_and_a_metric_rises(self) -> None:
        metrics = Metrics()
        gone = RedisLink("redis://127.0.0.1:1/0", timeout=0.2, metrics=Metrics())
        cache = TieredCache(MemoryCache(), RedisCache(gone), metrics=metrics)
        await cache.set("anna", "k", b"1")
        assert await cache.get("anna", "k") == b"1"
        assert await cache.get("anna", "other") is None
        assert "cache_alone_total 2.0" in metrics.render().decode()
        with pytest.raises(Unavailable):
            await cache.clear("anna")  # whoever must be sure hears that it is not
        assert await cache.get("anna", "k") is None
        await gone.aclose()


class TestStaleWhileRevalidate:
    async def test_the_old_value_is_given_once_more_while_one_new_one_is_made(self) -> None:
        cache, hand, made = MemoryCache(), Hand(), 0

        async def make() -> int:
            nonlocal made
            made += 1
            await asyncio.sleep(0)
            return made

        async def ask() -> int:
            return await remember(cache, "p", "k", 10, make, int, stale=20, now=hand)

        assert await ask() == 1
        hand.at += 11
        assert await asyncio.gather(*(ask() for _ in range(5))) == [1] * 5
        await asyncio.sleep(0.01)
        assert (await ask(), made) == (2, 2)

    async def test_a_value_older_than_that_is_waited_for(self) -> None:
        clock = Hand()
        cache, made = MemoryCache(now=clock), 0

        async def make() -> int:
            nonlocal made
            made += 1
            return made

        assert await remember(cache, "p", "k", 10, make, int, stale=20, now=clock) == 1
        clock.at += 31
        assert await remember(cache, "p", "k", 10, make, int, stale=20, now=clock) == 2
