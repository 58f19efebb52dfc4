"""Nearness from the ML service over gRPC (`verivita.NearnessService/Compare`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from verivita.core.errors import Unavailable
from verivita.engines.grounding import Asked, Figures
from verivita.engines.grounding.nearness import FIGURES
from verivita.kit import traces

MAX_CHARACTERS = 16_384
"""Longer sentences are cut before they travel: no encoder reads as much."""


class RemoteNearness:
    """Asks the service at `address` (`host:port`); raises `Unavailable` when it does not answer in time."""

    def __init__(self, address: str, *, timeout: float = 10.0) -> None:
        self._address, self._timeout = address, timeout
        self._channel: Any = None

    async def figures(self, asked: Sequence[Asked]) -> list[Figures]:
        """The figures of each, in order. Each text travels once."""
        if not asked:
            return []
        import grpc

        from verivita.kit.ml_proto import nearness_pb2, nearness_pb2_grpc

        stubs: Any = nearness_pb2_grpc
        if self._channel is None:
            self._channel = grpc.aio.insecure_channel(self._address)
        places: dict[str, int] = {}
        for one in asked:
            for text in (one.claim, *one.sentences):
                places.setdefault(text, len(places))
        pairs = [
            nearness_pb2.Pair(claim=places[one.claim], sentences=[places[text] for text in one.sentences])
            for one in asked
        ]
        request = nearness_pb2.CompareRequest(texts=[_plain(text) for text in places], pairs=pairs)
        name = "verivita.NearnessService/Compare"
        try:
            with traces.span(name, traces.Kind.CLIENT, rpc__system="grpc", verivita__n=len(places)):
                answer = await stubs.NearnessServiceStub(self._channel).Compare(
                    request, timeout=self._timeout, metadata=traces.metadata()
                )
        except grpc.aio.AioRpcError as error:
            why = error.code().name.lower().replace("_", " ")
            raise Unavailable("ml_unavailable", f"The ML service does not answer ({why}).", retry_after=5.0) from error
        return [{figure: getattr(one, figure) for figure in FIGURES} for one in answer.figures]

    async def close(self) -> None:
        """Close the connection."""
        if self._channel is not None:
            await self._channel.close()
            self._channel = None


def _plain(text: str) -> str:
    return text[:MAX_CHARACTERS].encode("utf-8", "replace").decode()
