"""What delivers the product: floors that can fail, a CI script that is `make test`, three Pythons, real rigs."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import textwrap
import tomllib

import pytest

from tests.architecture.source import ROOT

MOCKS = re.compile(r"^\s*(?:from unittest import .*mock|import unittest\.mock|from unittest\.mock import)", re.M | re.I)


@pytest.mark.acceptance("DEV-05")
@pytest.mark.parametrize(("calls", "status"), [("f(1); f(-1)", 0), ("", 1)])
def test_a_missed_coverage_floor_fails(tmp_path, calls, status):
    """The script of `make test` on coverage data of a small pure module: all of its branches taken, or none."""
    package = tmp_path / "verivita" / "core"
    package.mkdir(parents=True)
    for folder in (package, package.parent):
        (folder / "__init__.py").touch()
    body = """\
        def f(x):
            if x > 0:
                y = 1
                y += 1
                y += 2
                return y
            z = 3
            z += 4
            z += 5
            return z
        """
    (package / "sign.py").write_text(textwrap.dedent(body))
    (tmp_path / "main.py").write_text(f"from verivita.core.sign import f\n{calls}\n")
    env = {key: value for key, value in os.environ.items() if not key.startswith("COV")} | {"PYTHONPATH": str(tmp_path)}
    run = [sys.executable, "-m", "coverage", "run", "--branch", "--include=*/core/*", "main.py"]
    subprocess.run(run, cwd=tmp_path, env=env, check=True)
    floors = [sys.executable, str(ROOT / "scripts" / "coverage_floors.py")]
    done = subprocess.run(floors, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == status, done.stdout
    assert "floor 85" in done.stdout
    assert "floor 90" in done.stdout


@pytest.mark.acceptance("DEV-08")
def test_the_ci_script_ends_in_make_test_and_make_test_does_its_own_set_up():
    script = (ROOT / ".ci" / "run").read_text()
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert script.strip().splitlines()[-1] == "exec make test"
    # Under `make test` this make would be a child of that one, and say so.
    env = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
    said = subprocess.run(["make", "-n", "test"], cwd=ROOT, env=env, capture_output=True, text=True, check=True).stdout
    assert said.split("\n")[:2] == ["sh scripts/setup.sh dev", "sh scripts/test.sh 2"]


@pytest.mark.acceptance("DEV-08")
@pytest.mark.parametrize(
    ("broken", "status"), [("", 0), ("pytest", 1), ("floors", 1), ("ruff", 1), ("lint-imports", 1)]
)
def test_one_failed_part_fails_the_whole(tmp_path, broken, status):
    """The real scripts with stand-ins for the tools they call, of which one fails."""
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    bin = tmp_path / ".venv" / "bin"
    bin.mkdir(parents=True)
    for tool in ("python", "ruff", "lint-imports"):
        (bin / tool).write_text(
            f'#!/bin/sh\ncase "{tool} $*" in *{broken or "nothing-at-all"}*) exit 1;; esac\nexit 0\n'
        )
        (bin / tool).chmod(0o755)
    done = subprocess.run(["sh", "scripts/test.sh"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == status, done.stdout + done.stderr


@pytest.mark.acceptance("DEV-10")
def test_every_module_is_python_3_11_and_is_checked_as_3_13():
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)
    assert project["project"]["requires-python"] == ">=3.11,<3.14"
    for path in sorted((ROOT / "src").rglob("*.py")):
        ast.parse(path.read_text(encoding="utf-8"), str(path), feature_version=(3, 11))
    assert project["tool"]["mypy"]["python_version"] == "3.11"
    assert "--python-version 3.13" in (ROOT / "scripts" / "check.sh").read_text()


@pytest.mark.acceptance("DEV-10")
def test_the_floor_of_the_house_is_typed_for_python_3_12():
    command = [sys.executable, "-m", "mypy", "--python-version", "3.12", "--cache-dir", os.devnull, "src/verivita/core"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.acceptance("DEV-13")
def test_every_rig_is_used_and_nothing_is_mocked():
    texts = {path: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py")}
    rigs = [path.stem for path in texts if path.parent.name == "rigs" and path.stem != "__init__"]
    for rig in rigs:
        users = [p for p, text in texts.items() if f"tests.rigs.{rig}" in text or f"tests.rigs import {rig}" in text]
        assert users or rig == "acceptance", f"no test uses the rig {rig}"
    assert [str(path) for path, text in texts.items() if MOCKS.search(text)] == []
