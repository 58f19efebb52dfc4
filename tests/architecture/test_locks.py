"""The lock files: every line has a hash, none has a host, and they agree with each other and with pyproject."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.architecture.source import ROOT

LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-bench.txt")
# A peer of the benchmarks may hold a package of ours back; each such case stands here with its reason.
HELD_BACK = {"huggingface-hub": "fastembed, a peer of the embedding benchmark, needs a version below 2"}


def pins(lock: str) -> dict[str, set[str]]:
    """Name -> versions (more than one where a marker chooses)."""
    found: dict[str, set[str]] = {}
    for line in (ROOT / lock).read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", line):
            found.setdefault(match.group(1).lower(), set()).add(match.group(2))
    return found


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted(requirements: list[str]) -> set[str]:
    return {normal(re.split(r"[\[<>=!~; ]", line)[0]) for line in requirements}


@pytest.mark.parametrize("lock", [*LOCKS, "requirements-pip.txt"])
def test_every_pin_has_a_hash_and_no_line_has_a_host(lock):
    content = (ROOT / lock).read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[A-Za-z0-9])", content)
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert re.findall(r"https?://|--index-url|--find-links|^-[ir] |@ file", content, flags=re.MULTILINE) == []


@pytest.mark.acceptance("DEV-12")
def test_the_lock_files_agree():
    runtime, dev, bench = (pins(lock) for lock in LOCKS)
    assert {name: versions for name, versions in runtime.items() if dev.get(name) != versions} == {}
    assert {n for n, versions in runtime.items() if bench.get(n) != versions} - set(HELD_BACK) == set()


@pytest.mark.acceptance("DEV-12")
def test_the_lock_files_hold_what_pyproject_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    base, groups = project["project"]["dependencies"], project["dependency-groups"]
    for lock, lines in zip(LOCKS, (base, base + groups["dev"], base + groups["bench"]), strict=True):
        assert wanted(lines) - {normal(name) for name in pins(lock)} == set(), lock
