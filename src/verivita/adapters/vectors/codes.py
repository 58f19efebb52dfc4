"""Vectors as codes of two bits a number: small enough to keep in memory, and close enough to say who may be nearest.

Each vector, less the mean of all, is rounded to four levels of its own scale (the best four for numbers that vary as a
normal distribution: Max 1960). The product with a question is estimated from the code without bias, as RaBitQ does
(Gao and Long 2024), with the question rounded to four bits, so that counting bits does the arithmetic. A first look
compares signs alone and keeps one vector in 25; a second one reads both bits of those.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verivita.engines.retrieval.ports import IdPairs, Vector

STEP = 0.9957
"""Width of a level, in standard deviations (Max 1960, table for four levels)."""
QUERY_BITS = 4
FIRST_LEAST, FIRST_SHARE = 4_000, 0.04
"""How many vectors the first look keeps: at least, and of all."""
_FIRST_CHUNK, _SECOND_CHUNK = 8_192, 4_096
"""Vectors at a time in both looks: what is worked on stays in the processor's own memory."""

Words = NDArray[np.uint64]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Codes:
    """Codes of n vectors in the order of their ids' low halves; `signs` and `finer` are (words of 64 bits, n)."""

    mean: Vector
    ids: IdPairs
    signs: Words
    finer: Words
    factors: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def bytes(self) -> int:
        """Memory that they take."""
        return sum(int(part.nbytes) for part in (self.mean, self.ids, self.signs, self.finer, self.factors))

    def rows(self, ids: IdPairs) -> tuple[Rows, IdPairs]:
        """The rows of those ids that are here, and the ids that are not."""
        low, high = self.ids[:, 1], self.ids[:, 0]
        if not len(low):
            return np.empty(0, np.intp), ids
        at = np.minimum(np.searchsorted(low, ids[:, 1]), len(low) - 1)
        here = (low[at] == ids[:, 1]) & (high[at] == ids[:, 0])
        return at[here], ids[~here]

    def nearest(self, query: Vector, most: int, among: Rows | None = None) -> Rows:
        """At most `most` rows (of `among`, else of all) that are likely the nearest to `query`, in no order."""
        rows = (
            self._likely(query, max(FIRST_LEAST, round(FIRST_SHARE * len(self)), 4 * most)) if among is None else among
        )
        if len(rows) <= most:
            return rows
        scores = self._estimated(query, rows)
        return rows[np.argpartition(-scores, most - 1)[:most]]

    def approximate(self, rows: Rows) -> Vector:
        """The vectors of these rows (n, dimensions) as their codes tell them; products of two of them are unbiased."""
        bits = [_unpacked(kind.take(rows, axis=1), self.mean.size) for kind in (self.signs, self.finer)]
        return self.mean + (2 * bits[0] + bits[1] - np.float32(1.5)) * self.factors[rows, None]

    def replaced(self, gone: IdPairs, fresh: Codes | None) -> Codes:
        """The same without the ids `gone`, and with other codes, which have the same mean."""
        stays = np.ones(len(self), bool)
        stays[self.rows(gone)[0]] = False
        signs, finer = self.signs[:, stays], self.finer[:, stays]
        left = Codes(self.mean, self.ids[stays], signs, finer, self.factors[stays])
        return joined([left] if fresh is None else [left, fresh])

    def _likely(self, query: Vector, most: int) -> Rows:
        """The rows whose signs differ least from the query's: about `most`, and as many more as differ equally."""
        if len(self) <= most:
            return np.arange(len(self))
        asked = _packed(query[None] > 0)
        differ = np.empty(len(self), np.uint16)
        apart = np.empty((len(asked), _FIRST_CHUNK), np.uint64)
        counted = np.empty(apart.shape, np.uint8)
        for start in range(0, len(self), _FIRST_CHUNK):
            part = self.signs[:, start : start + _FIRST_CHUNK]
            size = part.shape[1]
            np.bitwise_xor(part, asked, out=apart[:, :size])
            np.bitwise_count(apart[:, :size], out=counted[:, :size])
            np.add.reduce(counted[:, :size], axis=0, dtype=np.uint16, out=differ[start : start + size])
        wide = differ.astype(np.int32)  # numbers of this size are parted many times faster
        return np.flatnonzero(wide <= np.partition(wide, most - 1)[most - 1])

    def _estimated(self, query: Vector, rows: Rows) -> Vector:
        """The estimated products of these rows, less their mean, with the query."""
        low, step, planes = _planes(query)
        size = len(self.signs)
        # What a set bit is worth: a sign counts twice, and each bit of the query twice the one before.
        bits = np.array([low, *(step * 2**bit for bit in range(len(planes)))], np.float32)
        worth = np.concatenate([np.repeat(2 * bits, size), np.repeat(bits, size)])
        planes = np.concatenate([np.full((1, size), 2**64 - 1, np.uint64), planes])[:, :, None]
        found = np.empty(len(rows), np.float32)
        for start in range(0, len(rows), _SECOND_CHUNK):
            part = rows[start : start + _SECOND_CHUNK]
            counts = [np.bitwise_count(kind.take(part, axis=1) & planes) for kind in (self.signs, self.finer)]
            shared = np.concatenate(counts).reshape(len(worth), len(part)).astype(np.float32)
            found[start : start + len(part)] = (worth @ shared - 1.5 * float(query.sum())) * self.factors[part]
        return found


