"""Reranking by the ML service (`ml.MLService/Rerank`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from verivita.adapters.ml_service.channel import Channel, plain
from verivita.engines.retrieval.ports import Hit


class RemoteReranker:
    """Asks the service at `address` (`host:port`) for the order; raises `Unavailable` when it does not answer in time.

    `name` is that of the model which the service was told to use.
    """

    def __init__(self, address: str, name: str, *, timeout: float = 10.0) -> None:
        self._channel, self._name = Channel(address, timeout), name

    @property
    def name(self) -> str:
        """Shown beside the answer."""
        return self._name

    async def rerank(self, query: str, candidates: Sequence[tuple[UUID, str, float]]) -> list[Hit]:
        """Every candidate once, best first, ties by the order given."""
        if not candidates:
            return []
        from verivita.kit.ml_proto import ml_pb2, ml_pb2_grpc

        documents = [ml_pb2.Document(id=str(id), content=plain(text), score=score) for id, text, score in candidates]
        request = ml_pb2.RerankRequest(query=plain(query), documents=documents, top_k=0)
        stub = cast(Any, ml_pb2_grpc).MLServiceStub
        answer = await self._channel.call(stub, "ml.MLService/Rerank", request, len(documents))
        return [Hit(UUID(one.id), one.score) for one in answer.documents]

    async def close(self) -> None:
        """Close the connection."""
        await self._channel.close()
