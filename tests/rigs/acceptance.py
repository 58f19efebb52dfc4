"""Pytest plugin: which acceptance rows each test carries, and how many tests of each kind a run had.

Rows are checked against the table and written out after a run; kinds are the folders of tests/ and the markers.

Loaded by `-p tests.rigs.acceptance` (the Makefile does) or by `pytest_plugins`. Works under pytest-xdist: the ids
travel in `user_properties`, so the controller sees them in the reports.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "reference" / "acceptance.csv"
PROPERTY, KIND = "acceptance", "kind"
MARKERS = ("edge", "security", "performance", "browser", "nightly")


def rows() -> dict[str, dict[str, str]]:
    """The acceptance table: id -> {id, area, what}, in the order of the file."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--acceptance-json PATH` writes {row id: {test id: outcome}} when the session ends."""
    parser.addoption("--acceptance-json", metavar="PATH", help="write acceptance rows and their tests to PATH")


def kinds(item: pytest.Item) -> list[str]:
    """The folder below tests/ and the special markers of a test; `happy` when it has none of the first three."""
    folder = item.path.relative_to(ROOT / "tests").parts[0] if item.path.is_relative_to(ROOT / "tests") else "elsewhere"
    special = [name for name in MARKERS if item.get_closest_marker(name)]
    return [folder, *(special if set(special) & set(MARKERS[:3]) else [*special, "happy"])]


class Recorder:
    """Collects test ids and outcomes per acceptance row during one session."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.tests: dict[str, dict[str, str]] = {}
        self.kinds: dict[str, set[str]] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Reads the markers; an id that the table does not know stops the run."""
        known, wrong = rows(), []
        for item in items:
            item.user_properties += [(KIND, kind) for kind in kinds(item)]
            for mark in item.iter_markers("acceptance"):
                wrong += [f"{item.nodeid}: {row!r}" for row in mark.args if row not in known]
                for row in mark.args:
                    item.user_properties.append((PROPERTY, row))
                    self.tests.setdefault(row, {}).setdefault(item.nodeid, "not run")
        if wrong:
            raise pytest.UsageError("unknown acceptance rows:\n  " + "\n  ".join(wrong))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keeps the worst outcome over set-up, call and tear-down."""
        for name, row in report.user_properties:
            if name == KIND:
                self.kinds.setdefault(str(row), set()).add(report.nodeid)
            if name != PROPERTY:
                continue
            outcomes = self.tests.setdefault(str(row), {})
            tells = report.when == "call" or report.outcome != "passed"
            if tells and outcomes.get(report.nodeid) != "failed":
                outcomes[report.nodeid] = report.outcome

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """One line: how many tests of each kind ran or were skipped; a test without a special marker is `happy`."""
        counts = ", ".join(f"{kind} {len(tests)}" for kind, tests in sorted(self.kinds.items()))
        terminalreporter.write_line(f"tests by kind: {counts or 'none'}")

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Writes the file on the controller (an xdist worker has `workerinput`)."""
        if self.path is not None and not hasattr(session.config, "workerinput"):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text(json.dumps(self.tests, indent=1, sort_keys=True), encoding="utf-8")


def pytest_configure(config: pytest.Config) -> None:
    """Registers one recorder for the session."""
    path = config.getoption("--acceptance-json")
    config.pluginmanager.register(Recorder(Path(path) if path else None), "acceptance-recorder")
