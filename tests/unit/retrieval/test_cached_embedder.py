"""The encoder that remembers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from verivita.adapters.embedders.cached import CachedEmbedder
from verivita.adapters.embedders.hashing import HashingEmbedder
from verivita.engines.retrieval.ports import ModelInfo, Vector


class Counting:
    """The encoder without weights, counting what it is asked."""

    def __init__(self, name: str = "one") -> None:
        self.inner, self.name = HashingEmbedder(), name
        self.asked: list[list[str]] = []

    @property
    def model(self) -> ModelInfo:
        return ModelInfo(self.name, "test", self.inner.model.dimensions)

    async def embed(self, texts: Sequence[str]) -> Vector:
        self.asked.append(list(texts))
        return await self.inner.embed(texts)


@pytest.mark.acceptance("RET-28")
async def test_a_second_call_asks_nothing_and_another_model_asks_again():
    inner = Counting()
    cached = CachedEmbedder(inner)
    first = await cached.embed(["a cook", "a welder", "a cook"])
    again = await cached.embed(["a welder", "a cook"])
    assert inner.asked == [["a cook", "a welder"]]
    assert np.array_equal(first[0], first[2])
    assert np.array_equal(again, first[[1, 0]])
    assert np.array_equal(first, await inner.inner.embed(["a cook", "a welder", "a cook"]))
    inner.name = "two"
    await cached.embed(["a cook"])
    assert inner.asked[1:] == [["a cook"]]


async def test_only_what_is_new_is_asked_and_the_oldest_goes():
    inner = Counting()
    cached = CachedEmbedder(inner, most=2)
    await cached.embed(["a", "b"])
    await cached.embed(["a", "c"])
    await cached.embed(["a"])
    await cached.embed(["b"])
    assert inner.asked == [["a", "b"], ["c"], ["b"]]


@pytest.mark.edge
async def test_nothing_asked_is_nothing_given_and_odd_text_is_text():
    cached = CachedEmbedder(Counting())
    assert (await cached.embed([])).shape == (0, cached.model.dimensions)
    assert (await cached.embed(["", "\ud800", "\x00"])).shape == (3, cached.model.dimensions)
    await cached.close()
