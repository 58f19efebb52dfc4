"""Late interaction over the sentence encoder's token vectors: every word of the query looks for its best word.

Khattab and Zaharia 2020 (ColBERT), with an encoder that was not trained for it. Measured over a fused order it changed
nothing beyond chance, so it is an option and not the default.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from verivita.engines.retrieval.ports import Hit, TokenEncoder, Vector

SHARE = 0.3
"""Weight of late interaction beside the score so far; both are stretched to 0..1 over the candidates."""


class LateInteractionReranker:
    """Orders by the score so far and the mean best cosine of the query's tokens, `share` to the latter."""

    name = "late-interaction"

    def __init__(self, encoder: TokenEncoder, *, share: float = SHARE) -> None:
        self._encoder, self._share = encoder, share

    async def rerank(self, query: str, candidates: Sequence[tuple[UUID, str, float]]) -> list[Hit]:
        """Every candidate once, best first, ties by the order given."""
        if not candidates:
            return []
        asked, *texts = await self._encoder.tokens([query, *(text for _, text, _ in candidates)])
        near = np.array([_best(asked, text) for text in texts])
        so_far = np.array([score for _, _, score in candidates])
        scores = (1 - self._share) * _stretched(so_far) + self._share * _stretched(near)
        order = np.argsort(-scores, kind="stable")
        return [Hit(candidates[i][0], float(scores[i])) for i in order]


def _best(query: Vector, text: Vector) -> float:
    """Mean over the query's tokens of the best cosine in the text; the marks at both ends do not count."""
    asked, found = query[1:-1], text[1:-1]
    return float((asked @ found.T).max(1).mean()) if asked.size and found.size else 0.0


def _stretched(values: NDArray[np.float64]) -> NDArray[np.float64]:
    width = float(np.ptp(values))
    return (values - values.min()) / width if width > 0 else np.zeros_like(values)
