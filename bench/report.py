"""Results of measurements: read and write them, compare them with floors, print tables, fill the documents' tables.

`python -m bench.report FOLDER` fills every `<!-- figures:NAME -->` ... `<!-- /figures:NAME -->` of the documents from
the JSON files in FOLDER. A table whose measurement is not there stays as it is.
"""

from __future__ import annotations

import fnmatch
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

ROOT = Path(__file__).resolve().parents[1]
FLOORS = Path(__file__).with_name("floors.json")
DOCUMENTS = ("README.md", "docs/explanation/quality.md", "docs/explanation/performance.md")
# Which figures the README shows: label, measurement, glob over sets, metric. Without a measurement there is no row.
HEADLINES = (
    ("Search quality, nDCG@10", "retrieval", "*", "default/ndcg@10"),
    ("Job titles, mean reciprocal rank", "titles", "*", "default/mrr"),
    ("Skills found in postings, F1 (overlap)", "skills-span", "*", "default/overlap_f1"),
    ("Resume values in their right place", "resume-parse", "*", "default/values_in_section"),
    ("Entities of marked resumes, F1", "resume-parse", "*", "default/entity_f1"),
    ("Resume to job, nDCG@10", "match", "*", "default/ndcg@10"),
    ("Invented claims that pass", "truth", "*", "default/false_pass"),
    ("True claims that are struck", "truth", "*", "default/false_strip"),
    ("Grounding, AUROC", "grounding", "*", "default/auroc"),
    ("Answer without a model over 2,000 passages, p95 in ms", "study", "qa/openstax*", "default/ms_p95"),
    ("Added to a model's first word, p50 in ms", "study", "*", "default/first_token_ms_p50"),
    ("Texts embedded per second", "embed", "*", "default/texts_per_s"),
    ("Search, p95 in ms", "search-scale", "*", "default/p95_ms"),
    ("Postings stored and indexed per second", "ingest", "jobs/*", "default/postings_per_s"),
    ("First start with set-up of the database, s", "http", "*", "default/first_start_s"),
    ("Start, s", "http", "*", "default/second_start_s"),
    ("Installed size, MB", "http", "*", "default/install_mb"),
    ("Memory of the API process, MB", "http", "*", "default/api_rss_mb"),
)


class Outcome(TypedDict):
    """What a measurement returns: metrics of each set, and the sets that could not be read with the reason."""

    sets: dict[str, dict[str, float]]
    skipped: dict[str, str]


@dataclass(frozen=True, slots=True)
class Floor:
    """What is promised of one metric, and what others have published for it."""

    at_least: float | None = None
    at_most: float | None = None
    published: float | None = None
    source: str = ""

    def missed(self, value: float) -> bool:
        """True when `value` breaks the promise."""
        below = self.at_least is not None and value < self.at_least
        return below or (self.at_most is not None and value > self.at_most)

    def __str__(self) -> str:
        if self.at_least is not None:
            return f">= {number(self.at_least)}"
        return f"<= {number(self.at_most)}" if self.at_most is not None else ""


def wanted(key: str, sets: str | None) -> bool:
    """True when a set key (or its part before the colon) matches the glob; None matches all."""
    return sets is None or fnmatch.fnmatch(key, sets) or fnmatch.fnmatch(key.split(":")[0], sets)


