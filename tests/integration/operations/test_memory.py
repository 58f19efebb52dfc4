"""The memory of the API is measured, and does not grow with the number of requests."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path

import httpx2
import pytest

from tests.rigs.product import Clients
from tests.rigs.servers import ApiProcess, api_env
from tests.rigs.valkey import free_port
from verivita.bootstrap import demo
from verivita.bootstrap.container import Container
from verivita.core.principal import Principal

MB = 2**20
MOST = 200
"""What the API may hold after ten thousand requests."""
ASKED = ("/api/v1/users/me", "/api/v1/jobs", "/api/v1/jobs/recommendations", "/jobs", "/papers", "/no/such/page")
"""What is read again and again; every tenth time a search, whose words are always others."""


def gauge(text: str) -> float:
    found = re.search(r"^process_resident_memory_bytes (\S+)$", text, re.MULTILINE)
    assert found is not None, text[:500]
    return float(found[1])


def held() -> int:
    """Resident bytes of this process, as the kernel says."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.acceptance("AN-09")
async def test_the_gauge_is_the_memory_of_this_process(clients: Clients) -> None:
    async with clients.nobody() as client:
        said = gauge((await client.get("/metrics")).text)
    assert abs(said - held()) < 64 * MB


@pytest.mark.nightly
@pytest.mark.performance
@pytest.mark.acceptance("AN-09", "PF-05")
@pytest.mark.timeout(3600)
async def test_ten_thousand_requests_leave_nothing_behind(
    container: Container, owner: Principal, product_url: str, tmp_path: Path
) -> None:
    await demo.add(container, owner)
    await container.worker().run(wait=False)
    key = await container.identity.create_key(owner, "many")
    env = api_env(product_url, tmp_path / "data", None)
    env |= {"VERIVITA_REQUESTS_PER_MINUTE": "10000000", "VERIVITA_BURST": "10000000"}
    env |= {"VERIVITA_TENANT_REQUESTS_PER_MINUTE": "100000000"}
    env |= {"VERIVITA_DATABASE_PATIENCE_S": "30"}  # a busy machine is no outage
    api = ApiProcess(free_port(), env)
    try:
        api.start()
        await asyncio.to_thread(api.wait_ready)
        headers = {"Authorization": f"Bearer {key.secret}"}
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{api.port}", headers=headers, timeout=60) as client:
            sizes = [await _after(client, count) for count in (2_000, 5_000, 5_000)]
    finally:
        api.stop()
    print(f"resident MB after 2,000, 7,000 and 12,000 requests: {[round(one / MB, 1) for one in sizes]}")
    # Caches that are bounded fill up first; what a leak of one kilobyte a request would add is 5 MB more each time.
    assert sizes[2] - sizes[1] < 8 * MB
    assert sizes[2] - sizes[0] < 24 * MB
    assert sizes[2] < MOST * MB


async def _after(client: httpx2.AsyncClient, count: int) -> float:
    """The memory once so many more requests were answered, eight at a time."""

    async def ask(number: int) -> None:
        if number % 10:
            answer = await client.get(ASKED[number % len(ASKED)], headers={"Accept": "text/html"})
        else:
            answer = await client.post("/api/v1/jobs/search", json={"query": f"engineer number {number}", "limit": 5})
        assert answer.status_code < 500, answer.text[:300]

    for start in range(0, count, 8):
        await asyncio.gather(*(ask(number) for number in range(start, min(count, start + 8))))
    return gauge((await client.get("/metrics")).text)
