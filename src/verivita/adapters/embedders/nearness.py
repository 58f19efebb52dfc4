"""Nearness of sentences and of their words by the local encoder: what the grounding score may be given."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from verivita.engines.grounding.tokens import tokens
from verivita.engines.retrieval.ports import Vector

KEPT = 4096
"""Texts whose vectors are kept; the oldest go."""
Matrix = NDArray[np.float64]


class PieceEncoder(Protocol):
    """An encoder that gives a vector for each token, and says where the token stands."""

    async def tokens(self, texts: Sequence[str]) -> list[Vector]:
        """One array (tokens, dimensions) of unit vectors for each text."""
        ...

    async def spans(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """(start, end) of each of these tokens."""
        ...


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text's own unit vector, and those of its words as rows."""

    whole: Vector
    words: Vector


class Nearness:
    """A grounding `Similarity`: `learn` the texts first, then ask; a text that was not learned raises `KeyError`."""

    def __init__(self, encoder: PieceEncoder, *, kept: int = KEPT) -> None:
        self._encoder, self._kept = encoder, kept
        self._known: OrderedDict[str, Encoded] = OrderedDict()

    async def learn(self, texts: Sequence[str]) -> None:
        """Encode what is not known yet; more texts than are kept at once are all kept until the next call."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        for text in texts:
            if text in self._known:
                self._known.move_to_end(text)
        while self._known and len(self._known) + len(new) > self._kept:
            self._known.popitem(last=False)
        if new:
            vectors, spans = await self._encoder.tokens(new), await self._encoder.spans(new)
            for text, rows, places in zip(new, vectors, spans, strict=True):
                self._known[text] = encoded(text, rows, places)

    def __call__(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """The cosine of each pair."""
        return [float(self._known[one].whole @ self._known[two].whole) for one, two in pairs]

    def words(self, claim: str, texts: Sequence[str]) -> list[Matrix]:
        """For each text the cosines of the claim's words (rows) and its own (columns)."""
        said = self._known[claim].words
        return [np.asarray(said @ self._known[text].words.T, np.float64) for text in texts]


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


def _unit(rows: Vector) -> Vector:
    length = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.maximum(length, 1e-9), np.float32)
