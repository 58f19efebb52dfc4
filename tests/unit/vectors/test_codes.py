"""Codes of two bits find whom an exact search finds; what changed leaves and enters them."""

from __future__ import annotations

import numpy as np
import pytest

from verivita.adapters.vectors.codes import Codes, coded, joined
from verivita.engines.retrieval.ports import IdPairs, Vector


def corpus(count: int, size: int, seed: int = 1) -> tuple[IdPairs, Vector]:
    """Ids in no order, and vectors around centres, beside a mean that is not zero."""
    generator = np.random.default_rng(seed)
    centres = generator.normal(size=(30, size)) + 0.3
    vectors = centres[generator.integers(30, size=count)] + generator.normal(size=(count, size))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return generator.integers(2**63, size=(count, 2)).astype(np.uint64), vectors


def found(codes: Codes, query: Vector, most: int) -> set[tuple[int, int]]:
    return {(int(high), int(low)) for high, low in codes.ids[codes.nearest(query, most)]}


@pytest.mark.parametrize("size", [384, 100])
def test_the_nearest_are_among_the_candidates(size: int) -> None:
    ids, vectors = corpus(9_000, size)
    mean = vectors.mean(0)
    parts = [slice(start, start + 2_000) for start in range(0, 9_000, 2_000)]
    codes = joined([coded(ids[part], vectors[part], mean) for part in parts])
    right = 0
    for query in vectors[:40] + np.random.default_rng(2).normal(size=(40, size)).astype(np.float32) / size**0.5:
        best = np.argsort(-(vectors @ query))[:10]
        right += len(found(codes, query, 100) & {(int(ids[i, 0]), int(ids[i, 1])) for i in best})
    assert right / 400 >= 0.97
    assert codes.bytes < 9_000 * 2 * vectors.itemsize * size / 8


def test_among_some_rows_only_these_are_named() -> None:
    ids, vectors = corpus(500, 64)
    codes = coded(ids, vectors, vectors.mean(0))
    unknown = np.array([[1, 2], [int(ids[0, 0]) + 1, int(ids[0, 1])]], np.uint64)
    rows, strangers = codes.rows(np.concatenate([ids[:50], unknown]))
    assert {tuple(pair) for pair in codes.ids[rows].tolist()} == {tuple(pair) for pair in ids[:50].tolist()}
    assert strangers.tolist() == unknown.tolist()
    assert set(codes.nearest(vectors[0], 10, rows).tolist()) <= set(rows.tolist())
    assert sorted(codes.nearest(vectors[0], 50, rows).tolist()) == sorted(rows.tolist())


def test_what_changed_leaves_and_enters() -> None:
    ids, vectors = corpus(300, 64)
    mean = vectors.mean(0)
    codes = coded(ids, vectors, mean)
    moved = coded(ids[:1], vectors[1:2], mean)
    after = codes.replaced(ids[:3], moved)
    assert len(after) == 298
    assert after.rows(ids[1:3])[1].tolist() == ids[1:3].tolist()
    assert found(after, vectors[1], 5) >= {(int(ids[0, 0]), int(ids[0, 1]))}
    assert len(codes.replaced(ids, None)) == 0
    assert codes.replaced(ids, None).nearest(vectors[0], 5).size == 0
    assert codes.replaced(ids, None).replaced(ids, moved).rows(ids[:1])[0].tolist() == [0]


def test_vectors_without_length_or_change_are_harmless() -> None:
    ids, _ = corpus(3, 64)
    same = np.ones((3, 64), np.float32) / 8
    assert len(coded(ids, same, same[0]).nearest(same[0], 2)) == 2
    assert len(coded(ids, np.zeros((3, 64), np.float32), same[0]).nearest(np.zeros(64, np.float32), 2)) == 2


def test_what_codes_tell_of_vectors_is_close_and_not_skewed() -> None:
    ids, vectors = corpus(2_000, 384)
    codes = coded(ids, vectors, vectors.mean(0))
    rows, _ = codes.rows(ids[:300])
    order = {tuple(pair): place for place, pair in enumerate(ids[:300].tolist())}
    exact = vectors[[order[tuple(pair)] for pair in codes.ids[rows].tolist()]]
    told = codes.approximate(rows)
    off = (told @ told.T - exact @ exact.T)[~np.eye(len(rows), dtype=bool)]
    assert told.shape == exact.shape
    assert abs(off.mean()) < 0.005
    assert off.std() < 0.05
