"""The cache in memory, and `remember`: one making however many ask."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verivita.core.errors import Unavailable
from verivita.kit.cache import Cache, MemoryCache, remember


class Hand:
    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@dataclass(frozen=True, slots=True)
class Answer:
    text: str
    score: float


class Dead:
    """A cache that does not answer."""

    async def get(self, partition: str, key: str) -> bytes | None:
        raise Unavailable

    async def set(self, partition: str, key: str, value: bytes, ttl: float = 1) -> None:
        raise Unavailable

    async def delete(self, partition: str, key: str) -> None:
        raise Unavailable

    async def clear(self, partition: str) -> None:
        raise Unavailable


class Slow(MemoryCache):
    """A cache with a way to go."""

    async def get(self, partition: str, key: str) -> bytes | None:
        found = await super().get(partition, key)
        await asyncio.sleep(0.001)
        return found


@pytest.mark.acceptance("OPS-02")
class TestMemoryCache:
    async def test_nothing_crosses_a_partition(self) -> None:
        cache = MemoryCache()
        await cache.set("anna", "k", b"1")
        assert await cache.get("bert", "k") is None
        await cache.clear("bert")
        await cache.delete("bert", "k")
        assert await cache.get("anna", "k") == b"1"
        await cache.clear("anna")
        assert await cache.get("anna", "k") is None

    async def test_an_hour_is_the_default_life(self) -> None:
        clock = Hand()
        cache = MemoryCache(now=clock)
        await cache.set("p", "k", b"1")
        clock.at = 3599.9
        assert await cache.get("p", "k") == b"1"
        clock.at = 3600
        assert await cache.get("p", "k") is None
        assert not cache._kept

    async def test_the_10001st_pushes_out_the_least_recently_used(self) -> None:
        cache = MemoryCache()
        for n in range(10_000):
            await cache.set("p", str(n), b"x")
        assert await cache.get("p", "0") == b"x"
        await cache.set("p", "new", b"x")
        assert await cache.get("p", "0") == b"x"
        assert await cache.get("p", "1") is None
        assert len(cache._kept) == 10_000

    async def test_a_life_of_nothing_is_not_kept(self) -> None:
        cache = MemoryCache()
        await cache.set("p", "k", b"old")
        await cache.set("p", "k", b"new", 0)
        assert await cache.get("p", "k") is None

    @given(
        st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 12), st.booleans()), max_size=60),
        st.integers(1, 4),
        st.integers(1, 20),
    )
    def test_limits_hold_and_what_is_there_is_what_was_set(
        self, steps: list[tuple[str, int, bool]], most: int, most_bytes: int
    ) -> None:
        async def run() -> None:
            cache = MemoryCache(most, most_bytes)
            last: dict[str, bytes] = {}
            for key, size, delete in steps:
                if delete:
                    await cache.delete("p", key)
                    last.pop(key, None)
                else:
                    last[key] = bytes([size]) * size
                    await cache.set("p", key, last[key])
                kept = {key: value for (_, key), (_, value) in cache._kept.items()}
                assert len(kept) <= most
                assert sum(map(len, kept.values())) == cache._bytes <= most_bytes
                assert all(last[key] == value for key, value in kept.items())
                if not delete and size <= most_bytes:
                    assert key in kept

        asyncio.run(run())


@pytest.mark.parametrize("cache", [MemoryCache(), Slow()], ids=["at once", "slow"])
class TestRemember:
    async def test_an_error_goes_to_all_and_is_not_kept(self, cache: Cache) -> None:
        calls = 0

        async def fail() -> str:
            nonlocal calls
            calls += 1
            await asyncio.sleep(0)
            raise Unavailable("model_down")

        got = await asyncio.gather(
            *(remember(cache, "p", "bad", 9, fail, str) for _ in range(5)), return_exceptions=True
        )
        assert calls == 1
        assert all(isinstance(one, Unavailable) for one in got)
        assert await remember(cache, "p", "bad", 9, lambda: asyncio.sleep(0, "fine"), str) == "fine"

    async def test_a_hundred_equal_questions_make_one_answer(self, cache: Cache) -> None:
        calls = 0

        async def make() -> Answer:
            nonlocal calls
            calls += 1
            await asyncio.sleep(0.01)
            return Answer("yes", 0.5)

        got = await asyncio.gather(*(remember(cache, "p", "hundred", 60, make, Answer) for _ in range(100)))
        assert got == [Answer("yes", 0.5)] * 100
        assert await remember(cache, "p", "hundred", 60, make, Answer) == Answer("yes", 0.5)
        assert calls == 1

    async def test_another_partition_makes_its_own(self, cache: Cache) -> None:
        async def of(who: str) -> str:
            await asyncio.sleep(0.001)
            return who

        got = await asyncio.gather(*(remember(cache, who, "k", 60, lambda who=who: of(who), str) for who in "ab"))
        assert got == ["a", "b"]

    async def test_one_who_gives_up_does_not_spoil_it_for_the_others(self, cache: Cache) -> None:
        go = asyncio.Event()

        async def make() -> str:
            await go.wait()
            return "made"

        first = asyncio.create_task(remember(cache, "p", "patience", 60, make, str))
        second = asyncio.create_task(remember(cache, "p", "patience", 60, make, str))
        await asyncio.sleep(0.01)
        first.cancel()
        go.set()
        assert await second == "made"
        with pytest.raises(asyncio.CancelledError):
            await first

    async def test_bytes_and_nothing_are_values_too(self, cache: Cache) -> None:
        calls: list[str] = []

        async def nothing() -> None:
            calls.append("nothing")

        async def raw() -> bytes:
            calls.append("raw")
            return b"\xff\x00"

        for _ in range(2):
            assert await remember(cache, "p", "none", 60, nothing, type(None)) is None
            assert await remember(cache, "p", "raw", 60, raw, bytes) == b"\xff\x00"
        assert calls == ["nothing", "raw"]


async def test_a_dead_cache_is_a_miss() -> None:
    assert await remember(Dead(), "p", "k", 60, lambda: asyncio.sleep(0, 7), int) == 7


async def test_nonsense_in_the_cache_is_a_miss() -> None:
    cache = MemoryCache()
    await cache.set("p", "k", b'{"other": "shape"}')
    assert await remember(cache, "p", "k", 60, lambda: asyncio.sleep(0, Answer("new", 1)), Answer) == Answer("new", 1)
    assert b"new" in (await cache.get("p", "k") or b"")
