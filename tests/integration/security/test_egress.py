"""The one way out: what else in the tree can open a connection is named here with its reason, and nothing else does."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.architecture.source import modules, name, tree
from tests.integration.database.rows import fill
from verivita.bootstrap import demo

pytestmark = pytest.mark.security

OPENERS = {
    "socket.socket", "socket.create_connection", "asyncio.open_connection", "create_connection", "sock_connect",
    "insecure_channel", "secure_channel", "urlopen", "psycopg.connect", "create_engine", "create_async_engine",
    "PsycopgConnector", "AsyncClient", "Client", "AsyncConnectionPool", "SMTP", "Redis", "from_url", "QdrantClient",
    "AsyncQdrantClient", "MilvusClient", "AsyncMilvusClient", "HttpClient", "AsyncHttpClient", "PersistentClient",
    "AsyncConnection.connect", "aiosmtplib.send",
    "S3Store", "httpx.AsyncHTTPTransport", "AsyncHTTPTransport", "ConnectionPool",
}  # fmt: skip
ALLOWED = {
    "the way out itself, which checks every address, also for the classes of providers": (
        "kit/http.py",
        "kit/sdk_http.py",
    ),
    "PostgreSQL at DATABASE_URL, or our own": (
        "adapters/vectors/index_keeper.py",
        "kit/db/admin.py",
        "kit/db/cluster.py",
        "kit/db/dump.py",
        "kit/db/embedded.py",
        "kit/db/engine.py",
        "kit/queue/store.py",
        "kit/queue/worker.py",
        "migrations/env.py",
    ),
    "the ML service at VERIVITA_ML_HOST": ("adapters/ml_service/channel.py",),
    "Redis or Valkey at REDIS_URL": ("adapters/cache/link.py",),
    "the mail server of the settings": ("adapters/mailers/smtp.py",),
    "vector engines at VECTOR_URL": (
        "adapters/vectors/qdrant.py",
        "adapters/vectors/milvus.py",
        "adapters/vectors/chroma_client.py",
    ),
    "our own address on this machine: free ports, and whether the API answers": ("entrypoints/up.py",),
}
"""Why -> files that may open a connection; each connects only to what a setting names."""


def called(module: ast.Module) -> Iterator[str]:
    """Names of everything that is called, as `owner.name`, and `name` alone."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Name):
                yield function.id
            elif isinstance(function, ast.Attribute):
                yield function.attr
                if isinstance(function.value, ast.Name):
                    yield f"{function.value.id}.{function.attr}"


def openers(module: ast.Module) -> set[str]:
    return set(called(module)) & OPENERS


def test_the_check_sees() -> None:
    bad = ast.parse("import socket\nsocket.create_connection(('x', 1))\nx = grpc.aio.insecure_channel('y')\n")
    assert openers(bad) >= {"socket.create_connection", "insecure_channel"}
    assert openers(ast.parse("client.get('/x')\nrows.connect()\n")) == set()


@pytest.mark.acceptance("JOB-11")
def test_nothing_else_can_open_a_connection() -> None:
    allowed = {path for paths in ALLOWED.values() for path in paths}
    found = {name(path): openers(tree(path)) for path in modules()}
    assert {path: names for path, names in found.items() if names and path not in allowed} == {}
    assert [path for path in allowed if not found.get(path)] == [], "allowed, and opens nothing any more"


class Watch:
    """Hears of every address that this process connects to. A hook cannot be taken off, so it is switched."""

    def __init__(self) -> None:
        self.on, self.seen = False, list[Any]()
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.on and event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
            self.seen.append((event, arguments[1] if event == "socket.connect" else arguments[0]))


async def test_the_main_job_connects_to_nothing_but_its_database(container, owner, work) -> None:
    watch = Watch()
    watch.on = True
    try:
        await demo.add(container, owner)
        await fill(container, owner, "Omar")
        await work()
        assert (await container.search.library(owner, "python", 3)).passages
        seen = list(watch.seen)
        with psycopg.connect(container.url):
            pass
    finally:
        watch.on = False
    host = psycopg.conninfo.conninfo_to_dict(container.url)["host"]
    assert {place[0] if isinstance(place, tuple) else place for _, place in seen} <= {host, None}
