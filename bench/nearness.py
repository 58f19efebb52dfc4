"""Nearness in meaning for the benches that check claims, by the encoder that ships."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from verivita.adapters.embedders.nearness import EncoderNearness
from verivita.adapters.embedders.onnx import OnnxEmbedder
from verivita.engines.grounding import Asked, Known, learned


class Near:
    """What the encoder says to claims; sentences are encoded as they come and kept for a while."""

    def __init__(self) -> None:
        self._nearness = EncoderNearness(OnnxEmbedder())

    def __call__(self, asked: Sequence[Asked]) -> Known | None:
        """The figures of everything that is asked."""
        return asyncio.run(learned(self._nearness, asked))
