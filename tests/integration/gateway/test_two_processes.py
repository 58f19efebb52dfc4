"""Two API processes behind a balancer share PostgreSQL and Valkey alone; one is killed, the other drains."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import httpx2
import pytest

from tests.rigs.servers import ApiProcess, api_env, balanced
from tests.rigs.valkey import ValkeyRig, free_port
from verivita.bootstrap.container import Container
from verivita.core.principal import Principal
from verivita.features.identity import NOBODY

BODY = b'{"name": "finished while draining"}'


@pytest.mark.acceptance("OPS-05", "OPS-03")
async def test_a_session_outlives_a_process_and_a_request_outlives_sigterm(
    container: Container, owner: Principal, product_url: str, tmp_path: Path, valkey: ValkeyRig
) -> None:
    env = api_env(product_url, tmp_path / "data", valkey.url)
    env |= {"VERIVITA_REDIS_TIMEOUT_MS": "5000", "VERIVITA_QUESTIONS_PER_DAY": "10"}
    first, second = ApiProcess(free_port(), env), ApiProcess(free_port(), env)
    try:
        first.start()
        second.start()
        await asyncio.to_thread(first.wait_ready)
        await asyncio.to_thread(second.wait_ready)
        async with balanced(first.port, second.port) as port:
            await _session(container, owner, port, first)
        await _limits(container, owner, second.port)
        await _drains(container, owner, second)
    finally:
        first.stop()
        second.stop()


async def _session(container: Container, owner: Principal, port: int, first: ApiProcess) -> None:
    session = await container.identity.enter(NOBODY, (await container.identity.owner_link(owner)).secret)
    cookies = {"verivita_session": session.secret}
    limits = httpx2.Limits(max_keepalive_connections=0)  # every request goes to the next process
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", cookies=cookies, limits=limits) as client:
        assert [(await client.get("/api/v1/users/me")).status_code for _ in range(4)] == [200] * 4
        first.signal(signal.SIGKILL)
        assert first.process is not None
        await asyncio.to_thread(first.process.wait)
        assert [(await client.get("/api/v1/users/me")).status_code for _ in range(4)] == [200] * 4


async def _limits(container: Container, owner: Principal, port: int) -> None:
    """What this process counts, the dead one's successor would count on."""
    key = await container.identity.create_key(owner, "asks")
    headers = {"Authorization": f"Bearer {key.secret}"}
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60) as client:
        asked = [client.post("/api/v1/query", json={"query": "What is a gradient?"}) for _ in range(14)]
        assert sorted(answer.status_code for answer in await asyncio.gather(*asked)) == [200] * 10 + [429] * 4


async def _drains(container: Container, owner: Principal, server: ApiProcess) -> None:
    key = await container.identity.create_key(owner, "drain")
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    head = f"POST /api/v1/keys HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key.secret}\r\n"
    head += f"content-type: application/json\r\ncontent-length: {len(BODY)}\r\n\r\n"
    writer.write(head.encode() + BODY[:5])
    await writer.drain()
    await asyncio.sleep(0.5)
    server.signal(signal.SIGTERM)
    await asyncio.sleep(1)
    writer.write(BODY[5:])
    await writer.drain()
    answer = await asyncio.wait_for(reader.read(), 25)
    assert answer.startswith(b"HTTP/1.1 201 "), answer[:200]
    writer.close()
    assert server.process is not None
    assert await asyncio.to_thread(server.process.wait, 30) in (0, -signal.SIGTERM)
    assert "finished while draining" in [found.name for found in await container.identity.keys(owner)]
