"""Embeddings from the ML service over gRPC (`ml.MLService/EmbedBatch`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from verivita.core.errors import Unavailable
from verivita.engines.retrieval.ports import ModelInfo, Vector
from verivita.kit import traces

BATCH = 16
"""Texts in one call: each call has its own deadline, and between two calls a waiting query gets its turn."""
MAX_MESSAGE = 64 * 1024 * 1024


class RemoteEmbedder:
    """Asks the service at `address` (`host:port`) for vectors; raises `Unavailable` when it does not answer in time.

    The contract does not say which model the service runs, so the caller states it in `model`; vectors of another
    length are refused.
    """

    def __init__(self, address: str, model: ModelInfo, *, timeout: float = 10.0) -> None:
        self._address, self._model, self._timeout = address, model, timeout
        self._channel: Any = None

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
        if self._channel is not None:
            await self._channel.close()
            self._channel = None

    async def _batch(self, texts: Sequence[str]) -> Vector:
        import grpc

        from verivita.kit.ml_proto import ml_pb2, ml_pb2_grpc

        stubs: Any = ml_pb2_grpc
        if self._channel is None:
            limits = [("grpc.max_receive_message_length", MAX_MESSAGE), ("grpc.max_send_message_length", MAX_MESSAGE)]
            self._channel = grpc.aio.insecure_channel(self._address, options=limits)
        clean = [text.encode("utf-8", "replace").decode() for text in texts]
        try:
            stub = stubs.MLServiceStub(self._channel)
            with traces.span("ml.MLService/EmbedBatch", traces.Kind.CLIENT, rpc__system="grpc", verivita__n=len(clean)):
                answer = await stub.EmbedBatch(
                    ml_pb2.EmbedBatchRequest(texts=clean), timeout=self._timeout, metadata=traces.metadata()
                )
        except grpc.aio.AioRpcError as error:
            why = error.code().name.lower().replace("_", " ")
            raise Unavailable("ml_unavailable", f"The ML service does not answer ({why}).", retry_after=5.0) from error
        found = np.array([row.vector for row in answer.embeddings], np.float32)
        if found.shape != (len(texts), self._model.dimensions):
            raise Unavailable(
                "ml_other_model", f"The ML service answers with vectors of another model than {self._model.key}."
            )
        return found
