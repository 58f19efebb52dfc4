"""The ML service is killed under a running product: search goes on by words and says so, and comes back by itself."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rigs.valkey import free_port
from verivita.bootstrap import demo
from verivita.bootstrap.container import build
from verivita.bootstrap.providers import Process
from verivita.bootstrap.settings import Settings
from verivita.core.errors import Unavailable
from verivita.features.identity import NOBODY
from verivita.features.search import SearchRequest, SearchResult


def service(port: int, folder: Path) -> subprocess.Popen[bytes]:
    """`verivita ml` as it runs, with the shipped encoder."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("VERIVITA_", "DATABASE"))}
    env |= {"VERIVITA_DATA_DIR": str(folder), "VERIVITA_ML_PORT": str(port)}
    return subprocess.Popen([sys.executable, "-m", "verivita", "ml"], env=env)


@pytest.mark.acceptance("RET-13")
async def test_killed_and_started_again(product_url: str, tmp_path: Path) -> None:
    port, number = free_port(), iter(range(1000))
    settings = Settings(data_dir=tmp_path / "data", ml_port=port, demo=False, _env_file=None)
    running = await asyncio.to_thread(service, port, tmp_path / "data")
    made = build(settings, product_url, Process.REMOTE)

    async def search() -> SearchResult:
        # A new question each time: a remembered vector would answer for a service that is gone.
        return await made.search.postings(owner, SearchRequest(query=f"data engineer python {next(number)}"))

    async def until(mode: str) -> SearchResult:
        for _ in range(600):
            if (found := await search()).mode == mode:
                return found
            await asyncio.sleep(0.1)
        raise AssertionError(f"search never was {mode}")

    async def answers() -> bool:
        try:
            return bool((await made.embedder.embed([f"awake {next(number)}"])).size)
        except Unavailable:
            return False

    try:
        for _ in range(600):
            if await answers():
                break
            await asyncio.sleep(0.1)
        owner = await made.identity.owner(NOBODY)
        await demo.add(made, owner)
        await made.worker().run(wait=False)
        whole = await until("hybrid")
        running.kill()
        await asyncio.to_thread(running.wait)

        found = await search()
        assert (found.mode, found.found.total > 0) == ("lexical", True)
        silent = {leg.name: leg.why_not for leg in found.legs if not leg.ran}
        assert set(silent) == {"dense"}
        assert "ML service" in silent["dense"]
        assert (await made.health())["ml"] is False

        running = await asyncio.to_thread(service, port, tmp_path / "data")
        back = await until("hybrid")
        for one in (whole, back):
            assert {leg.name for leg in one.legs if leg.ran and leg.found} >= {"dense", "lexical"}
    finally:
        running.kill()
        await asyncio.to_thread(running.wait)
        await made.aclose()
