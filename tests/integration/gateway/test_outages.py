"""PostgreSQL and Valkey behind a proxy that misbehaves: a quick 503, and back by itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.rigs.fault_proxy import Fault, FaultProxy, faulty
from tests.rigs.product import Clients
from tests.rigs.valkey import ValkeyRig
from verivita.bootstrap.container import Container, build
from verivita.bootstrap.settings import Settings
from verivita.core.principal import Principal
from verivita.entrypoints import asgi

pytestmark = pytest.mark.acceptance("OPS-01")
FAULTS = [Fault.DROP, Fault.RESET, Fault.BLACK_HOLE]


@pytest.fixture
async def behind(settings: Settings, product_url: str) -> AsyncIterator[tuple[Clients, FaultProxy]]:
    """An API whose database stands behind the proxy."""
    at = urlsplit(product_url)
    assert at.hostname
    assert at.port
    async with faulty(at.hostname, at.port) as proxy:
        through = product_url.replace(f":{at.port}/", f":{proxy.own_port}/")
        container = await asyncio.to_thread(
            build, settings.model_copy(update={"database_patience_s": 1.0}), through
        )  # the proxy lives in this loop
        yield Clients(container, httpx2.ASGITransport(asgi.build(container), raise_app_exceptions=False)), proxy
        await container.aclose()


async def recovered(client: httpx2.AsyncClient) -> None:
    """Wait until reads answer again; it fails after ten seconds."""
    async with asyncio.timeout(10):
        while (await client.get("/api/v1/jobs")).status_code != 200:  # noqa: ASYNC110 - asks a server
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_database_is_gone_and_comes_back(
    behind: tuple[Clients, FaultProxy], container: Container, owner: Principal, fault: Fault
) -> None:
    clients, proxy = behind
    async with await clients.with_key(owner) as client:
        assert (await client.get("/api/v1/jobs")).status_code == 200
        made = [await client.post("/api/v1/keys", json={"name": "before"})]
        await proxy.set(fault)
        start = time.monotonic()
        async with asyncio.timeout(10):  # the bound that the next line is about, with room for a busy machine
            answers = await asyncio.gather(*(client.get("/api/v1/jobs") for _ in range(4)))
            made.append(await client.post("/api/v1/keys", json={"name": "during"}))
        waited = time.monotonic() - start
        assert {answer.status_code for answer in answers} == {503}, waited
        assert all(answer.headers["retry-after"] for answer in answers)
        assert (await client.get("/live")).status_code == 200
        assert (await client.get("/ready")).status_code == 503
        await proxy.set(Fault.NONE)
        await recovered(client)
        made.append(await client.post("/api/v1/keys", json={"name": "after"}))
        kept = {item["id"] for item in (await client.get("/api/v1/keys")).json()["items"]}
        assert {answer.json()["id"] for answer in made if answer.is_success} <= kept
        assert made[-1].status_code == 201


async def test_a_slow_database_is_only_slow(behind: tuple[Clients, FaultProxy], owner: Principal) -> None:
    clients, proxy = behind
    async with await clients.with_key(owner) as client:
        proxy.delay = 0.01
        await proxy.set(Fault.DELAY)
        assert (await client.get("/api/v1/jobs")).status_code == 200


@pytest.mark.parametrize("fault", FAULTS)
async def test_valkey_is_gone_and_comes_back(
    settings: Settings, product_url: str, valkey: ValkeyRig, owner: Principal, fault: Fault
) -> None:
    async with faulty("127.0.0.1", valkey.port) as proxy:
        url = Settings(redis_url=f"redis://127.0.0.1:{proxy.own_port}/0", _env_file=None).redis_url
        container = build(settings.model_copy(update={"redis_url": url}), product_url)
        clients = Clients(container, httpx2.ASGITransport(asgi.build(container), raise_app_exceptions=False))
        async with await clients.with_key(owner) as client:
            assert (await client.get("/api/v1/jobs")).status_code == 200
            await proxy.set(fault)
            assert [(await client.get("/api/v1/jobs")).status_code for _ in range(5)] == [200] * 5
            assert (await client.get("/health")).json()["services"]["cache"] is False
            await proxy.set(Fault.NONE)
            async with asyncio.timeout(10):
                while not (await client.get("/health")).json()["services"]["cache"]:  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
        await container.aclose()
