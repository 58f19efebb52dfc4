"""Generated requests against the description of the API: nothing breaks, and no answer is other than described."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)

from tests.rigs.data import ROOT
from verivita.bootstrap import demo
from verivita.bootstrap.container import build
from verivita.bootstrap.settings import Settings
from verivita.entrypoints import asgi
from verivita.features.identity import NOBODY

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
# Kept as the code makes it: tests/contract/api/test_routes.py compares.
DESCRIBED = ROOT / "docs" / "reference" / "openapi.json"
SCHEMA = schemathesis.openapi.from_dict(json.loads(DESCRIBED.read_text("utf-8")))
# Erasing the caller works: after it nobody is there to send the rest.
OPERATIONS = [
    operation
    for operation in (result.ok() for result in SCHEMA.get_all_operations())
    if operation.label != "DELETE /api/v1/users/me"
]


@dataclass(frozen=True, slots=True)
class Served:
    """A running server, and what a caller sends to it."""

    url: str
    headers: dict[str, str]


@pytest.fixture(scope="module")
def served(settings: Settings, product_url: str) -> Iterator[Served]:
    """The whole product behind a real server on a loopback port, with the example in it."""
    ready: list[str] = []
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server: list[uvicorn.Server] = []

    async def serve() -> None:
        container = build(settings, product_url)
        owner = await container.identity.owner(NOBODY)
        await demo.add(container, owner)
        await container.worker().run(wait=False)
        ready.append((await container.identity.create_key(owner, "fuzz")).secret)
        config = uvicorn.Config(asgi.build(container), log_config=None, access_log=False, server_header=False)
        server.append(uvicorn.Server(config))
        await server[0].serve([listening])

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    for _ in range(600):
        if server and server[0].started:
            break
        thread.join(0.1)
        assert thread.is_alive()
    yield Served(base, {"Authorization": f"Bearer {ready[0]}"})
    server[0].should_exit = True
    thread.join(30)
    listening.close()


def _ask(served: Served, operation: object, examples: int) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=st.one_of(
            operation.as_strategy(), operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)
        )
    )  # type: ignore[attr-defined]
    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate(base_url=served.url, headers=served.headers, checks=CHECKS, timeout=60)

    ask()


@pytest.mark.acceptance("API-04")
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_no_request_breaks_it(served: Served, operation: object) -> None:
    _ask(served, operation, 5)


@pytest.mark.nightly
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_no_request_of_many_breaks_it(served: Served, operation: object) -> None:
    _ask(served, operation, 300)


def test_it_is_still_well(served: Served) -> None:
    with httpx2.Client(base_url=served.url, headers=served.headers) as client:
        assert client.get("/health").json()["status"] == "ok"
        assert client.get("/api/v1/jobs").status_code == 200
