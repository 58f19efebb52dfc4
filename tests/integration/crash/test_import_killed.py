"""`verivita import jobs` on real postings, killed with -9 again and again: everything once, everything reported."""

from __future__ import annotations

import time

import pytest

from tests.integration.crash.installation import INDEXED, VECTORS, kill, make, moments, real_postings, state

SEED = 20_150_101
PARTLY = 7
"""Exit code of an import that refused some records."""


def undisturbed(folder, data):
    """What one quiet run leaves, and how many seconds the command took."""
    calm = make(folder)
    calm.keep_database()
    try:
        (calm.folder / "hn.jsonl").write_bytes(data)
        began = time.monotonic()
        calm.run("import", "jobs", "hn.jsonl", fine=(PARTLY,))
        return state(calm), time.monotonic() - began
    finally:
        calm.server.stop()


def disturbed(folder, data, seconds, kills):
    """Kill the import at each of the moments, then let it end; the installation."""
    other = make(folder)
    other.keep_database()
    (other.folder / "hn.jsonl").write_bytes(data)
    for moment in moments(SEED, kills, seconds):
        process = other.start("import", "jobs", "hn.jsonl")
        time.sleep(moment)
        kill(process)
    return other


def check(tmp_path, lines, kills):
    data = real_postings(lines)
    calm, seconds = undisturbed(tmp_path / "calm", data)
    assert [run[2] for run in calm["runs"]] == [lines]
    other = disturbed(tmp_path / "other", data, seconds, kills)
    try:
        before = other.ask("SELECT status, position FROM import_runs ORDER BY id")
        other.run("import", "jobs", "hn.jsonl", fine=(PARTLY,))
        after = state(other)
        for name in ("jobs", "sightings", "placed"):
            assert after[name] == calm[name], name
        # A kill between the last batch and the next start leaves a finished run, and the file is taken a second time:
        # then that run found all unchanged. Otherwise there is one run, and it counts what the quiet one counts.
        assert after["runs"][0] == calm["runs"][0], before
        for again in after["runs"][1:]:
            assert again[1] == "succeeded"
            assert (again[3], again[4], again[6]) == (0, 0, 0)
        assert all(run[2] == sum(run[3:8]) for run in after["runs"])
        ((indexed, total),) = other.ask(INDEXED)
        assert indexed == total == len(calm["jobs"])
        assert other.ask(VECTORS) == [(total,)]
    finally:
        other.server.stop()


@pytest.mark.nightly
def test_killed_at_five_moments(tmp_path):
    check(tmp_path, 300, 5)


@pytest.mark.nightly
@pytest.mark.timeout(1500)
def test_killed_at_twenty_moments(tmp_path):
    check(tmp_path, 1500, 20)