def number(value: float) -> str:
    """A figure for people: three digits after the point for small ones, fewer for large ones."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"


def floors(name: str, path: Path = FLOORS) -> dict[str, dict[str, Floor]]:
    """Floors of one measurement: set key -> metric -> Floor. The file is {NAME: {KEY: {METRIC: {at_least, ...}}}}."""
    if not path.exists():
        return {}
    entries = json.loads(path.read_text(encoding="utf-8")).get(name, {})
    return {key: {metric: Floor(**spec) for metric, spec in metrics.items()} for key, metrics in entries.items()}


def rows(name: str, sets: Mapping[str, Mapping[str, float]]) -> Iterator[tuple[str, str, float, Floor | None]]:
    """(set, metric, value, floor) in order."""
    known = floors(name)
    for key in sorted(sets):
        for metric, value in sets[key].items():
            yield key, metric, value, known.get(key, {}).get(metric)


def table(name: str, sets: Mapping[str, Mapping[str, float]]) -> str:
    """A plain table: set, metric, value, floor, published. A missed floor is marked with `!`."""
    cells = [("set", "metric", "value", "floor", "published")]
    for key, metric, value, floor in rows(name, sets):
        mark = "!" if floor and floor.missed(value) else ""
        published = number(floor.published) if floor and floor.published is not None else ""
        cells.append((key, metric, number(value) + mark, str(floor or ""), published))
    widths = [max(len(row[i]) for row in cells) for i in range(5)]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in cells)


def markdown(name: str, result: Mapping[str, Any]) -> str:
    """The same table in Markdown, with the command, the machine and what was skipped."""
    lines = ["| set | metric | value | floor | published |", "|---|---|---:|---:|---:|"]
    for key, metric, value, floor in rows(name, result["sets"]):
        published = f"{number(floor.published)} ({floor.source})" if floor and floor.published is not None else ""
        lines.append(f"| {key} | {metric} | {number(value)} | {floor or ''} | {published} |")
    lines += ["", f"`python -m bench {name}`; {where(result)}."]
    if result["skipped"]:
        lines.append("Skipped: " + "; ".join(f"{key} ({why})" for key, why in sorted(result["skipped"].items())) + ".")
    return "\n".join(lines)


def where(result: Mapping[str, Any]) -> str:
    """The machine in half a sentence."""
    machine = result.get("machine", {})
    return f"{machine.get('cores', '?')} cores of {machine.get('cpu', '?')}, Python {machine.get('python', '?')}"


def headlines(results: Mapping[str, Mapping[str, Any]]) -> str:
    """The README's table: a row for each measured headline, with its figure on each set."""
    lines = ["| what | figure | measured by |", "|---|---|---|"]
    for label, name, pattern, metric in HEADLINES:
        sets = results.get(name, {}).get("sets", {})
        found = [
            f"{number(metrics[metric])} ({key.rpartition('/')[2]})"
            for key, metrics in sorted(sets.items())
            if metric in metrics and wanted(key, pattern)
        ]
        if found:
            lines.append(f"| {label} | {', '.join(found)} | `python -m bench {name}` |")
    machines = {where(result) for result in results.values() if result.get("sets")}
    return "\n".join([*lines, "", *(f"Measured on {machine}." for machine in sorted(machines))])


def read(folder: Path) -> dict[str, dict[str, Any]]:
    """Every result in a folder, by name."""
    found = (json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json")))
    return {result["name"]: result for result in found if "name" in result}


def fill(text: str, tables: Mapping[str, str]) -> str:
    """Put each table between its markers; unknown names and text outside the markers stay."""

    def put(match: re.Match[str]) -> str:
        name = match.group(1)
        body = tables.get(name)
        return match.group(0) if body is None else f"<!-- figures:{name} -->\n{body}\n<!-- /figures:{name} -->"

    return re.sub(r"<!-- figures:([a-z-]+) -->\n.*?<!-- /figures:\1 -->", put, text, flags=re.DOTALL)


def write_documents(folder: Path, root: Path = ROOT) -> list[str]:
    """Fill the documents from the results in `folder`; returns the documents that changed."""
    results = read(folder)
    tables = {name: markdown(name, result) for name, result in results.items() if result["sets"]}
    if any(result["sets"] for result in results.values()):
        tables["headlines"] = headlines(results)
    changed = []
    for name in DOCUMENTS:
        path = root / name
        before = path.read_text(encoding="utf-8")
        after = fill(before, tables)
        if after != before:
            path.write_text(after, encoding="utf-8")
            changed.append(name)
    return changed


def main() -> int:
    """`python -m bench.report FOLDER`."""
    if len(sys.argv) != 2:
        print("usage: python -m bench.report FOLDER", file=sys.stderr)
        return 2
    changed = write_documents(Path(sys.argv[1]))
    print("changed: " + (", ".join(changed) or "nothing"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
