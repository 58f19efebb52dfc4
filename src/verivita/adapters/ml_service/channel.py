"""One connection to the ML service, made at the first call; what goes wrong there is `Unavailable` here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from verivita.core.errors import Unavailable
from verivita.kit import traces

MAX_MESSAGE = 64 * 1024 * 1024
MAX_CHARACTERS = 16_384
"""Longer texts are cut before they travel: no encoder and no reranker reads as much."""


class Channel:
    """Calls the service at `address` (`host:port`); each call has `timeout` seconds."""

    def __init__(self, address: str, timeout: float) -> None:
        self._address, self._timeout = address, timeout
        self._channel: Any = None

    async def call(self, stub: Callable[[Any], Any], method: str, request: Any, count: int) -> Any:
        """The answer to a request about `count` texts; `method` as "package.Service/Method".

        Raises `Unavailable` (`ml_unavailable`) when the service does not answer in time.
        """
        import grpc

        if self._channel is None:
            limits = [("grpc.max_receive_message_length", MAX_MESSAGE), ("grpc.max_send_message_length", MAX_MESSAGE)]
            self._channel = grpc.aio.insecure_channel(self._address, options=limits)
        ask = getattr(stub(self._channel), method.rpartition("/")[2])
        try:
            with traces.span(method, traces.Kind.CLIENT, rpc__system="grpc", verivita__n=count):
                return await ask(request, timeout=self._timeout, metadata=traces.metadata())
        except grpc.aio.AioRpcError as error:
            why = error.code().name.lower().replace("_", " ")
            raise Unavailable("ml_unavailable", f"The ML service does not answer ({why}).", retry_after=5.0) from error

    async def close(self) -> None:
        """Close the connection."""
        if self._channel is not None:
            await self._channel.close()
            self._channel = None


def plain(text: str) -> str:
    """A text as it may travel: cut, and without halves of characters."""
    return text[:MAX_CHARACTERS].encode("utf-8", "replace").decode()
