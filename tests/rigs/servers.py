"""Real servers on loopback: one inside this process, whole API processes, and a balancer in front of them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import uvicorn

from verivita.bootstrap.container import Container
from verivita.entrypoints import asgi
from verivita.entrypoints.http.protocol import impatient


@contextlib.asynccontextmanager
async def served(app: object, patience: float = 30.0) -> AsyncIterator[int]:
    """The port of an app that is served in this loop as the product serves it."""
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]
        host="127.0.0.1",
        port=0,
        log_config=None,
        access_log=False,
        lifespan="off",
        http=impatient(patience),
        timeout_keep_alive=15,
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[method-assign, attr-defined]
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    beat = asyncio.create_task(server.main_loop())
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await beat
        await server.shutdown()


@contextlib.contextmanager
def threaded(make: Callable[[], Awaitable[Container]]) -> Iterator[str]:
    """The address of the whole product on loopback, served by a thread with a loop of its own."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server: list[uvicorn.Server] = []

    async def serve() -> None:
        container = await make()
        config = uvicorn.Config(asgi.build(container), log_config=None, access_log=False, server_header=False)
        server.append(uvicorn.Server(config))
        await server[0].serve([listening])

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    while not (server and server[0].started):
        thread.join(0.1)
        assert thread.is_alive(), "the server did not start"
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server[0].should_exit = True
    thread.join(30)
    listening.close()


@dataclass(slots=True)
class ApiProcess:
    """`verivita api` as a process of its own, on a database and a data directory that others share."""

    port: int
    env: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    said: IO[bytes] = field(default_factory=tempfile.TemporaryFile)

    def start(self) -> None:
        env = {key: value for key, value in os.environ.items() if not key.startswith(("VERIVITA_", "REDIS_"))}
        own = {"VERIVITA_PORT": str(self.port), "VERIVITA_LOG_LEVEL": "WARNING", "VERIVITA_EMBEDDER": "hashing"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "verivita", "api"],
            env={**env, **own, **self.env},
            stdout=subprocess.DEVNULL,
            stderr=self.said,
        )

    def words(self) -> str:
        self.said.seek(0)
        return self.said.read().decode(errors="replace")[-2000:]

    def wait_ready(self, within: float = 120.0) -> None:
        end = time.monotonic() + within
        while time.monotonic() < end:
            assert self.process is not None
            assert self.process.poll() is None, self.words()
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=2) as asked:
                asked.sendall(b"GET /ready HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
                if b" 200 " in asked.recv(64):
                    return
            time.sleep(0.1)
        raise RuntimeError("the API process was not ready")

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
        if self.process is not None:
            self.process.wait(30)
        self.said.close()


def api_env(url: str, folder: Path, redis: str | None) -> dict[str, str]:
    env = {"DATABASE_URL": url, "VERIVITA_DATA_DIR": str(folder), "VERIVITA_DEMO": "false"}
    return env | ({"REDIS_URL": redis} if redis else {})


@dataclass(slots=True)
class Balancer:
    """Gives each connection to the next server that takes it."""

    ports: list[int]
    turn: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def on_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in self.ports:
            self.turn += 1
            with contextlib.suppress(OSError):
                theirs, ours = await asyncio.open_connection("127.0.0.1", self.ports[self.turn % len(self.ports)])
                break
        else:
            writer.close()
            return
        both = [asyncio.create_task(_pump(reader, ours)), asyncio.create_task(_pump(theirs, writer))]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)
        for end in (writer, ours):
            end.close()
            with contextlib.suppress(OSError):
                await end.wait_closed()


@contextlib.asynccontextmanager
async def balanced(*ports: int) -> AsyncIterator[int]:
    """The port of a balancer in front of these ports."""
    server = await asyncio.start_server(Balancer(list(ports)).on_client, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
        await asyncio.sleep(0.05)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
