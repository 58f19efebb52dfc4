"""Budgets of memory and what the encoder keeps of its full precision; the benches print the times beside them."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench import embed, retrieval
from tests.rigs.data import need
from verivita.adapters.embedders.model import SHIPPED_MODEL
from verivita.adapters.ml_service.embedder import RemoteEmbedder
from verivita.adapters.ml_service.nearness import RemoteNearness
from verivita.core.errors import Unavailable
from verivita.engines.grounding import Asked

pytestmark = [pytest.mark.nightly, pytest.mark.performance]
ML_MB = 350
TEXT = "Planned the timetables of forty buses, wrote the tool that drivers see, and answered for its budget. " * 5


def resident_mb(pid: int) -> float:
    """What a process holds in memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


@pytest.fixture
def ml(tmp_path: Path) -> Iterator[tuple[int, str]]:
    """Process id and address of the ML service, as `verivita up` starts it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = {"VERIVITA_DATA_DIR": str(tmp_path), "VERIVITA_ML_PORT": str(port)}
    command = [sys.executable, "-c", "from verivita.entrypoints.cli import main; main()", "ml"]
    with subprocess.Popen(command, env={**os.environ, **given}, stdout=subprocess.DEVNULL) as process:
        yield process.pid, f"127.0.0.1:{port}"
        process.terminate()


@pytest.mark.acceptance("PF-06")
async def test_the_ml_process_stays_within_its_memory(
    ml: tuple[int, str], record_property: Callable[[str, object], None]
) -> None:
    """After texts of every length, a batch, and more sentences laid beside claims than it keeps."""
    pid, address = ml
    encoder, near = RemoteEmbedder(address, SHIPPED_MODEL, timeout=60), RemoteNearness(address, timeout=60)
    until = time.monotonic() + 60
    while True:
        try:
            await encoder.embed(["ready"])
            break
        except Unavailable:
            assert time.monotonic() < until, "the ML service does not answer"
            await asyncio.sleep(0.2)
    words = TEXT.split()
    await encoder.embed([" ".join(words[:length]) for length in range(1, len(words))] * 3)
    for turn in range(4):
        await near.figures([Asked(TEXT, tuple(f"{turn} {n} {TEXT[:90]}" for n in range(400)))])
    held = resident_mb(pid)
    record_property("ml_rss_mb", held)
    await encoder.close()
    await near.close()
    assert held <= ML_MB


@pytest.mark.acceptance("PF-04")
async def test_the_bench_states_the_time_of_a_text_and_the_small_weights_keep_their_meaning(
    record_property: Callable[[str, object], None],
) -> None:
    path = next(iter(sorted(need("jobs/structured").glob("*.jsonl.gz"))))
    found = await embed.both(embed.spread(embed.texts(path), 60))
    record_property("ms_per_text", 1000 / found["texts_per_s"])
    record_property("query_ms_p95", found["query_ms_p95"])
    assert found["cos_mean"] >= 0.99


@pytest.mark.acceptance("PF-10")
@pytest.mark.timeout(900)
async def test_what_a_cosine_means_is_measured_for_the_model(record_property: Callable[[str, object], None]) -> None:
    """Right documents lie higher than others; how high is this model's own, and 0.7 is not its threshold."""
    folder = need("retrieval/cranfield")
    found = await retrieval.modes(retrieval.read(folder, folder / "qrels.trec", None))
    for name, value in found.items():
        if "cosine" in name or "0.7" in name:
            record_property(name, value)
    assert found["dense/cosine_right_p50"] > found["dense/cosine_other_p50"]
    assert 0.0 < found["dense/cosine_threshold"] < 0.9
