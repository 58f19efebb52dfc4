"""A TCP proxy that misbehaves on command: drops, resets, delays or swallows what passes."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    NONE = "none"
    DROP = "drop"
    """New connections are refused, standing ones closed."""
    RESET = "reset"
    """New and standing connections are reset."""
    DELAY = "delay"
    """Every piece comes late."""
    BLACK_HOLE = "black_hole"
    """Connections are taken and stand, and nothing passes any more."""


@dataclass(slots=True)
class FaultProxy:
    """Stands in front of `host:port`."""

    host: str
    port: int
    delay: float = 0.2
    fault: Fault = Fault.NONE
    server: asyncio.Server | None = None
    own_port: int = 0
    writers: set[asyncio.StreamWriter] = field(default_factory=set)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self) -> None:
        self.server = await asyncio.start_server(self._on_client, "127.0.0.1", self.own_port)
        self.own_port = self.server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self.server is not None:
            self.server.close()
        await self._end_all(reset=False)
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        if self.server is not None:
            await self.server.wait_closed()

    async def set(self, fault: Fault) -> None:
        self.fault = fault
        if fault in (Fault.DROP, Fault.RESET):
            await self._end_all(reset=fault is Fault.RESET)
        if fault is Fault.NONE:
            await self._end_all(reset=True)  # what a swallowed connection was told is lost: it cannot go on

    async def _end_all(self, reset: bool) -> None:
        for writer in list(self.writers):
            _close(writer, reset)
        self.writers.clear()
        await asyncio.sleep(0.01)

    async def _on_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await self._serve(reader, writer)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.fault in (Fault.DROP, Fault.RESET):
            _close(writer, self.fault is Fault.RESET)
            return
        self.writers.add(writer)
        try:
            theirs, ours = await asyncio.open_connection(self.host, self.port)
        except OSError:
            _close(writer, False)
            return
        self.writers.add(ours)
        try:
            both = [asyncio.create_task(self._pump(reader, ours)), asyncio.create_task(self._pump(theirs, writer))]
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
        finally:
            self.writers -= {writer, ours}
            ours.close()
            with contextlib.suppress(OSError):
                await ours.wait_closed()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                if self.fault is Fault.DELAY:
                    await asyncio.sleep(self.delay)
                if self.fault is Fault.BLACK_HOLE:
                    continue
                writer.write(data)
                await writer.drain()


def _close(writer: asyncio.StreamWriter, reset: bool) -> None:
    made = writer.get_extra_info("socket")
    if reset and made is not None:
        with contextlib.suppress(OSError):
            made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort() if reset else writer.close()


@contextlib.asynccontextmanager
async def faulty(host: str, port: int) -> AsyncIterator[FaultProxy]:
    proxy = FaultProxy(host, port)
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.stop()
