"""Front door of the measurements: `python -m bench NAME --data DIR --json OUT [--sets GLOB] [--limit N]`.

`all` runs every measurement, each in a process of its own, and fills the tables of the documents.
OUT is a file ending in `.json`, or a folder that receives NAME.json.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import importlib.util
import inspect
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.machine import machine, versions
from bench.report import ROOT, Outcome, rows, table, write_documents

NAMES = (
    "retrieval",
    "titles",
    "skills-link",
    "skills-span",
    "resume-parse",
    "occupation",
    "understand",
    "match",
    "embed",
    "search-scale",
    "ingest",
    "grounding",
    "study",
    "drafting",
    "sources",
    "truth",
    "http",
)
NOT_BUILT = "not built"


def module_name(name: str) -> str:
    """`search-scale` -> `bench.search_scale`."""
    return "bench." + name.replace("-", "_")


def measure(name: str, data: Path, sets: str | None, limit: int | None) -> dict[str, Any]:
    """Run one measurement; the result has the shape that the documents and floors read."""
    begun, on = time.perf_counter(), machine()
    outcome: Outcome = {"sets": {}, "skipped": {}}
    if importlib.util.find_spec(module_name(name)) is None:
        outcome["skipped"]["*"] = NOT_BUILT
    elif not data.is_dir():
        outcome["skipped"]["*"] = f"no such folder: {data}"
    else:
        made = importlib.import_module(module_name(name)).run(data, sets, limit)
        outcome = asyncio.run(made) if inspect.iscoroutine(made) else made
    return {
        "name": name,
        "sets": outcome["sets"],
        "skipped": outcome["skipped"],
        "machine": on,
        "versions": versions(),
        "limit": limit,
        "seconds": round(time.perf_counter() - begun, 1),
    }


def target(out: Path, name: str) -> Path:
    """The file of one result."""
    return out if out.suffix == ".json" else out / f"{name}.json"


def one(args: argparse.Namespace) -> int:
    """Measure, write, print; 1 when `--check` is given and a floor was missed or nothing was measured."""
    result = measure(args.name, args.data, args.sets, args.limit)
    if args.json:
        path = target(args.json, args.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{args.name}: {len(result['sets'])} sets in {result['seconds']} s")
    if result["sets"]:
        print(table(args.name, result["sets"]))
    for key, why in sorted(result["skipped"].items()):
        print(f"skipped {key}: {why}")
    missed = [
        f"{key} {metric}" for key, metric, value, floor in rows(args.name, result["sets"]) if _missed(floor, value)
    ]
    if missed:
        print("floor missed: " + ", ".join(missed))
    return 1 if args.check and (missed or not result["sets"]) else 0


def _missed(floor: Any, value: float) -> bool:
    return floor is not None and floor.missed(value)


def everything(args: argparse.Namespace) -> int:
    """Run all measurements one after another in fresh processes, then fill the documents."""
    out = args.json or ROOT / "artefacts" / "bench"
    if out.suffix == ".json":
        print("for `all`, --json names a folder", file=sys.stderr)
        return 2
    failed = []
    for name in NAMES:
        command = [sys.executable, "-m", "bench", name, "--data", str(args.data), "--json", str(out)]
        command += ["--sets", args.sets] if args.sets else []
        command += ["--limit", str(args.limit)] if args.limit is not None else []
        command += ["--check"] if args.check else []
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            failed.append(name)
        print(flush=True)
    # A partial run must not pass for the figures of the whole sets.
    if args.sets is None and args.limit is None:
        print("documents changed: " + (", ".join(write_documents(out)) or "none"))
    print("failed: " + (", ".join(failed) or "none"))
    return 1 if failed else 0


def main() -> int:
    """Parse the command line and run; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("name", choices=[*NAMES, "all"], metavar="NAME", help=", ".join([*NAMES, "all"]))
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder of the data sets")
    parser.add_argument("--json", type=Path, help="file or folder for the result")
    parser.add_argument("--sets", help="only sets whose key matches this glob")
    parser.add_argument("--limit", type=int, help="at most so many items of each set")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a floor is missed")
    args = parser.parse_args()
    args.data = args.data.resolve()
    if args.json:
        args.json = args.json.resolve()
    return everything(args) if args.name == "all" else one(args)


if __name__ == "__main__":
    sys.exit(main())
