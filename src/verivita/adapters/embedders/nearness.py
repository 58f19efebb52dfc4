"""Nearness by the local encoder: token vectors put together to words, and the words of a claim beside a source's."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from verivita.engines.grounding import Asked, Figures
from verivita.engines.grounding.alignment import aligned
from verivita.engines.grounding.tokens import tokens
from verivita.engines.retrieval.ports import Vector

KEPT = 1_024
"""Sentences whose vectors are kept, about 20 MB; the least recently used go first."""


class PieceEncoder(Protocol):
    """An encoder that gives a vector for each token, and says where the token stands. May raise `Unavailable`."""

    async def tokens(self, texts: Sequence[str]) -> list[Vector]:
        """One array (tokens, dimensions) of unit vectors for each text."""
        ...

    async def spans(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """(start, end) of each of these tokens."""
        ...


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text's own unit vector, and those of its words as rows, in half precision."""

    whole: NDArray[np.float16]
    words: NDArray[np.float16]


class EncoderNearness:
    """The `Nearness` of an encoder in this process; a sentence that was seen lately is encoded only once."""

    def __init__(self, encoder: PieceEncoder, *, kept: int = KEPT) -> None:
        self._encoder, self._kept = encoder, kept
        self._known: OrderedDict[str, Encoded] = OrderedDict()

    async def figures(self, asked: Sequence[Asked]) -> list[Figures]:
        """The figures of each, in order; without a sentence, or without words, all are 0."""
        known = await self._encoded([text for one in asked for text in (one.claim, *one.sentences)])
        return await asyncio.to_thread(lambda: [compared(one, known) for one in asked])

    async def _encoded(self, texts: Sequence[str]) -> dict[str, Encoded]:
        """Every text; more than are kept at once are all there for this call."""
        found = {text: self._known[text] for text in texts if text in self._known}
        if new := [text for text in dict.fromkeys(texts) if text not in found]:
            vectors, spans = await self._encoder.tokens(new), await self._encoder.spans(new)
            for text, rows, places in zip(new, vectors, spans, strict=True):
                found[text] = encoded(text, rows, places)
        for text, one in found.items():
            self._known[text] = one
            self._known.move_to_end(text)
        while len(self._known) > self._kept:
            self._known.popitem(last=False)
        return found


def compared(one: Asked, known: dict[str, Encoded]) -> Figures:
    """The figures of a claim beside its sentences."""
    if not one.sentences:
        return {"near": 0.0} | aligned(one.claim, [])
    claim = known[one.claim]
    rows, whole = claim.words.astype(np.float32), claim.whole.astype(np.float32)
    texts = [known[text] for text in one.sentences]
    near = max(float(text.whole.astype(np.float32) @ whole) for text in texts)
    tables = [np.asarray(rows @ text.words.astype(np.float32).T, np.float64) for text in texts]
    return {"near": max(0.0, near)} | aligned(one.claim, tables)


def encoded(text: str, rows: Vector, places: Sequence[tuple[int, int]]) -> Encoded:
    """The vectors of a text's words: each is the mean of its pieces; a word behind the encoder's limit has zeros."""
    found = tokens(text)
    words = np.zeros((len(found), rows.shape[1]), np.float32)
    at = 0
    for row, (start, end) in zip(rows, places, strict=False):
        while at < len(found) and found[at].end <= start:
            at += 1
        if start < end and at < len(found) and found[at].start < end:
            words[at] += row
    return Encoded(_unit(rows.sum(axis=0)), _unit(words))


def _unit(rows: Vector) -> NDArray[np.float16]:
    length = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.maximum(length, 1e-9), np.float16)
