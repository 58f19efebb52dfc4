"""Reranking by the ML service over gRPC (`ml.MLService/Rerank`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from verivita.core.errors import Unavailable
from verivita.engines.retrieval.ports import Hit
from verivita.kit import traces

MAX_CHARACTERS = 16_384
"""Longer texts are cut before they travel: no reranker reads as much."""


class RemoteReranker:
    """Asks the service at `address` (`host:port`) for the order; raises `Unavailable` when it does not answer in time.

    `name` is that of the model which the service was told to use.
    """

    def __init__(self, address: str, name: str, *, timeout: float = 10.0) -> None:
        self._address, self._name, self._timeout = address, name, timeout
        self._channel: Any = None

    @property
    def name(self) -> str:
        """Shown beside the answer."""
        return self._name

    async def rerank(self, query: str, candidates: Sequence[tuple[UUID, str, float]]) -> list[Hit]:
        """Every candidate once, best first, ties by the order given."""
        if not candidates:
            return []
        import grpc

        from verivita.kit.ml_proto import ml_pb2, ml_pb2_grpc

        stubs: Any = ml_pb2_grpc
        if self._channel is None:
            self._channel = grpc.aio.insecure_channel(self._address)
        documents = [ml_pb2.Document(id=str(id), content=_plain(text), score=score) for id, text, score in candidates]
        request = ml_pb2.RerankRequest(query=_plain(query), documents=documents, top_k=0)
        try:
            with traces.span("ml.MLService/Rerank", traces.Kind.CLIENT, rpc__system="grpc", verivita__n=len(documents)):
                answer = await stubs.MLServiceStub(self._channel).Rerank(
                    request, timeout=self._timeout, metadata=traces.metadata()
                )
        except grpc.aio.AioRpcError as error:
            why = error.code().name.lower().replace("_", " ")
            raise Unavailable("ml_unavailable", f"The ML service does not answer ({why}).", retry_after=5.0) from error
        return [Hit(UUID(one.id), one.score) for one in answer.documents]

    async def close(self) -> None:
        """Close the connection."""
        if self._channel is not None:
            await self._channel.close()
            self._channel = None


def _plain(text: str) -> str:
    return text[:MAX_CHARACTERS].encode("utf-8", "replace").decode()
