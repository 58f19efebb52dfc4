"""A real Chroma server on loopback, from the package itself."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.rigs.valkey import free_port

_RUN = "import sys, chromadb_rust_bindings as chroma; chroma.cli(['chroma', *sys.argv[1:]])"


@contextmanager
def chroma_at(folder: Path) -> Iterator[str]:
    """The address of a server that keeps everything in `folder`, and goes when the block ends."""
    port = free_port()
    argv = [sys.executable, "-c", _RUN, "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(argv, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, process)
        yield address
    finally:
        process.kill()
        process.wait(10)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(400):
        assert process.poll() is None, "chroma did not start"
        with suppress(URLError, OSError), urlopen(f"{address}/api/v2/heartbeat", timeout=2) as answer:  # noqa: S310 - loopback
            if answer.status == 200:
                return
        time.sleep(0.05)
    raise RuntimeError("chroma did not start")
