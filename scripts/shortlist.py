"""Run the main job by command line on the example and write what it printed into the README.

    python scripts/shortlist.py [--resume FILE] [--jobs FILE] [--top 8] [--write]

Without `--write` the table is only printed. Everything happens in a throw-away data directory.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FEATURES = ROOT / "src" / "verivita" / "features"
MARKS = ("<!-- shortlist -->", "<!-- /shortlist -->")


def main() -> int:
    """Import, match, print; fill the README when asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--resume", type=Path, default=FEATURES / "library/data/demo/mina-tarrow-resume.pdf")
    parser.add_argument("--jobs", type=Path, default=FEATURES / "postings/data/demo/postings.jsonl")
    parser.add_argument("--top", type=int, default=8)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="verivita-") as folder:
        env = os.environ | {"VERIVITA_DATA_DIR": folder}
        start = time.monotonic()
        verivita(env, "import", "resume", str(args.resume))
        verivita(env, "import", "jobs", str(args.jobs))
        found = json.loads(verivita(env, "match", "--top", str(args.top), "--json"))
        seconds = time.monotonic() - start
    text = table(found, seconds)
    print(text)
    if args.write:
        write(text)
    return 0


def verivita(env: dict[str, str], *words: str) -> str:
    """What a command printed; a refusal ends the script with its words."""
    done = subprocess.run([sys.executable, "-m", "verivita", *words], env=env, capture_output=True, text=True)
    if done.returncode not in (0, 7):
        sys.exit(done.stderr)
    return done.stdout


def table(found: dict[str, object], seconds: float) -> str:
    """The list in Markdown: match, title, company, what is met and what has no proof."""
    lines = ["| match | job | company | shown | no proof |", "|---|---|---|---|---|"]
    items = found["items"]
    assert isinstance(items, list)
    for item in items:
        job, match = item["job"], item["match"]
        shown, missing = ", ".join(match["matched_skills"][:4]), ", ".join(match["missing_skills"][:3])
        score = f"{match['band']} {match['overall']:.0f}"
        lines.append(f"| {score} | {job['title']} | {job['company']} | {shown} | {missing or '-'} |")
    lines.append("")
    lines.append(f"{found['total']} postings scored; the three commands took {seconds:.0f} s together.")
    return "\n".join(lines)


def write(text: str) -> None:
    """Put the table between its marks in the README."""
    path = ROOT / "README.md"
    before = path.read_text(encoding="utf-8")
    start, end = (re.escape(mark) for mark in MARKS)
    after = re.sub(f"{start}\n.*?{end}", lambda _: f"{MARKS[0]}\n{text}\n{MARKS[1]}", before, flags=re.DOTALL)
    path.write_text(after, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
