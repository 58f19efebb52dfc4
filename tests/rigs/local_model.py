"""A real model on loopback: llama.cpp's server with SmolLM2, if `scripts/local_model.py` has installed it."""

from __future__ import annotations

import json
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

SERVE = """
import sys, time
import xllamacpp
wanted = xllamacpp.CommonParams()
wanted.model.path, wanted.hostnames, wanted.port = sys.argv[1], ["127.0.0.1"], int(sys.argv[2])
wanted.n_ctx, wanted.n_parallel, wanted.cpuparams.n_threads, wanted.warmup = 4096, 1, 2, False
server = xllamacpp.Server(wanted)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def local_model() -> Iterator[str]:
    """The address of the server's OpenAI-compatible interface; skips, and says so, where it is not installed."""
    from scripts import local_model as installed

    weights = installed.weights()
    if weights is None:
        pytest.skip("no local model; `python scripts/local_model.py` installs one")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # It ends when its standard input does, so it cannot outlive the test run.
    command = [str(installed.python()), "-c", SERVE, str(weights), str(port)]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet) as server:
        try:
            _wait(f"http://127.0.0.1:{port}/health", server)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.kill()


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(240):
        assert server.poll() is None, "the server ended by itself"
        try:
            with opener.open(url, timeout=5) as answer:
                if json.load(answer).get("status") == "ok":
                    return
        except (urllib.error.URLError, OSError, ValueError):
            time.sleep(0.5)
    raise AssertionError("the server does not come up")
