"""Occupations: resumes found by the occupation's name, and job titles put under the right official occupation."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from bench.ranking import means
from bench.report import Outcome, wanted
from verivita.engines.retrieval.bm25 import Bm25
from verivita.engines.retrieval.terms import english
from verivita.engines.skills import Occupation, OccupationLinker

CUT = 300
"""The first characters of a resume often hold the occupation's own name: they are left out."""


def with_pairs(text: str) -> list[str]:
    """Stems and neighbouring pairs of stems, so that a title found as a phrase weighs more (Metzler and Croft 2005)."""
    words = english(text)
    return [*words, *(f"{a} {b}" for a, b in pairwise(words))]


def rows(path: Path, limit: int | None) -> list[dict[str, Any]]:
    """JSON objects of a packed file, one a line."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for _, line in zip(range(limit or 10**9), file, strict=False)]


def first(path: Path) -> dict[str, Any]:
    """The first object, {} when the file holds none."""
    try:
        return next(iter(rows(path, 1)), {})
    except (OSError, ValueError):
        return {}


def find(data: Path) -> Iterator[tuple[str, str, Path]]:
    """(key, kind, file): resumes with `labels` and `text`; titles with a `series` of official occupations."""
    for path in sorted(data.rglob("*.jsonl.gz")):
        held = first(path).keys()
        key = path.parent.relative_to(data).as_posix()
        if {"labels", "text"} <= held:
            yield key, "resumes", path
        elif {"title", "series"} <= held:
            yield key, "titles", path


def resumes(path: Path, limit: int | None) -> dict[str, float]:
    """MAP over the occupations: the name as the query, over the texts without their beginnings."""
    held = rows(path, limit)
    index = Bm25([row["text"][CUT:] for row in held], terms=with_pairs)
    labels = sorted({label for row in held for label in row["labels"]})
    orders = {label: np.argsort(-index.scores(label.replace("_", " ")), kind="stable") for label in labels}
    ranked = {label: [str(i) for i in found] for label, found in orders.items()}
    right = {label: {str(i): 1 for i, row in enumerate(held) if label in row["labels"]} for label in labels}
    value = means(ranked, right, ("map",))["map"]
    return {"no_model/map": value, "default/map": value}


async def titles(path: Path, limit: int | None) -> dict[str, float]:
    """acc@1 and acc@5 of distinct titles against the names of all official occupations, with no example seen."""
    from verivita.adapters.embedders.onnx import OnnxEmbedder

    held: dict[str, set[str]] = {}
    for row in rows(path, None):
        held.setdefault(row["title"], set()).update(row["series"])
    series = sorted({name for names in held.values() for name in names})
    occupations = [Occupation((name.split(" - ", 1)[-1],)) for name in series]
    asked = list(held)[: limit or 1500]
    measured: dict[str, float] = {}
    for mode, encoder in (("no_model", None), ("default", OnnxEmbedder(threads=2))):
        linker = OccupationLinker(occupations, encoder)
        ranks = [[series[link.index] in held[t] for link in await linker.link(t, 5)] for t in asked]
        measured[f"{mode}/acc@1"] = float(np.mean([rank[0] for rank in ranks]))
        measured[f"{mode}/acc@5"] = float(np.mean([any(rank) for rank in ranks]))
    return measured


async def run(data: Path, sets: str | None = None, limit: int | None = None) -> Outcome:
    """Modes `no_model/` and `default/`; the search over resumes uses no vectors in either."""
    outcome: Outcome = {"sets": {}, "skipped": {}}
    for key, kind, path in find(data):
        if wanted(key, sets):
            outcome["sets"][key] = resumes(path, limit) if kind == "resumes" else await titles(path, limit)
    return outcome
