"""Nearness of words: pieces of the encoder are put together to words, and a sentence is encoded once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from verivita.adapters.embedders.nearness import EncoderNearness, encoded
from verivita.engines.grounding import Asked
from verivita.engines.grounding.nearness import FIGURES
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


async def test_words_are_laid_beside_words() -> None:
    near = EncoderNearness(Letters())
    same, partly, none = await near.figures([Asked("bb", ("bb", "cc")), Asked("aa bb", ("bb",)), Asked("aa", ())])
    assert same["near"] == pytest.approx(1.0, abs=1e-3)
    assert same["even"] == pytest.approx(1.0, abs=1e-3)
    assert 0.0 < partly["even"] < same["even"]
    assert set(same) == set(FIGURES)
    assert none == dict.fromkeys(FIGURES, 0.0)


async def test_a_sentence_is_encoded_once_while_it_is_kept() -> None:
    encoder = Letters()
    near = EncoderNearness(encoder, kept=2)
    await near.figures([Asked("one", ("two", "one"))])
    await near.figures([Asked("two", ("six",))])
    assert encoder.asked == ["one", "two", "six"]
    await near.figures([Asked("one", ("two",))])
    assert encoder.asked == ["one", "two", "six", "one"]


def test_a_word_behind_the_encoders_limit_is_near_to_nothing() -> None:
    rows = np.eye(4, dtype=np.float32)[:1]
    assert encoded("one two", rows, [(0, 3)]).words.tolist() == [[1, 0, 0, 0], [0, 0, 0, 0]]
