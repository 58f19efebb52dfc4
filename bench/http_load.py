"""Many clients on one address: latency and requests a second, beside a bare FastAPI route in the same run.

As a program it is that bare route: `python -m bench.http_load PORT FILE` answers with the JSON in the file.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CLIENTS = 32


def load(port: int, path: str, headers: dict[str, str], asks: int, clients: int = CLIENTS) -> tuple[list[float], float]:
    """Milliseconds of each of `asks` GETs by `clients` at once over kept connections, and requests a second."""
    return asyncio.run(_load(port, path, headers, asks, clients))


async def _load(port: int, path: str, headers: dict[str, str], asks: int, clients: int) -> tuple[list[float], float]:
    lines = [f"GET {path} HTTP/1.1", "host: localhost", *(f"{name}: {value}" for name, value in headers.items())]
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    times: list[float] = []

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(asks // clients):
            start = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 304")):
                raise RuntimeError(f"{path}: {head[:60]!r}")
            at = head.lower().find(b"content-length:")
            if at >= 0:
                await reader.readexactly(int(head[at + 15 : head.index(b"\r", at)]))
            times.append((time.perf_counter() - start) * 1000)
        writer.close()
        await writer.wait_closed()

    start = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return times, len(times) / (time.perf_counter() - start)


@contextlib.contextmanager
def bare_route(port: int, body: Any, folder: Path) -> Iterator[None]:
    """A FastAPI app with one route that answers with `body`, as a process of its own."""
    file = folder / "bare.json"
    file.write_text(json.dumps(body))
    process = subprocess.Popen([sys.executable, "-m", "bench.http_load", str(port), str(file)])
    try:
        for _ in range(200):
            with contextlib.suppress(OSError, RuntimeError, EOFError):
                load(port, "/", {}, 1, 1)
                break
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(30)


def main() -> None:
    """Serve the bare route."""
    import uvicorn
    from fastapi import FastAPI

    app, body = FastAPI(), json.loads(Path(sys.argv[2]).read_text())

    @app.get("/")
    async def bare() -> Any:
        return body

    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="critical", access_log=False)


if __name__ == "__main__":
    main()
