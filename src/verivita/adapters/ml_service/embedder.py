"""Embeddings from the ML service (`ml.MLService/EmbedBatch`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from verivita.adapters.ml_service.channel import Channel, plain
from verivita.core.errors import Unavailable
from verivita.engines.retrieval.ports import ModelInfo, Vector

BATCH = 16
"""Texts in one call: each call has its own deadline, and between two calls a waiting query gets its turn."""


class RemoteEmbedder:
    """Asks the service at `address` (`host:port`) for vectors; raises `Unavailable` when it does not answer in time.

    The contract does not say which model the service runs, so the caller states it in `model`; vectors of another
    length are refused.
    """

    def __init__(self, address: str, model: ModelInfo, *, timeout: float = 10.0) -> None:
        self._channel, self._model = Channel(address, timeout), model

    @property
    def model(self) -> ModelInfo:
        """What makes the vectors."""
        return self._model

    async def embed(self, texts: Sequence[str]) -> Vector:
        """Shape (len(texts), dimensions), rows of length 1, in the order given; an empty text gives a zero row."""
        parts = [await self._batch(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)]
        return np.concatenate(parts) if parts else np.zeros((0, self._model.dimensions), np.float32)

    async def close(self) -> None:
        """Close the connection."""
        await self._channel.close()

    async def _batch(self, texts: Sequence[str]) -> Vector:
        from verivita.kit.ml_proto import ml_pb2, ml_pb2_grpc

        request = ml_pb2.EmbedBatchRequest(texts=[plain(text) for text in texts])
        stub = cast(Any, ml_pb2_grpc).MLServiceStub
        answer = await self._channel.call(stub, "ml.MLService/EmbedBatch", request, len(texts))
        found = np.array([row.vector for row in answer.embeddings], np.float32)
        if found.shape != (len(texts), self._model.dimensions):
            raise Unavailable(
                "ml_other_model", f"The ML service answers with vectors of another model than {self._model.key}."
            )
        return found
