"""HTTP/1.1 that does not wait for slow clients: headers, their size, and the taking of an answer have limits."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_MOST_HEADER_BYTES = 64 * 1024
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class ImpatientProtocol(HttpToolsProtocol):
    """uvicorn's protocol with the two limits that it lacks. A subclass names its `patience`, in seconds."""

    patience = 30.0

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._header_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None
        self._header_bytes = 0
        self._in_headers = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client came: its first headers are due."""
        super().connection_made(transport)
        self._expect_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client went."""
        self._stop(self._header_timer)
        self._stop(self._write_timer)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes came; those of headers are counted, and the first ones start the clock."""
        if self._in_headers:
            self._header_bytes += len(data)
            if self._header_timer is None:
                self._expect_headers()
        super().data_received(data)
        if self._in_headers and self._header_bytes > _MOST_HEADER_BYTES and not self.transport.is_closing():
            self._refuse(_TOO_LARGE)

    def on_headers_complete(self) -> None:
        """All headers are there."""
        self._in_headers, self._header_bytes = False, 0
        self._stop(self._header_timer)
        self._header_timer = None
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The whole request is there; what comes now begins another one."""
        self._in_headers = True
        super().on_message_complete()

    def pause_writing(self) -> None:
        """The client does not take what we send: it has `patience` seconds to take some."""
        super().pause_writing()
        self._write_timer = self.loop.call_later(self.patience, self.transport.abort)

    def resume_writing(self) -> None:
        """The client took some."""
        self._stop(self._write_timer)
        self._write_timer = None
        super().resume_writing()

    def _expect_headers(self) -> None:
        self._header_timer = self.loop.call_later(self.patience, self._refuse, _TOO_SLOW)

    def _refuse(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.close()

    @staticmethod
    def _stop(timer: asyncio.TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()


def impatient(patience: float) -> type[ImpatientProtocol]:
    """The protocol with this many seconds of patience, as the server wants it: a class."""
    return type("ImpatientProtocol", (ImpatientProtocol,), {"patience": patience})
