"""Nearness from the ML service (`verivita.NearnessService/Compare`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from verivita.adapters.ml_service.channel import Channel, plain
from verivita.engines.grounding import Asked, Figures
from verivita.engines.grounding.nearness import FIGURES


class RemoteNearness:
    """Asks the service at `address` (`host:port`); raises `Unavailable` when it does not answer in time."""

    def __init__(self, address: str, *, timeout: float = 10.0) -> None:
        self._channel = Channel(address, timeout)

    async def figures(self, asked: Sequence[Asked]) -> list[Figures]:
        """The figures of each, in order. Each text travels once."""
        if not asked:
            return []
        from verivita.kit.ml_proto import nearness_pb2, nearness_pb2_grpc

        places: dict[str, int] = {}
        for one in asked:
            for text in (one.claim, *one.sentences):
                places.setdefault(text, len(places))
        pairs = [
            nearness_pb2.Pair(claim=places[one.claim], sentences=[places[text] for text in one.sentences])
            for one in asked
        ]
        request = nearness_pb2.CompareRequest(texts=[plain(text) for text in places], pairs=pairs)
        stub = cast(Any, nearness_pb2_grpc).NearnessServiceStub
        answer = await self._channel.call(stub, "verivita.NearnessService/Compare", request, len(places))
        return [{figure: getattr(one, figure) for figure in FIGURES} for one in answer.figures]

    async def close(self) -> None:
        """Close the connection."""
        await self._channel.close()
