"""A worker that is killed in the middle of a task: another one takes it up, and it is done once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.crash.installation import kill, make, real_postings
from verivita.bootstrap.container import build
from verivita.bootstrap.settings import Settings
from verivita.features.identity import NOBODY

DONE = "succeeded"


@pytest.mark.nightly
@pytest.mark.acceptance("OPS-06", "JOB-16")
async def test_a_task_of_a_killed_worker_is_done_once_by_the_next(tmp_path: Path):
    home = make(tmp_path / "home")
    data = real_postings(450)
    home.keep_database()
    settings = Settings(data_dir=home.data, embedder="hashing", demo=False, _env_file=None)
    container = build(settings, home.server.url("verivita"))
    try:
        owner = await container.identity.owner(NOBODY)
        run_id, task_id = await container.postings.queue_import(owner, "hn.jsonl", data)
        first = home.start("worker")
        home.wait("SELECT position FROM import_runs", lambda rows: rows[0][0] >= 200, 60)
        kill(first)
        ((position, status),) = home.ask("SELECT position, status FROM import_runs")
        assert status == "running"
        assert 200 <= position < 450
        assert (await container.tasks.get(owner, task_id)).status == "running"
        second = home.start("worker")
        try:
            home.wait(
                "SELECT status FROM task_runs WHERE name = 'postings.import'", lambda r: r == [("succeeded",)], 90
            )
            home.wait("SELECT count(*) FROM procrastinate_jobs", lambda rows: rows == [(0,)], 90)
        finally:
            second.terminate()
            assert second.wait(timeout=40) == 0
        run = await container.postings.run(owner, run_id)
        assert (run.status, run.fetched, run.refused_count >= 2) == ("succeeded", 450, True)
        assert run.fetched == run.new + run.changed + run.unchanged + run.duplicates + run.refused_count
        counts = await container.postings.counts(owner)
        assert (counts.open, counts.waiting) == (run.new, 0)
        assert [p for p in settings.files_dir.rglob("*") if p.is_file()] == []
    finally:
        await container.aclose()
        home.server.stop()
