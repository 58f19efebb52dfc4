"""The acceptance table and the markers agree; a typing slip in a marker must not look like a proof."""

from __future__ import annotations

import ast
import json
import subprocess
import sys

import pytest

from tests.architecture.source import ROOT
from tests.rigs.acceptance import rows


def marked(module: ast.Module) -> list[str]:
    """Arguments of every `pytest.mark.acceptance(...)`; one that is not a plain text is given as it is written."""
    found = []
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "acceptance":
            found += [a.value if isinstance(a, ast.Constant) else ast.unparse(a) for a in node.args]
            if not node.args:
                found.append("(no row)")
    return found


def test_the_check_sees():
    assert marked(ast.parse("@pytest.mark.acceptance('RET-04', 'X-1')\ndef test(): ...")) == ["RET-04", "X-1"]


def test_the_table_has_244_rows_each_with_words():
    table = rows()
    assert len(table) == 244
    assert [row for row in table.values() if not (row["area"] and row["what"])] == []


def test_every_marker_names_a_row():
    known = set(rows())
    wrong = {}
    for path in sorted((ROOT / "tests").rglob("*.py")):
        unknown = [row for row in marked(ast.parse(path.read_text(encoding="utf-8"))) if row not in known]
        if unknown and path.name != "test_acceptance_rows.py":
            wrong[path.relative_to(ROOT).as_posix()] = unknown
    assert wrong == {}


@pytest.mark.acceptance("DEV-06")
def test_a_run_counts_its_kinds_and_keeps_the_outcome_of_each_row(tmp_path):
    """A real run of pytest with two workers over four small tests, as `make test` runs them."""
    (tmp_path / "test_small.py").write_text(
        "import pytest\n"
        "@pytest.mark.acceptance('RET-04')\ndef test_good(): assert True\n"
        "@pytest.mark.acceptance('RET-04')\n@pytest.mark.edge\ndef test_bad(): assert False\n"
        "@pytest.mark.security\ndef test_safe(): assert True\n"
        "@pytest.mark.acceptance('RET-05')\ndef test_out():\n    pytest.skip('no data')\n"
    )
    out = tmp_path / "rows.json"
    command = [sys.executable, "-m", "pytest", "-p", "tests.rigs.acceptance", "-p", "no:cacheprovider", "-n", "2"]
    command += ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path), "--acceptance-json", str(out)]
    done = subprocess.run(
        [*command, str(tmp_path / "test_small.py")], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert "tests by kind: edge 1, elsewhere 4, happy 2, security 1" in done.stdout, done.stdout + done.stderr
    found = json.loads(out.read_text())
    assert {row: sorted(tests.values()) for row, tests in found.items()} == {
        "RET-04": ["failed", "passed"],
        "RET-05": ["skipped"],
    }


def test_an_unknown_row_stops_the_run(tmp_path):
    (tmp_path / "test_slip.py").write_text(
        "import pytest\n@pytest.mark.acceptance('RET-4')\ndef test_x(): assert True\n"
    )
    command = [sys.executable, "-m", "pytest", "-p", "tests.rigs.acceptance", "-p", "no:cacheprovider"]
    command += ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path), str(tmp_path / "test_slip.py")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 4
    assert "unknown acceptance rows" in done.stdout + done.stderr
