"""Hybrid search: the legs, their absence, and what the outcome says of both."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID

import numpy as np
import pytest

from verivita.core.errors import Unavailable
from verivita.engines.retrieval.fusion import reciprocal_ranks
from verivita.engines.retrieval.hybrid import (
    CANDIDATES,
    MAX_QUERY_CHARACTERS,
    Leg,
    SearchMode,
    dense_leg,
    hybrid,
    lexical_leg,
    reranked,
)
from verivita.engines.retrieval.ports import Hit, ModelInfo, Partition, Vector

A, B, C = (UUID(int=i) for i in range(1, 4))
HERE = Partition(str(UUID(int=9)))


def leg(*hits: Hit) -> Leg:
    async def run() -> Sequence[Hit]:
        return hits

    return run


async def down() -> Sequence[Hit]:
    raise Unavailable("x", "It is switched off.")


async def asleep() -> Sequence[Hit]:
    await asyncio.sleep(60)
    return []


LEGS = {"dense": leg(Hit(A, 0.9), Hit(B, 0.1)), "lexical": leg(Hit(B, 7.0), Hit(C, 1.0))}


@pytest.mark.acceptance("RET-04")
async def test_both_legs_are_fused_and_named() -> None:
    outcome = await hybrid(LEGS, 10)
    assert outcome.mode is SearchMode.HYBRID
    assert [(h.id, h.score, h.ranks) for h in outcome.hits] == [
        (A, 0.5, {"dense": 1}),
        (B, 0.5, {"dense": 2, "lexical": 1}),
        (C, 0.0, {"lexical": 2}),
    ]
    assert [(run.name, run.ran, run.found) for run in outcome.legs] == [("dense", True, 2), ("lexical", True, 2)]
    assert all(run.ms >= 0 for run in outcome.legs)


@pytest.mark.acceptance("RET-04")
@pytest.mark.parametrize(("weight", "first"), [(0.9, A), (0.1, B), (1.0, A), (0.0, B), (7.0, A), (-1.0, B)])
async def test_vector_weight(weight: float, first: UUID) -> None:
    assert (await hybrid(LEGS, 10, vector_weight=weight)).hits[0].id == first


async def test_a_weight_of_one_leaves_the_other_leg_out_of_the_order_only() -> None:
    outcome = await hybrid(LEGS, 10, vector_weight=1.0)
    assert [hit.id for hit in outcome.hits] == [A, B]
    assert outcome.mode is SearchMode.HYBRID


async def test_k_cuts() -> None:
    assert [hit.id for hit in (await hybrid(LEGS, 1)).hits] == [A]
    assert (await hybrid(LEGS, 0)).hits == ()


@pytest.mark.parametrize(
    ("legs", "mode", "found", "why"),
    [
        ({"dense": down, "lexical": LEGS["lexical"]}, SearchMode.LEXICAL, [B, C], "It is switched off."),
        ({"dense": LEGS["dense"], "lexical": down}, SearchMode.VECTOR, [A, B], "It is switched off."),
        ({"dense": asleep, "lexical": LEGS["lexical"]}, SearchMode.LEXICAL, [B, C], "no answer within 0.05 seconds"),
        ({"dense": down, "lexical": down}, SearchMode.NONE, [], "It is switched off."),
    ],
)
async def test_a_leg_that_is_down_is_left_out_and_said_so(
    legs: Mapping[str, Leg], mode: SearchMode, found: list[UUID], why: str
) -> None:
    outcome = await hybrid(legs, 10, vector_weight=0.0 if mode is SearchMode.VECTOR else 0.5, timeout=0.05)
    assert (outcome.mode, [hit.id for hit in outcome.hits]) == (mode, found)
    assert why in [run.why_not for run in outcome.legs if not run.ran]


async def test_other_errors_are_not_hidden() -> None:
    async def broken() -> Sequence[Hit]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await hybrid({"dense": broken}, 3)


async def test_legs_run_side_by_side() -> None:
    meet = asyncio.Barrier(2)

    async def waits() -> Sequence[Hit]:
        await meet.wait()
        return [Hit(A, 1.0)]

    outcome = await hybrid({"dense": waits, "lexical": waits}, 3, timeout=5)
    assert [run.ran for run in outcome.legs] == [True, True]


async def test_another_fusion_can_be_given() -> None:
    assert [hit.id for hit in (await hybrid(LEGS, 3, fuse=reciprocal_ranks)).hits] == [B, A, C]


VECTORS = {A: np.array([1.0, 0.0]), B: np.array([0.0, 1.0]), C: np.array([0.0, 1.0])}


async def test_neighbours_vouch_for_each_other_by_hand() -> None:
    async def vectors(ids: Sequence[UUID]) -> Mapping[UUID, Vector]:
        return {id: VECTORS[id].astype(np.float32) for id in ids}

    outcome = await hybrid(LEGS, 10, vector_weight=0.6, vectors=vectors)
    # Fused: A 0.6, B 0.4, C 0. Only B and C lie together: C gains 0.4 x 0.4, B 0.4 x 0; all are divided by 1.4.
    assert {hit.id: hit.score for hit in outcome.hits} == pytest.approx({A: 0.6 / 1.4, B: 0.4 / 1.4, C: 0.16 / 1.4})
    assert (outcome.legs[-1].name, outcome.legs[-1].ran, outcome.legs[-1].found) == ("neighbours", True, 3)
    assert outcome.mode is SearchMode.HYBRID


async def test_without_the_vectors_the_fused_order_stays() -> None:
    async def off(ids: Sequence[UUID]) -> Mapping[UUID, Vector]:
        raise Unavailable("x", "No vectors.")

    async def slow(ids: Sequence[UUID]) -> Mapping[UUID, Vector]:
        await asyncio.sleep(60)
        return {}

    async def none(ids: Sequence[UUID]) -> Mapping[UUID, Vector]:
        return {}

    plain = await hybrid(LEGS, 10)
    for vectors, why in ((off, "No vectors."), (slow, "no answer within 0.05 seconds"), (none, "")):
        outcome = await hybrid(LEGS, 10, vectors=vectors, timeout=0.05)
        assert outcome.hits == plain.hits
        assert outcome.legs[-1].why_not == why


class Both:
    """Remembers what it was asked; plays embedder, vector index and word index."""

    model = ModelInfo("m", "p", 2)

    def __init__(self, vector: Sequence[float] = (1.0, 0.0)) -> None:
        self.vector, self.asked = np.array([vector], np.float32), []  # type: ignore[var-annotated]

    async def embed(self, texts: Sequence[str]) -> Vector:
        self.asked.append(len(texts[0]))
        return self.vector

    async def query(self, partition: Partition, *rest: object) -> list[Hit]:
        self.asked.append(
            (partition, *(len(r) if isinstance(r, str) else r for r in rest if not isinstance(r, np.ndarray)))
        )
        return [Hit(A, 1.0)]


@pytest.mark.edge
async def test_legs_ask_for_so_many_candidates_and_bound_the_query() -> None:
    both, where = Both(), ()
    long = "w " * 100_000
    await dense_leg(both, both, HERE, "c", long, where)()  # type: ignore[arg-type]
    await lexical_leg(both, HERE, long, where)()  # type: ignore[arg-type]
    assert both.asked[0] == MAX_QUERY_CHARACTERS
    assert both.asked[1] == (HERE, 1, CANDIDATES, ())
    assert both.asked[2] == (HERE, MAX_QUERY_CHARACTERS, CANDIDATES, ())


async def test_a_query_without_words_does_not_ask_the_vectors() -> None:
    both = Both((0.0, 0.0))
    assert await dense_leg(both, both, HERE, "c", "", ())() == []  # type: ignore[arg-type]
    assert both.asked == [0]


class Reverse:
    """A reranker that turns the order round."""

    name = "reverse"

    async def rerank(self, query: str, candidates: Sequence[tuple[UUID, str, float]]) -> list[Hit]:
        assert [text for _, text, _ in candidates] == ["one", "two"]
        return [Hit(id, float(i)) for i, (id, _, _) in reversed(list(enumerate(candidates)))]


class Off(Reverse):
    """A reranker that is down."""

    async def rerank(self, query: str, candidates: Sequence[tuple[UUID, str, float]]) -> list[Hit]:
        raise Unavailable("x", "No weights.")


async def texts(ids: Sequence[UUID]) -> Mapping[UUID, str]:
    return {id: {A: "one", B: "two"}.get(id, "three") for id in ids}


@pytest.mark.acceptance("RET-21")
async def test_rerank_looks_at_the_first_and_leaves_the_rest_behind_them() -> None:
    outcome = await reranked(await hybrid(LEGS, 10), "q", Reverse(), texts, 3, depth=2)
    assert [(hit.id, hit.ranks.get("rerank")) for hit in outcome.hits] == [(B, 1), (A, 2), (C, None)]
    assert (outcome.legs[-1].name, outcome.legs[-1].ran, outcome.legs[-1].found) == ("rerank", True, 2)
    assert outcome.mode is SearchMode.HYBRID
    cut = await reranked(await hybrid(LEGS, 10), "q", Reverse(), texts, 1, depth=2)
    assert [hit.id for hit in cut.hits] == [B]


async def test_a_reranker_that_is_down_changes_nothing_and_is_said_so() -> None:
    outcome = await reranked(await hybrid(LEGS, 10), "q", Off(), texts, 2, depth=2)
    assert [hit.id for hit in outcome.hits] == [A, B]
    assert (outcome.legs[-1].ran, outcome.legs[-1].why_not) == (False, "No weights.")


async def test_nothing_found_is_nothing_to_rerank() -> None:
    outcome = await reranked(await hybrid({"dense": leg()}, 10), "q", Reverse(), texts, 2)
    assert outcome.hits == ()
