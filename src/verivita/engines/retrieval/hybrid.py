"""Hybrid search: run the legs side by side, fuse, look closer at the best, cut; and say what ran and how long."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from verivita.core.errors import Unavailable
from verivita.engines.retrieval.fusion import weighted_sum
from verivita.engines.retrieval.neighbours import supported
from verivita.engines.retrieval.ports import (
    Embedder,
    Filter,
    Hit,
    LexicalIndex,
    Partition,
    Reranker,
    Vector,
    VectorIndex,
)

DENSE, LEXICAL, NEIGHBOURS, RERANK = "dense", "lexical", "neighbours", "rerank"
CANDIDATES = 100
RERANK_DEPTH = 50
VECTOR_WEIGHT = 0.5
LEG_TIMEOUT = 10.0
MAX_QUERY_CHARACTERS = 20_000
"""Longer queries are cut: the encoder reads 256 tokens, and BM25 scores a bounded number of terms."""

Leg = Callable[[], Awaitable[Sequence[Hit]]]
"""One way to find candidates, best first; may raise `Unavailable`."""

Texts = Callable[[Sequence[UUID]], Awaitable[Mapping[UUID, str]]]
"""Fetches the texts that a reranker reads."""

Vectors = Callable[[Sequence[UUID]], Awaitable[Mapping[UUID, Vector]]]
"""Fetches the stored vectors of found items; may raise `Unavailable`."""

Fuse = Callable[[Mapping[str, Sequence[Hit]], Mapping[str, float]], list[Hit]]


class SearchMode(StrEnum):
    """Which kinds of leg answered."""

    HYBRID = "hybrid"
    VECTOR = "vector"
    LEXICAL = "lexical"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class LegRun:
    """What one leg did: whether it ran, for how many milliseconds, how much it found, and why not."""

    name: str
    ran: bool
    ms: float
    found: int = 0
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A found item, its final score, and its rank (from 1) in each leg that found it."""

    id: UUID
    score: float
    ranks: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer of a hybrid search; `legs` also names those that were left out."""

    hits: tuple[Ranked, ...]
    legs: tuple[LegRun, ...]

    @property
    def mode(self) -> SearchMode:
        """Which of the dense and lexical legs answered."""
        ran = {leg.name for leg in self.legs if leg.ran}
        if {DENSE, LEXICAL} <= ran:
            return SearchMode.HYBRID
        if DENSE in ran:
            return SearchMode.VECTOR
        return SearchMode.LEXICAL if LEXICAL in ran else SearchMode.NONE


def dense_leg(
    embedder: Embedder, index: VectorIndex, partition: Partition, collection: str, query: str, where: Filter = ()
) -> Leg:
    """The leg that embeds the query and asks the vector index; a query without words finds nothing."""

    async def run() -> Sequence[Hit]:
        vector = (await embedder.embed([query[:MAX_QUERY_CHARACTERS]]))[0]
        return await index.query(partition, collection, vector, CANDIDATES, where) if vector.any() else []

    return run


def lexical_leg(index: LexicalIndex, partition: Partition, query: str, where: Filter = ()) -> Leg:
    """The leg that asks the word index."""

    async def run() -> Sequence[Hit]:
        return await index.query(partition, query[:MAX_QUERY_CHARACTERS], CANDIDATES, where)

    return run


async def hybrid(
    legs: Mapping[str, Leg],
    k: int,
    *,
    vector_weight: float = VECTOR_WEIGHT,
    fuse: Fuse = weighted_sum,
    vectors: Vectors | None = None,
    timeout: float = LEG_TIMEOUT,
) -> Outcome:
    """The `k` best over all legs; `vector_weight` (0..1) is the share of the leg named `dense`, others share the rest.

    A leg that raises `Unavailable` or needs more than `timeout` seconds is left out and named so in the outcome; when
    none ran the outcome is empty and its mode `none`: the caller decides whether that is an error. The default of
    fusion (weighted sum of min-max scores, half and half) was chosen on development data: see bench/retrieval.py.
    With `vectors` the fused order is smoothed over neighbours; without them, or where they are down, it stays.
    """
    weight = min(1.0, max(0.0, vector_weight))
    runs = await asyncio.gather(*(_timed(name, leg, timeout) for name, leg in legs.items()))
    found = {run.name: hits for run, hits in runs if run.ran}
    others = max(1, sum(1 for name in found if name != DENSE))
    weights = {name: weight if name == DENSE else (1 - weight) / others for name in found}
    if len(found) == 1 or not any(weights.values()):
        weights = dict.fromkeys(found, 1.0)
    ranks: dict[UUID, dict[str, int]] = {}
    for name, hits in found.items():
        for rank, hit in enumerate(hits, start=1):
            ranks.setdefault(hit.id, {})[name] = rank
    fused = fuse({name: hits for name, hits in found.items() if weights[name] > 0}, weights)
    named = [run for run, _ in runs]
    if vectors is not None and fused:
        fused, run = await _smoothed(fused, vectors, timeout)
        named.append(run)
    return Outcome(tuple(Ranked(hit.id, hit.score, ranks[hit.id]) for hit in fused[: max(0, k)]), tuple(named))


async def _smoothed(fused: list[Hit], vectors: Vectors, timeout: float) -> tuple[list[Hit], LegRun]:
    start = time.perf_counter()
    try:
        async with asyncio.timeout(timeout):
            known = await vectors([hit.id for hit in fused])
    except TimeoutError:
        return fused, LegRun(NEIGHBOURS, False, _since(start), 0, f"no answer within {timeout:g} seconds")
    except Unavailable as error:
        return fused, LegRun(NEIGHBOURS, False, _since(start), 0, error.message)
    return supported(fused, known), LegRun(NEIGHBOURS, True, _since(start), len(known))


async def reranked(
    outcome: Outcome, query: str, reranker: Reranker, texts: Texts, k: int, *, depth: int = RERANK_DEPTH
) -> Outcome:
    """The same hits with the first `depth` in the reranker's order, cut to `k`; unchanged where it is unavailable."""
    head, start = outcome.hits[:depth], time.perf_counter()
    by_id = {hit.id: hit for hit in head}
    try:
        known = await texts([hit.id for hit in head])
        candidates = [(hit.id, known.get(hit.id, ""), hit.score) for hit in head]
        order = await reranker.rerank(query[:MAX_QUERY_CHARACTERS], candidates) if candidates else []
    except Unavailable as error:
        run = LegRun(RERANK, False, _since(start), 0, error.message)
        return Outcome(outcome.hits[:k], (*outcome.legs, run))
    closer = [
        Ranked(hit.id, hit.score, {**by_id[hit.id].ranks, RERANK: rank})
        for rank, hit in enumerate(order, start=1)
        if hit.id in by_id
    ]
    run = LegRun(RERANK, True, _since(start), len(closer))
    return Outcome((*closer, *outcome.hits[depth:])[:k], (*outcome.legs, run))


async def _timed(name: str, leg: Leg, timeout: float) -> tuple[LegRun, Sequence[Hit]]:
    start = time.perf_counter()
    try:
        async with asyncio.timeout(timeout):
            hits = await leg()
    except TimeoutError:
        return LegRun(name, False, _since(start), 0, f"no answer within {timeout:g} seconds"), ()
    except Unavailable as error:
        return LegRun(name, False, _since(start), 0, error.message), ()
    return LegRun(name, True, _since(start), len(hits)), hits


def _since(start: float) -> float:
    return round((time.perf_counter() - start) * 1000, 3)
