"""A real Prometheus scrapes a running API by the configuration of the documents, and finds bounded series there."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from tests.docs.markdown import ROOT, blocks
from tests.rigs.product import Clients
from tests.rigs.servers import served
from tests.rigs.valkey import free_port
from verivita.bootstrap.container import Container
from verivita.core.ids import new_id
from verivita.core.principal import Principal
from verivita.entrypoints import asgi

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.acceptance("AN-04"),
    pytest.mark.skipif(
        shutil.which("prometheus") is None or shutil.which("promtool") is None,
        reason="no prometheus and promtool on the path: `sh scripts/nightly_tools.sh` as root installs them",
    ),
]
PAGE = ROOT / "docs" / "how-to" / "observe.md"


def written(mark: str) -> str:
    """The block of the page with that mark."""
    (found,) = (block for block in blocks(PAGE) if block.mark == mark)
    return found.text


def checked(*words: str, given: bytes = b"") -> str:
    done = subprocess.run(["promtool", *words], input=given, capture_output=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    return (done.stdout + done.stderr).decode()


@asynccontextmanager
async def scraping(folder: Path, target: int) -> AsyncIterator[httpx2.AsyncClient]:
    """A Prometheus with the page's configuration, pointed at the port and in more of a hurry; a client of it."""
    config = written("prometheus").replace("127.0.0.1:8080", f"127.0.0.1:{target}").replace("15s", "1s")
    (folder / "prometheus.yml").write_text(config)
    port = free_port()
    argv = ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/series"]
    with (folder / "said").open("wb") as said:
        process = await asyncio.create_subprocess_exec(
            *argv, f"--web.listen-address=127.0.0.1:{port}", stdout=said, stderr=said
        )
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            yield client
    finally:
        process.terminate()
        await process.wait()


async def answered(client: httpx2.AsyncClient, query: str, enough: str) -> list[dict[str, object]]:
    """What Prometheus answers, once the first value is `enough`; it fails after a minute."""
    async with asyncio.timeout(60):
        while True:
            try:
                found = (await client.get("/api/v1/query", params={"query": query})).json()["data"]["result"]
            except (httpx2.TransportError, KeyError, ValueError):
                found = []
            if found and float(found[0]["value"][1]) >= float(enough):
                return found
            await asyncio.sleep(0.25)


async def test_it_finds_the_api_up_and_its_series_bounded(
    container: Container, clients: Clients, owner: Principal, tmp_path: Path
) -> None:
    async with await clients.with_key(owner) as client:
        for _ in range(5):
            await client.get(f"/api/v1/jobs/{new_id()}")
            await client.get(f"/nowhere/{new_id()}")
    async with served(asgi.build(container)) as port, scraping(tmp_path, port) as prometheus:
        (up,) = await answered(prometheus, "up", "1")
        assert up["metric"]["job"] == "verivita"
        wanted = 'sum by (route, status) (http_requests_total{route="/api/v1/jobs/{job_id}"})'
        (jobs,) = await answered(prometheus, wanted, "5")
        assert jobs["metric"] == {"route": "/api/v1/jobs/{job_id}", "status": "404"}
        (memory,) = await answered(prometheus, "process_resident_memory_bytes", "1e6")
        series = (await prometheus.get("/api/v1/series", params={"match[]": '{job="verivita"}'})).json()["data"]
        assert len(series) < 2000
        labels = {value for one in series for value in one.values()}
        assert [value for value in labels if re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", value)] == []
        assert str(owner.person_id) not in labels


async def test_promtool_finds_nothing_wrong(clients: Clients, owner: Principal, tmp_path: Path) -> None:
    async with await clients.with_key(owner) as client:
        await client.get("/api/v1/jobs")
        text = (await client.get("/metrics")).content
    assert checked("check", "metrics", given=text).strip() == ""
    (tmp_path / "prometheus.yml").write_text(written("prometheus"))
    (tmp_path / "rules.yml").write_text(written("rules"))
    checked("check", "config", str(tmp_path / "prometheus.yml"))
    assert "3 rules found" in checked("check", "rules", str(tmp_path / "rules.yml"))
