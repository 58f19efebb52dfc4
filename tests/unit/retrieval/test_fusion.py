"""Fusion against ranks and sums computed by hand."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verivita.engines.retrieval.fusion import reciprocal_ranks, weighted_sum
from verivita.engines.retrieval.ports import Hit

A, B, C, D = (UUID(int=i) for i in range(1, 5))
DENSE = [Hit(A, 0.9), Hit(B, 0.5), Hit(C, 0.1)]
WORDS = [Hit(C, 12.0), Hit(D, 9.0), Hit(A, 2.0)]


@pytest.mark.acceptance("RET-04")
def test_reciprocal_ranks_by_hand() -> None:
    fused = reciprocal_ranks({"dense": DENSE, "lexical": WORDS}, {})
    assert [hit.id for hit in fused] == [A, C, B, D]
    assert fused[0].score == pytest.approx(1 / 61 + 1 / 63)
    assert fused[2].score == pytest.approx(1 / 62)


@pytest.mark.acceptance("RET-04")
def test_weights_change_the_order() -> None:
    legs = {"dense": DENSE, "lexical": WORDS}
    assert next(h.id for h in reciprocal_ranks(legs, {"dense": 0.1, "lexical": 0.9})) == C
    assert next(h.id for h in reciprocal_ranks(legs, {"dense": 0.9, "lexical": 0.1})) == A


@pytest.mark.acceptance("RET-04")
def test_weighted_sum_by_hand() -> None:
    fused = weighted_sum({"dense": DENSE, "lexical": WORDS}, {"dense": 0.5, "lexical": 0.5})
    assert {hit.id: hit.score for hit in fused} == pytest.approx({A: 0.5, B: 0.25, C: 0.5, D: 0.35})
    assert [hit.id for hit in fused] == [A, C, D, B]
    tilted = weighted_sum({"dense": DENSE, "lexical": WORDS}, {"dense": 1, "lexical": 3})
    assert {hit.id: hit.score for hit in tilted} == pytest.approx({A: 0.25, B: 0.125, C: 0.75, D: 0.525})


def test_one_leg_keeps_its_order_and_an_empty_one_takes_no_share() -> None:
    assert [h.id for h in weighted_sum({"dense": DENSE, "lexical": []}, {})] == [A, B, C]
    assert weighted_sum({"dense": DENSE, "lexical": []}, {})[0].score == 1.0
    assert weighted_sum({}, {}) == []
    assert reciprocal_ranks({"dense": []}, {}) == []


def test_equal_scores_count_one_each() -> None:
    assert [h.score for h in weighted_sum({"lexical": [Hit(A, 3.0), Hit(B, 3.0)]}, {})] == [1.0, 1.0]


hits = st.lists(st.tuples(st.integers(1, 30), st.floats(-1, 50)), max_size=20, unique_by=lambda p: p[0]).map(
    lambda pairs: sorted((Hit(UUID(int=i), s) for i, s in pairs), key=lambda h: -h.score)
)


@given(hits, hits, st.floats(0.01, 0.99))
def test_every_item_once_scores_within_bounds_and_falling(a: list[Hit], b: list[Hit], weight: float) -> None:
    fused = weighted_sum({"a": a, "b": b}, {"a": weight, "b": 1 - weight})
    assert sorted(h.id.int for h in fused) == sorted({h.id.int for h in (*a, *b)})
    assert all(-1e-9 <= h.score <= 1 + 1e-9 for h in fused)
    assert [h.score for h in fused] == sorted((h.score for h in fused), reverse=True)


@given(hits, st.floats(0.5, 20), st.floats(-5, 5))
def test_scale_and_offset_of_a_leg_do_not_matter(a: list[Hit], scale: float, offset: float) -> None:
    moved = [Hit(h.id, h.score * scale + offset) for h in a]
    before = {h.id: h.score for h in weighted_sum({"a": a}, {})}
    after = {h.id: h.score for h in weighted_sum({"a": moved}, {})}
    if len({round(h.score, 3) for h in a}) == len(a):
        assert after == pytest.approx(before, abs=1e-6)
