"""Neighbours vouch for each other: a found item gains from what lies close to it and was found as well.

Score regularisation (Diaz 2005, after the cluster hypothesis). Chosen on development data: beside plain fusion it is
better on one set and no worse on the other, see bench/retrieval.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import numpy as np

from verivita.engines.retrieval.ports import Hit, Vector

SHARE = 0.4
CLOSEST = 8
"""Cosines are raised to the fourth power, so that only close neighbours count."""


def supported(hits: Sequence[Hit], vectors: Mapping[UUID, Vector], *, share: float = SHARE) -> list[Hit]:
    """Score + `share` x mean score of the closest `CLOSEST` hits, weighted by closeness; best first, ties as given.

    Divided by 1 + `share`, so scores in 0..1 stay there. A hit without a vector keeps only its own part.
    """
    found = [(i, vector) for i, hit in enumerate(hits) if (vector := vectors.get(hit.id)) is not None]
    if len(found) < 2:
        return list(hits)
    known = [i for i, _ in found]
    scores = np.array([hit.score for hit in hits], np.float64)
    near = np.stack([vector for _, vector in found])
    close = np.clip(near @ near.T, 0, None)
    # Squared twice: raising to a power by logarithms takes most of the time of everything here.
    close = np.square(np.square(close, out=close), out=close)
    np.fill_diagonal(close, 0)
    # Which of equally close ones are among the closest is all that a full, stable sort would add.
    chosen = np.argpartition(-close, min(CLOSEST, len(known) - 1), axis=1)[:, :CLOSEST]
    weight = np.take_along_axis(close, chosen, axis=1)
    mean = (weight * scores[known][chosen]).sum(1) / np.maximum(weight.sum(1), 1e-9)
    total = scores.copy()
    total[known] += share * mean
    order = np.argsort(-total, kind="stable")
    return [Hit(hits[i].id, float(total[i] / (1 + share))) for i in order]
