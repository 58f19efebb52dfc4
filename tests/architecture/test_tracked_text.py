"""What no tracked file may hold: hosts of package registries, paths of one machine, keys, names of somebody's tools.

The patterns are put together from parts, so that this file does not find itself.
"""

from __future__ import annotations

import re
import subprocess
from hashlib import sha256

import pytest

from tests.architecture.source import ROOT, text, tracked

REGISTRIES = [
    "py" + "pi.org",
    "files.python" + "hosted",
    "registry.np" + "mjs",
    "proxy.go" + "lang.org",
    "/opt/" + "pypi",
]
# A path below the home of root, or of one person's scratch folders, works on one machine only.
MACHINE = re.compile(r"(?<![\w./$}-])/(?:wo" + r"rk|ro" + r"ot)/[\w.]|/tmp/(?:br" + r"ief|uv" + r"env)\b")
KEYS = re.compile(
    r"-----BEGIN (?:RSA |EC |OPENSSH )?PRIV" + r"ATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b"
    r"|\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{32,}\b|\bxox[abpr]-[A-Za-z0-9-]{20,}"
)
# Data that the product ships as it was published, and text that was recorded elsewhere, is not ours to reword.
AS_PUBLISHED = ("src/verivita/engines/skills/data/", "bench/gold/", "tests/rigs/axe/")


def hits(content: str) -> list[str]:
    found = [host for host in REGISTRIES if host in content.lower()]
    return found + [match.group(0) for pattern in (MACHINE, KEYS) for match in pattern.finditer(content)]


def test_the_check_sees():
    assert hits("index-url = https://" + REGISTRIES[0] + "/simple")
    assert hits("see /wo" + "rk/notes.md")
    assert hits("cd /ro" + "ot/.cache")
    assert hits("AKIA" + "A" * 16)
    assert hits("WorkingDirectory=/opt/verivita, http://localhost/work/1, ../work/, $HOME/root/x") == []


def test_no_registry_host_machine_path_or_key_in_a_tracked_file():
    found = {}
    for path in tracked():
        relative = path.relative_to(ROOT).as_posix()
        content = None if relative.startswith(AS_PUBLISHED) else text(path)
        if content and (lines := hits(content)):
            found[relative] = sorted(set(lines))[:5]
    assert found == {}


def test_no_private_or_built_file_is_tracked():
    names = [path.relative_to(ROOT).as_posix() for path in tracked()]
    private = re.compile(r"(^|/)(\.env|\.data|\.venv|__pycache__|.*\.(pyc|pem|key|p12|sqlite3?))(/|$)")
    assert [entry for entry in names if private.search(entry)] == []


PLANTED = {"9dba02f2ed69448feca7eee88679eefb9bcea4f5924b0eb6704ae17ab86c68c3"}
"""Lines that look like a key and are none: one that a test plants and looks for."""


@pytest.mark.acceptance("SEC-01")
@pytest.mark.security
def test_no_key_in_the_history():
    """Every line that any commit ever added is searched for the shapes of keys."""
    try:
        done = subprocess.run(
            ["git", "log", "-p", "--all", "--no-color", "--unified=0", "--format=commit %h"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("the history is not here: this is not a git checkout")
    commit, found = "", []
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        if line.startswith("commit "):
            commit = line
        elif line.startswith("+") and KEYS.search(line) and sha256(line.encode()).hexdigest() not in PLANTED:
            found.append(f"{commit}: {line[:60]}")
    assert "commit " in commit
    assert found == []
