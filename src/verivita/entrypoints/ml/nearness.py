"""`verivita.NearnessService` over gRPC: the pairs of a request, one call of the encoder, its figures."""

from __future__ import annotations

from typing import Any

from verivita.core.errors import Invalid, TooLarge, Unavailable
from verivita.engines.grounding import Asked, Figures, Nearness
from verivita.entrypoints.ml.guard import guarded
from verivita.kit.ml_proto import nearness_pb2

SERVICE = "verivita.NearnessService"
MAX_TEXTS, MAX_PAIRS = 4_096, 1_024


class NearnessServicer:
    """The contract's one method; without an encoder that gives token vectors it says so."""

    def __init__(self, nearness: Nearness | None) -> None:
        self._nearness = nearness

    async def Compare(self, request: Any, context: Any) -> Any:
        """How near each claim stands to its sentences."""
        found = await guarded(context, lambda: self._compared(request))
        return nearness_pb2.CompareResponse(figures=[nearness_pb2.Figures(**one) for one in found])

    async def _compared(self, request: Any) -> list[Figures]:
        if self._nearness is None:
            raise Unavailable("nearness_unavailable", "The encoder that is set gives no vectors of words.")
        texts = list(request.texts)
        if len(texts) > MAX_TEXTS or len(request.pairs) > MAX_PAIRS:
            raise TooLarge(message=f"At most {MAX_TEXTS} texts and {MAX_PAIRS} pairs a call.")
        if any(not 0 <= n < len(texts) for pair in request.pairs for n in (pair.claim, *pair.sentences)):
            raise Invalid(message=f"A pair names a text that is not there: {len(texts)} were given, counted from 0.")
        pairs = [Asked(texts[pair.claim], tuple(texts[n] for n in pair.sentences)) for pair in request.pairs]
        return await self._nearness.figures(pairs)
