"""Several rankings made one: reciprocal rank fusion, and the weighted sum of normalised scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from verivita.engines.retrieval.ports import Hit


def reciprocal_ranks(legs: Mapping[str, Sequence[Hit]], weights: Mapping[str, float], k: int = 60) -> list[Hit]:
    """Score = sum over legs of weight / (k + rank), rank from 1 (Cormack, Clarke and Buettcher 2009); best first.

    A leg without a weight counts 1; ties keep the order in which the legs brought the items.
    """
    total: dict[UUID, float] = {}
    for name, hits in legs.items():
        weight = weights.get(name, 1.0)
        for rank, hit in enumerate(hits, start=1):
            total[hit.id] = total.get(hit.id, 0.0) + weight / (k + rank)
    return _ordered(total)


def weighted_sum(legs: Mapping[str, Sequence[Hit]], weights: Mapping[str, float]) -> list[Hit]:
    """Score = weighted mean over legs of the leg's score, stretched to 0..1 between its lowest and highest hit.

    What a leg did not find counts 0 there (Fox and Shaw 1994, CombSUM; min-max as in Lee 1997). A leg whose hits all
    score the same gives each 1. The score is divided by the weights' sum, so it lies in 0..1; best first, ties keep
    the order in which the legs brought the items.
    """
    total: dict[UUID, float] = {}
    whole = sum(weights.get(name, 1.0) for name, hits in legs.items() if hits) or 1.0
    for name, hits in legs.items():
        if not hits:
            continue
        lowest, highest = min(hit.score for hit in hits), max(hit.score for hit in hits)
        width, weight = highest - lowest, weights.get(name, 1.0) / whole
        for hit in hits:
            share = (hit.score - lowest) / width if width > 0 else 1.0
            total[hit.id] = total.get(hit.id, 0.0) + weight * share
    return _ordered(total)


def _ordered(total: Mapping[UUID, float]) -> list[Hit]:
    return [Hit(id, score) for id, score in sorted(total.items(), key=lambda item: -item[1])]
