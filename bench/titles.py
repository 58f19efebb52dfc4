"""Job titles to occupations or to like titles: success@10, MRR, MAP, R@10, with and without vectors.

`python -m bench.titles --fit DIR` prints the weights fitted on a sample of the labelled vacancy titles; that sample is
left out of the measurement.
"""

from __future__ import annotations

import asyncio
import csv
import gzip
import io
import random
import re
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.ranking import DEPTH, means
from bench.report import Outcome, wanted
from verivita.engines.skills import Occupation, OccupationLinker, load_occupations

FORM = re.compile(r"_[a-z]{2}_\d+$")
DEVELOPMENT, SAMPLE = 1000, 1500


@dataclass(frozen=True, slots=True)
class Set:
    """Queries, the names that may be found, the occupation of each name, and the right names of each query."""

    queries: dict[str, str]
    occupations: list[Occupation]
    ids: list[str]
    right: dict[str, set[str]]


def text(path: Path) -> str:
    """A text file, packed or not."""
    raw = path.read_bytes()
    return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")


def pairs(path: Path) -> list[list[str]]:
    """Tab separated rows."""
    return [line.split("\t") for line in text(path).splitlines() if line]


def ranked_set(folder: Path) -> Set:
    """`queries.tsv`, `corpus.tsv[.gz]`, `qrels.tsv`. Names with ids such as `C12_en_003` belong to one occupation."""
    groups: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for name_id, name in pairs(next(iter(sorted(folder.glob("corpus.tsv*"))))):
        groups[FORM.sub("", name_id)].append((name_id, name))
    right: defaultdict[str, set[str]] = defaultdict(set)
    for query, _, name_id, relevance in pairs(folder / "qrels.tsv"):
        if int(relevance) > 0:
            right[query].add(name_id)
    occupations = [described(tuple(name for _, name in group)) for group in groups.values()]
    ids = [name_id for group in groups.values() for name_id, _ in group]
    return Set({q: t for q, t in pairs(folder / "queries.tsv") if q in right}, occupations, ids, dict(right))


def described(names: tuple[str, ...]) -> Occupation:
    """The names with the description that the shipped table has for an occupation of the same names."""
    lowered = [name.lower() for name in names]
    for known in _shipped().get(lowered[0].split(" ")[0], ()):
        run = f"{known.names[0].lower()} "
        begins = any(run.startswith(f"{name} ") for name in lowered)
        if begins and sum(name in run for name in lowered) > 0.8 * len(lowered):
            return Occupation(names, known.about, known.uri)
    return Occupation(names)


_BY_WORD: dict[str, list[Occupation]] = {}


def _shipped() -> dict[str, list[Occupation]]:
    if not _BY_WORD:
        for known in load_occupations():
            for word in set(known.names[0].lower().split(" ")):
                _BY_WORD.setdefault(word, []).append(known)
    return _BY_WORD


def labelled_titles(path: Path) -> Set:
    """A CSV of vacancy titles with the address of an ESCO occupation; the names are the shipped table's."""
    occupations = list(load_occupations())
    known = {occupation.uri for occupation in occupations}
    rows = [(r["vacancyTitle"], r["conceptUri"].rsplit("/", 1)[1]) for r in csv.DictReader(io.StringIO(text(path)))]
    rows = [row for row in rows if row[1] in known]
    random.Random(7).shuffle(rows)
    queries = {str(i): title for i, (title, _) in enumerate(rows)}
    return Set(queries, occupations, [o.uri for o in occupations], {str(i): {uri} for i, (_, uri) in enumerate(rows)})


def find(data: Path) -> list[tuple[str, Set]]:
    """Every set of titles below the folder, by the shape of its files."""
    found = []
    for path in sorted(data.rglob("queries.tsv")):
        if list(path.parent.glob("corpus.tsv*")) and (path.parent / "qrels.tsv").exists():
            found.append((path.parent.relative_to(data).as_posix(), ranked_set(path.parent)))
    for path in sorted(data.rglob("titles.csv*")):
        if "vacancyTitle" in text(path)[:200]:
            found.append((path.parent.relative_to(data).as_posix(), labelled_titles(path)))
    return found


def order(linker: OccupationLinker, signals: np.ndarray[Any, Any]) -> list[int]:
    """Names as a person would list them: ten occupations by their best name, then the other names in that order."""
    scores, best = linker.combine(signals)
    occupations = np.argsort(-scores, kind="stable")[:1000]
    first = [int(best[i]) for i in occupations[:10]]
    rank = {int(o): r for r, o in enumerate(occupations)}
    rest = [i for i, o in enumerate(linker.owner) if int(o) in rank]
    rest.sort(key=lambda i: (rank[int(linker.owner[i])], i))
    return [*first, *(i for i in rest if i not in set(first))]


async def measure(found: Set, linker: OccupationLinker, queries: list[str]) -> dict[str, float]:
    """Mean figures over the queries; a list ends after its first thousand names."""
    ranked = {}
    for query in queries:
        names = order(linker, await linker.signals(found.queries[query]))
        ranked[query] = list(dict.fromkeys(found.ids[i] for i in names))[:DEPTH]
    right = {query: dict.fromkeys(found.right[query], 1) for query in queries}
    return means(ranked, right, ("success@10", "mrr", "map", "r@10"))


def sample(found: Set, limit: int | None) -> list[str]:
    """All queries of a small set; of a large one a fixed sample without the development part."""
    queries = list(found.queries)
    if len(queries) > DEVELOPMENT + SAMPLE:
        queries = queries[DEVELOPMENT : DEVELOPMENT + SAMPLE]
    return queries[:limit]


async def run(data: Path, sets: str | None = None, limit: int | None = None) -> Outcome:
    """Modes `no_model/` and `default/` (with the shipped encoder)."""
    from verivita.adapters.embedders.onnx import OnnxEmbedder

    outcome: Outcome = {"sets": {}, "skipped": {}}
    for key, found in find(data):
        if wanted(key, sets):
            measured: dict[str, float] = {}
            for mode, encoder in (("no_model", None), ("default", OnnxEmbedder(threads=2))):
                linker = OccupationLinker(found.occupations, encoder)
                figured = await measure(found, linker, sample(found, limit))
                measured |= {f"{mode}/{metric}": value for metric, value in figured.items()}
            outcome["sets"][key] = measured
    return outcome


async def _fit(data: Path) -> None:
    from bench.skills_link import fit
    from verivita.adapters.embedders.onnx import OnnxEmbedder

    found = next(found for _, found in find(data) if len(found.queries) > DEVELOPMENT + SAMPLE)
    for encoder in (None, OnnxEmbedder(threads=2)):
        linker, samples = OccupationLinker(found.occupations, encoder), []
        place = {uri: i for i, uri in enumerate(found.ids)}
        for query in list(found.queries)[:DEVELOPMENT]:
            signals = await linker.signals(found.queries[query])
            truth = place[next(iter(found.right[query]))]
            kept = np.unique([*np.argsort(-signals.sum(0))[:400], truth])
            samples.append((signals[:, kept], (kept == truth).astype(np.float64)))
        print("default" if encoder else "no_model", np.round(fit(samples, 0.001), 2))


if __name__ == "__main__":
    asyncio.run(_fit(Path(sys.argv[-1])))
