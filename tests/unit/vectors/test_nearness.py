"""Nearness of words: pieces of the encoder are put together to words, and what was not learned is an error."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np
import pytest

from verivita.adapters.embedders.nearness import Nearness
from verivita.engines.retrieval.ports import Vector


class Letters:
    """Two characters make a piece; its vector tells the first letter."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def tokens(self, texts: Sequence[str]) -> list[Vector]:
        self.asked += texts
        return [np.eye(128, dtype=np.float32)[[ord(text[a]) for a, _ in _places(text)]] for text in texts]

    async def spans(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        return [_places(text) for text in texts]


def _places(text: str) -> list[tuple[int, int]]:
    return [(at, min(at + 2, len(text))) for at in range(len(text)) if at % 2 == 0]


def test_words_are_laid_beside_words() -> None:
    near = Nearness(Letters())
    asyncio.run(near.learn(["aa bb", "bb"]))
    (table,) = near.words("aa bb", ["bb"])
    assert table.shape == (2, 1)
    assert table[0, 0] < table[1, 0]
    assert near([("bb", "bb")]) == [pytest.approx(1.0)]


def test_a_text_is_encoded_once_and_an_unknown_one_is_an_error() -> None:
    encoder = Letters()
    near = Nearness(encoder, kept=2)
    asyncio.run(near.learn(["one", "two", "one"]))
    asyncio.run(near.learn(["two", "six"]))
    assert encoder.asked == ["one", "two", "six"]
    with pytest.raises(KeyError):
        near([("one", "two")])
