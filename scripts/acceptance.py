"""Prints the acceptance table with the tests that carry each row.

`python scripts/acceptance.py [AREA ...]` collects the tests; outcomes are those of the last `make test`, when there
was one. A row without a test is printed as such: it is not proved.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.rigs.acceptance import rows  # noqa: E402  (the table has one reader)


def collect() -> dict[str, dict[str, str]]:
    """Row id -> {test id: "not run"} of every test in the tree, the nightly ones too."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "acceptance.json")
        command = [sys.executable, "-m", "pytest", "-p", "tests.rigs.acceptance", "--collect-only", "-qq"]
        done = subprocess.run(
            [*command, "--acceptance-json", str(out)], cwd=ROOT, check=False, capture_output=True, text=True
        )
        if done.returncode not in {0, 5} or not out.exists():
            sys.exit(f"The tests could not be collected:\n{done.stdout[-4000:]}{done.stderr[-2000:]}")
        found: dict[str, dict[str, str]] = json.loads(out.read_text(encoding="utf-8"))
        return found


def last_outcomes() -> dict[str, dict[str, str]]:
    """What `make test` wrote, or nothing."""
    path = ROOT / "artefacts" / "acceptance.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def status(tests: dict[str, str]) -> str:
    """One word for a row: failed, passed, skipped, not run, or no test."""
    if not tests:
        return "no test"
    seen = set(tests.values())
    if "failed" in seen:
        return "failed"
    if "passed" in seen:
        return "passed"
    return "skipped" if "skipped" in seen else "not run"


def main() -> int:
    """Print the table and the counts; returns 0, for it is a report and not a gate."""
    wanted = {word.lower() for word in sys.argv[1:]}
    found, outcomes = collect(), last_outcomes()
    counts: dict[str, int] = {}
    area = None
    for row in rows().values():
        if wanted and row["area"] not in wanted:
            continue
        tests = {name: outcomes.get(row["id"], {}).get(name, word) for name, word in found.get(row["id"], {}).items()}
        word = status(tests)
        counts[word] = counts.get(word, 0) + 1
        if row["area"] != area:
            area = row["area"]
            print(f"\n{area}")
        print(f"  {row['id']:8} {word:8} {row['what']}")
        for name, outcome in sorted(tests.items()):
            print(f"           {outcome:8} {name}")
    total = sum(counts.values())
    print(f"\n{total} rows: " + ", ".join(f"{number} {word}" for word, number in sorted(counts.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
