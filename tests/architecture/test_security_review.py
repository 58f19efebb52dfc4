"""The review of security: the static scan is clean, each exception says why, the checklist names rows that exist."""

from __future__ import annotations

import csv
import re
import subprocess
import sys

import pytest

from tests.docs.markdown import ROOT

pytestmark = pytest.mark.acceptance("SEC-06")
CHECKLIST = ROOT / "docs/explanation/security-checklist.md"
UNREASONED = re.compile(r"# noqa: ?(?:[A-Z]+\d+, ?)*S\d+(?:, ?[A-Z]+\d+)*\s*$", re.MULTILINE)


def test_the_static_scan_finds_nothing() -> None:
    """The rules of Bandit, as ruff knows them, over all that is shipped."""
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--select", "S", "--ignore", "S101", "--no-cache", "src"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout


def test_each_exception_says_why() -> None:
    files = (ROOT / "src").rglob("*.py")
    assert [path.name for path in files if UNREASONED.search(path.read_text(encoding="utf-8"))] == []
    assert UNREASONED.search("run(x)  # noqa: S603\n")
    assert not UNREASONED.search("run(x)  # noqa: S603 - a fixed path\n")


def test_the_scan_sees() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--select", "S", "--no-cache", "-"],
        input="import subprocess\nsubprocess.run('ls ' + input(), shell=True)\n",
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "S602" in done.stdout


def test_every_row_of_the_checklist_is_a_row() -> None:
    with (ROOT / "docs/reference/acceptance.csv").open(encoding="utf-8") as file:
        known = {row["id"] for row in csv.DictReader(file)}
    table = [line for line in CHECKLIST.read_text(encoding="utf-8").splitlines() if line.startswith("| ")][2:]
    named = {row for line in table for row in re.findall(r"\b[A-Z]{2,4}-\d{2}\b", line.rsplit("|", 2)[1])}
    assert len(table) >= 15
    assert named - known == set()
