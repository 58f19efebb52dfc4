"""/health, /ready, /live and /metrics, with each dependency stopped in turn."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.contract.api.parts import Down
from tests.rigs.product import Clients
from verivita.bootstrap.container import Container, build
from verivita.bootstrap.settings import Settings
from verivita.core.errors import Unavailable
from verivita.core.ids import new_id
from verivita.core.principal import Principal
from verivita.entrypoints import asgi
from verivita.kit.crypto import Keyring

pytestmark = pytest.mark.asyncio(loop_scope="module")

PARTS = {"postgres", "vector", "lexical", "ml", "storage", "cache"}


async def ask(container: Container, path: str) -> httpx2.Response:
    transport = httpx2.ASGITransport(asgi.build(container), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost:8080") as client:
        return await client.get(path)


@pytest.mark.acceptance("API-08")
async def test_all_is_well(container: Container) -> None:
    answer = await ask(container, "/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert answer.json()["services"] == dict.fromkeys(PARTS, True)


@pytest.mark.acceptance("API-08")
@pytest.mark.parametrize("error", [Unavailable, OSError])
@pytest.mark.parametrize(("part", "held"), [("ml", "embedder"), ("vector", "vectors"), ("lexical", "lexical")])
async def test_one_part_has_stopped(container: Container, part: str, held: str, error: type[Exception]) -> None:
    changed: Mapping[str, Any] = {held: Down(error)}
    answer = await ask(replace(container, **changed), "/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["services"] == dict.fromkeys(PARTS, True) | {part: False}
    assert (await ask(replace(container, **changed), "/ready")).status_code == 200


@pytest.mark.acceptance("API-08")
async def test_the_folder_of_files_is_gone(container: Container, settings: Settings) -> None:
    (settings.data_dir / "blocked").write_text("a file where a folder should be")
    broken = settings.model_copy(update={"data_dir": settings.data_dir / "blocked"})
    answer = await ask(replace(container, settings=broken), "/health")
    assert answer.json()["services"] == dict.fromkeys(PARTS, True) | {"storage": False}


@pytest.fixture
def dead(settings: Settings, container: Container, product_url: str, monkeypatch: pytest.MonkeyPatch) -> Container:
    """The services over a database that does not answer."""
    monkeypatch.setattr("verivita.bootstrap.container._keyring", lambda *_: Keyring({1: bytes(32)}))
    return build(settings, "postgresql://nobody@127.0.0.1:1/none")


@pytest.mark.acceptance("API-08")
@pytest.mark.acceptance("AN-06")
async def test_the_database_has_stopped(dead: Container) -> None:
    health = await ask(dead, "/health")
    assert health.json()["status"] == "degraded"
    assert {part for part, up in health.json()["services"].items() if not up} == {"postgres", "vector"}
    ready = await ask(dead, "/ready")
    assert (ready.status_code, ready.json()) == (503, {"ready": False})
    assert ready.headers["retry-after"] == "1"
    assert (await ask(dead, "/live")).json() == {"ready": True}
    await dead.aclose()


async def test_a_request_says_that_the_database_is_away(dead: Container) -> None:
    transport = httpx2.ASGITransport(asgi.build(dead), raise_app_exceptions=False)
    headers = {"Authorization": "Bearer something"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost:8080", headers=headers) as client:
        answer = await client.get("/api/v1/jobs")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"]
    assert answer.json()["code"] == "database_unavailable"
    await dead.aclose()


@pytest.mark.acceptance("AN-04")
async def test_metrics_have_bounded_labels(clients: Clients, owner: Principal) -> None:
    async with await clients.with_key(owner) as client:
        for _ in range(5):
            await client.get(f"/api/v1/jobs/{new_id()}")
            await client.get(f"/no/such/{new_id()}")
            await client.request(f"VERB{UUID(int=new_id().int).hex[:6].upper()}", "/ready")
        answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    lines = [line for line in answer.text.splitlines() if line.startswith("http_requests_total{")]
    routes = {found.group(1) for line in lines if (found := re.search('route="([^"]*)"', line))}
    methods = {found.group(1) for line in lines if (found := re.search('method="([^"]*)"', line))}
    assert {"/api/v1/jobs/{job_id}", "unknown"} <= routes
    assert not [route for route in routes if re.search(r"[0-9a-f]{8}-", route)]
    assert methods <= {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"}
    assert not [line for line in answer.text.splitlines() if str(owner.person_id) in line]