def coded(ids: IdPairs, vectors: Vector, mean: Vector) -> Codes:
    """The codes of `vectors` (n, dimensions), less `mean`."""
    moved = vectors - mean
    scale = STEP * np.sqrt(np.mean(moved * moved, axis=1, keepdims=True)) + 1e-12
    levels = np.clip(np.floor(moved / scale) + 2, 0, 3).astype(np.uint8)
    along = np.sum((levels - np.float32(1.5)) * moved, axis=1)
    factors = np.sum(moved * moved, axis=1) / np.maximum(along, 1e-12)
    order = np.argsort(ids[:, 1], kind="stable")
    levels = levels[order]
    return Codes(mean, ids[order], _packed(levels >> 1), _packed(levels & 1), factors[order].astype(np.float32))


def joined(parts: list[Codes]) -> Codes:
    """Codes with the same mean as one."""
    ids = np.concatenate([part.ids for part in parts])
    order = np.argsort(ids[:, 1], kind="stable")
    signs, finer = (np.concatenate(planes, axis=1) for planes in zip(*((p.signs, p.finer) for p in parts), strict=True))
    factors = np.concatenate([part.factors for part in parts])[order]
    signs, finer = (np.ascontiguousarray(planes[:, order]) for planes in (signs, finer))
    return Codes(parts[0].mean, ids[order], signs, finer, factors)


def _packed(bits: NDArray[Any]) -> Words:
    """Bits (n, dimensions) as words of 64 (words, n); where dimensions do not fill the last word, zeros do."""
    left = -bits.shape[1] % 64
    filled = np.pad(bits, ((0, 0), (0, left))) if left else bits
    return np.ascontiguousarray(np.packbits(filled, axis=1).view(np.uint64).T)


def _unpacked(words: Words, size: int) -> Vector:
    """Words of 64 bits (words, n) as zeros and ones (n, size)."""
    return np.unpackbits(np.ascontiguousarray(words.T).view(np.uint8), axis=1, count=size).astype(np.float32)


def _planes(query: Vector) -> tuple[float, float, Words]:
    """The query as low + step x whole numbers, and these numbers bit by bit (bits, words), the least bit first."""
    low, high = float(query.min()), float(query.max())
    step = (high - low) / (2**QUERY_BITS - 1) or 1.0
    whole = np.rint((query - low) / step).astype(np.uint8)
    return low, step, _packed(whole >> np.arange(QUERY_BITS, dtype=np.uint8)[:, None] & 1).T
