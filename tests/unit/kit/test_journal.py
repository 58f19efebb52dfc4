"""The kept log lines: bounded, whole, the owner's alone, and found by what one looks for."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verivita.kit.journal import Journal, WantedLines, _backwards, search

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def said(number: int, event: str = "request", **more: str) -> str:
    at = (NOON + timedelta(seconds=number)).isoformat()
    return json.dumps({"timestamp": at, "level": "info", "event": event, "n": number, **more}) + "\n"


def numbers(folder: Path, **wanted: str) -> list[object]:
    return [line.about["n"] for line in search(folder, WantedLines(**wanted))]


def test_lines_come_back_newest_first_from_all_processes(tmp_path: Path) -> None:
    api, worker = Journal(tmp_path, "api", 10_000), Journal(tmp_path, "worker", 10_000)
    for number in range(6):
        (api if number % 2 else worker).write(said(number))
    assert numbers(tmp_path) == [5, 4, 3, 2, 1, 0]
    assert numbers(tmp_path, role="api") == [5, 3, 1]
    assert {line.role for line in search(tmp_path, WantedLines())} == {"api", "worker"}


@pytest.mark.parametrize("field", ["request_id", "task_id", "trace", "person"])
def test_one_finds_what_belongs_together(tmp_path: Path, field: str) -> None:
    journal = Journal(tmp_path, "api", 10_000)
    journal.write(said(1, **{field: "abc"}))
    journal.write(said(2, **{field: "abcd"}))
    journal.write(said(3, other="abc"))
    assert numbers(tmp_path, **{field: "abc"}) == [1]


def test_level_and_words(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "api", 10_000)
    for number, level in enumerate(("debug", "info", "warning", "error", "critical")):
        journal.write(said(number, f"Something {level}", level=level))
    assert numbers(tmp_path, level="warning") == [4, 3, 2]
    assert numbers(tmp_path, words="something INFO") == [1]


def test_it_never_grows_past_its_bound_and_loses_the_oldest(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "api", 4_000)
    for number in range(500):
        journal.write(said(number))
        assert sum(path.stat().st_size for path in tmp_path.glob("*.jsonl*")) <= 4_000
    kept = numbers(tmp_path)
    assert kept == list(range(499, 499 - len(kept), -1))
    assert len(kept) > 15


def test_two_processes_of_a_role_write_into_one(tmp_path: Path) -> None:
    first, second = Journal(tmp_path, "api", 6_000), Journal(tmp_path, "api", 6_000)
    for number in range(300):
        (first if number % 3 else second).write(said(number))
    kept = numbers(tmp_path)
    assert kept == sorted(kept, reverse=True)  # type: ignore[type-var]
    assert kept[0] == 299
    assert len(kept) > 25


@pytest.mark.security
def test_it_is_the_owners_alone(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "logs", "api", 300)
    for number in range(20):
        journal.write(said(number))
    assert stat.S_IMODE((tmp_path / "logs").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "logs").iterdir()} == {0o600}


@pytest.mark.edge
def test_half_a_line_is_passed_over(tmp_path: Path) -> None:
    Journal(tmp_path, "api", 10_000).write(said(1) + '{"timestamp": "2026-11-21T12:00:09Z", "le')
    Journal(tmp_path, "ml", 10_000).write('[]\nnull\n{"timestamp": 5}\n' + said(2))
    assert numbers(tmp_path) == [2, 1]


@pytest.mark.edge
def test_a_disk_that_takes_nothing_stops_nobody(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "api", 10_000)
    journal.close()
    journal.write(said(1))
    assert numbers(tmp_path) == []


@given(st.lists(st.binary(min_size=1, max_size=300).filter(lambda b: b"\n" not in b), max_size=30), st.integers(1, 50))
def test_backwards_is_the_lines_reversed(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], size: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "backwards"
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("verivita.kit.journal._BLOCK", size)
        assert list(_backwards(path)) == lines[::-1]
