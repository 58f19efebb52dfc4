"""The real postings, taken in by the product and searched through HTTP in a running installation."""

from __future__ import annotations

import asyncio
import gzip
import os
import re
import tempfile
import time
from itertools import islice
from pathlib import Path

import httpx2
import numpy as np

from bench.http import free_ports, memory, settled, stop, up
from bench.report import Outcome
from verivita.bootstrap.container import build
from verivita.bootstrap.database import located
from verivita.bootstrap.settings import Settings
from verivita.features.identity import NOBODY

QUERIES = (
    "remote python backend", "senior data engineer spark airflow", "machine learning engineer pytorch",
    "react frontend developer typescript", "devops kubernetes aws terraform", "product manager fintech",
    "embedded c++ engineer", "site reliability on call", "ios swift developer", "data scientist statistics sql",
    "golang microservices berlin", "security engineer penetration testing", "android kotlin", "ruby on rails startup",
    "postgresql database administrator", "computer vision robotics", "technical writer", "scala functional programming",
    "infrastructure engineer london", "graphics programmer games",
)  # fmt: skip
SHADES = ("", "small team", "healthcare", "climate", "open source", "equity", "mentoring", "part time", "education")
"""Each query is asked in as many shades, so that no answer of before is at hand."""


def into(outcome: Outcome, data: Path, limit: int | None) -> None:
    """Add the set `jobs-http`: every real posting (or `limit` of them) imported, then one caller's searches."""
    packed = sorted(path for path in data.glob("jobs/*/*.jsonl.gz") if path.parent.name != "usajobs_titles")
    if not packed:
        outcome["skipped"]["jobs-http"] = "no packed postings"
        return
    with tempfile.TemporaryDirectory(prefix="verivita-bench-") as folder:
        given = os.environ.get("VERIVITA_BENCH_INSTALLATION")
        home = Path(given) if given else Path(folder)
        figures = {} if given else asyncio.run(_filled(home, packed, limit))
        figures |= _asked(home)
    outcome["sets"]["jobs-http"] = {f"default/{name}": value for name, value in figures.items()}


async def _quiet(done: int, stage: str) -> None:
    pass


async def _filled(home: Path, packed: list[Path], limit: int | None) -> dict[str, float]:
    settings = Settings(data_dir=home, demo=False, _env_file=None)
    with located(settings) as found:
        container = build(settings, found.url)
        owner = await container.identity.owner(NOBODY)
        start, left = time.perf_counter(), limit
        for path in packed:
            content = path.read_bytes()
            if left is not None:
                with gzip.open(path, "rb") as stream:
                    content = b"".join(islice(stream, left))
                left -= content.count(b"\n")
            if content:
                await container.postings.import_file(owner, path.name.removesuffix(".gz") if left is not None else path.name, content, _quiet)  # fmt: skip  # noqa: E501
        stored = time.perf_counter()
        await container.postings.index(owner, _quiet)
        figures = {"import_s": stored - start, "index_s": time.perf_counter() - stored}
        await container.aclose()
    return figures


def _asked(home: Path) -> dict[str, float]:
    ports = free_ports(2)
    env = os.environ | {
        "VERIVITA_DATA_DIR": str(home),
        "VERIVITA_DEMO": "false",
        "VERIVITA_PORT": str(ports[0]),
        "VERIVITA_ML_PORT": str(ports[1]),
        "VERIVITA_REQUESTS_PER_MINUTE": "1000000",
        "VERIVITA_BURST": "100000",
    }
    _, process, link = up(env)
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{ports[0]}", timeout=60) as client:
            client.post("/enter", data={"token": link.split("token=")[1]}, follow_redirects=False)
            settled(client)
            found = re.search(r'name="csrf(?:_token)?" value="([0-9a-f]+)"', client.get("/settings").text)
            headers = {"X-CSRF-Token": found.group(1)} if found else {}
            figures = {"postings": float(client.get("/api/v1/jobs?limit=1").json()["total"])}
            times: list[float] = []
            for shade in SHADES:
                for query in QUERIES:
                    start = time.perf_counter()
                    answer = client.post(
                        "/api/v1/jobs/search", json={"query": f"{query} {shade}", "limit": 10}, headers=headers
                    )
                    times.append((time.perf_counter() - start) * 1000)
                    if answer.status_code != 200 or answer.json()["search_mode"] != "hybrid":
                        raise RuntimeError(f"{answer.status_code} {answer.text[:200]}")
        p50, p95 = np.quantile(times[len(QUERIES) :], [0.5, 0.95])
        return figures | {"http_p50_ms": float(p50), "http_p95_ms": float(p95)} | memory(process.pid)
    finally:
        stop(process)
