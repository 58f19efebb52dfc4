"""Coverage floors: 85 % of all branches and lines together, 90 % of the pure files (core, engines, rules of the rooms).

Reads the data that `make test` left behind; exits with 1 when a floor is missed, naming the ten worst pure files.
"""

from __future__ import annotations

import fnmatch
import json
import subprocess
import sys
import tempfile
from pathlib import Path

OVERALL, PURE = 85.0, 90.0
# In a room these files do I/O or declare things; every other file of a room is a pure rule (HOUSE: anatomy of a room).
NOT_PURE = {
    "__init__.py",
    "service.py",
    "repository.py",
    "tables.py",
    "tasks.py",
    "ports.py",
    "ingest.py",
    "workflow.py",
}


def is_pure(path: str) -> bool:
    """True for files without I/O, which can be tested in microseconds."""
    if fnmatch.fnmatch(path, "*/features/*"):
        return Path(path).name not in NOT_PURE
    return fnmatch.fnmatch(path, "*/verivita/core/*") or fnmatch.fnmatch(path, "*/verivita/engines/*")


def share(summaries: list[dict[str, int]]) -> float:
    """Covered lines and branches in per cent; 100 when there is nothing to cover."""
    total = sum(s["num_statements"] + s.get("num_branches", 0) for s in summaries)
    hit = sum(s["covered_lines"] + s.get("covered_branches", 0) for s in summaries)
    return 100.0 * hit / total if total else 100.0


def main() -> int:
    """Combine, read, compare; returns the exit status."""
    subprocess.run(
        [sys.executable, "-m", "coverage", "combine", "--append", "--quiet"], check=False, capture_output=True
    )
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "coverage.json")
        command = [sys.executable, "-m", "coverage", "json", "--quiet", "--fail-under=0", "-o", str(out)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            print(f"No coverage data: {done.stdout}{done.stderr}".strip())
            return 1
        files = {path: entry["summary"] for path, entry in json.loads(out.read_text())["files"].items()}
    pure = {path: summary for path, summary in files.items() if is_pure(path)}
    overall_share, pure_share = share(list(files.values())), share(list(pure.values()))
    print(f"Coverage, lines and branches: all {overall_share:.1f} % (floor {OVERALL:.0f}), ", end="")
    print(f"pure files {pure_share:.1f} % (floor {PURE:.0f})")
    if pure_share < PURE:
        for path, summary in sorted(pure.items(), key=lambda item: share([item[1]]))[:10]:
            print(f"  {share([summary]):5.1f} %  {path}")
    return 0 if overall_share >= OVERALL and pure_share >= PURE else 1


if __name__ == "__main__":
    sys.exit(main())
