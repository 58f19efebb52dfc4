"""A running `verivita up` whose parts are killed with -9 in the middle of imports: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from pathlib import Path

import pytest

from tests.integration.crash.installation import INDEXED, Installation, make, moments, real_postings, state
from tests.integration.library.papers import RESUME
from verivita.bootstrap.container import build
from verivita.bootstrap.database import NAME
from verivita.bootstrap.settings import Settings
from verivita.core.errors import Unavailable
from verivita.features.identity import NOBODY
from verivita.features.library import DocumentKind

SEED = 11_235
IDLE = "SELECT count(*) FROM task_runs WHERE status IN ('queued', 'running')"
LEFT = "SELECT count(*) FROM procrastinate_jobs WHERE status <> 'failed'"
PAPERS = (
    "SELECT d.status, d.error_code, count(DISTINCT p.id), count(DISTINCT f.id), d.understood_lines, d.total_lines "
    "FROM documents d LEFT JOIN passages p ON p.document_id = d.id LEFT JOIN facts f ON f.document_id = d.id "
    "GROUP BY d.id ORDER BY d.size"
)
PASSAGES = (
    "SELECT (SELECT count(*) FROM passages), (SELECT count(*) FROM vector_points WHERE collection LIKE 'passages%')"
)
SCORES = (
    "SELECT j.url, s.overall_score FROM job_match_scores s JOIN jobs j ON j.id = s.job_id "
    "WHERE j.is_active AND s.job_version = j.version ORDER BY 1"
)


def child(of: int, role: str) -> int | None:
    """The process of a role below the process `of`."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            words = (entry / "cmdline").read_bytes().split(b"\x00")
        except (OSError, IndexError):
            continue
        if parent == of and role.encode() in words:
            return int(entry.name)
    return None


def postmaster(home: Installation) -> int | None:
    try:
        return int((home.data / "postgres" / "cluster" / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


async def hand_in(home: Installation, what: list[tuple[str, bytes]]) -> None:
    """Papers and a file of postings, acknowledged one by one; what is refused for now is given again."""
    settings = Settings(data_dir=home.data, embedder="hashing", demo=False, _env_file=None)
    for name, data in what:
        for _ in range(300):
            try:
                container = build(settings, home.server.url(NAME))
            except Exception:
                await asyncio.sleep(0.2)
                continue
            try:
                owner = await container.identity.owner(NOBODY)
                if name.endswith(".jsonl"):
                    await container.postings.queue_import(owner, name, data)
                else:
                    await container.library.add(owner, name, data, DocumentKind.RESUME)
                break
            except Unavailable:
                await asyncio.sleep(0.2)
            finally:
                await container.aclose()
        else:
            raise AssertionError(f"{name} was never taken: {home.said()[-2000:]}")


def given(lines: int) -> list[tuple[str, bytes]]:
    papers = [(f"mira-{n}.md", (RESUME + f"\n- Line {'x' * n}\n").encode()) for n in range(4)]
    return [*papers[:2], ("hn.jsonl", real_postings(lines)), *papers[2:], ("broken.pdf", b"%PDF-1.4 no" + b" " * 2000)]


def kept(home: Installation) -> dict[str, object]:
    """What is there at the end; how far a batch had come when it was cut is no matter of it."""
    found: dict[str, object] = dict(state(home))
    found["papers"], found["scores"] = home.ask(PAPERS), home.ask(SCORES)
    ((passages, vectors),) = home.ask(PASSAGES)
    assert passages == vectors
    ((indexed, total),) = home.ask(INDEXED)
    assert indexed == total
    return found


def quiet(folder: Path, lines: int) -> dict[str, object]:
    """The same work, done task by task by a worker in this process, which nobody disturbs."""
    home = make(folder)
    home.keep_database()
    try:
        asyncio.run(_task_by_task(home, lines))
        return kept(home)
    finally:
        home.server.stop()


async def _task_by_task(home: Installation, lines: int) -> None:
    await hand_in(home, given(lines))
    container = build(
        Settings(data_dir=home.data, embedder="hashing", demo=False, _env_file=None), home.server.url(NAME)
    )
    try:
        while home.ask(IDLE) != [(0,)] or home.ask(LEFT) != [(0,)]:
            await container.worker().run(wait=False)
    finally:
        await container.aclose()


def live(folder: Path, lines: int, disturb) -> dict[str, object]:
    """Run `up`, hand everything in while `disturb` does its work, wait for the end of all tasks; what is there then."""
    home = make(folder)
    up = home.start("up")
    try:
        home.wait("SELECT count(*) FROM tenants", lambda rows: rows == [(1,)], 90)
        asyncio.run(_both(home, up.pid, lines, disturb))
        home.wait(IDLE, lambda rows: rows == [(0,)], 200)
        home.wait(LEFT, lambda rows: rows == [(0,)], 100)
        return kept(home)
    finally:
        up.terminate()
        try:
            up.wait(timeout=60)
        finally:
            if up.poll() is None:
                os.killpg(up.pid, signal.SIGKILL)
            home.server.stop()


async def _both(home: Installation, up: int, lines: int, disturb) -> None:
    await asyncio.gather(hand_in(home, given(lines)), asyncio.to_thread(disturb, home, up))


def killer(kills: int, over: float):
    """Kills the database, a worker or the api at seeded moments."""

    def disturb(home: Installation, up: int) -> None:
        source = random.Random(SEED)
        victims = ["database", "worker", "api"]
        for number, pause in enumerate(sorted(moments(SEED, kills, over))):
            time.sleep(pause / kills * 2)
            who = victims[number % 3] if number < 3 else source.choice(victims)
            pid = postmaster(home) if who == "database" else child(up, who)
            if pid is not None:
                os.kill(pid, signal.SIGKILL)

    return disturb


def check(tmp_path: Path, lines: int, kills: int, over: float) -> None:
    calm = quiet(tmp_path / "calm", lines)
    assert len(calm["papers"]) == 5  # type: ignore[arg-type]
    assert [run[1:3] for run in calm["runs"]] == [("succeeded", lines)]  # type: ignore[attr-defined]
    shaken = live(tmp_path / "shaken", lines, killer(kills, over))
    for name, rows in calm.items():
        assert shaken[name] == rows, name


@pytest.mark.nightly
@pytest.mark.acceptance("OPS-06")
@pytest.mark.timeout(280)
def test_database_worker_and_api_are_killed_once_each(tmp_path):
    check(tmp_path, 250, 3, 12.0)


@pytest.mark.nightly
@pytest.mark.acceptance("OPS-06")
@pytest.mark.timeout(1500)
def test_killed_again_and_again(tmp_path):
    check(tmp_path, 1200, 12, 60.0)
