"""Link sentences of postings to ESCO skills: RP@5 and MRR, with and without vectors.

`python -m bench.skills_link --fit DIR` prints the weights fitted on the first set whose name ends in `validation`.
"""

from __future__ import annotations

import asyncio
import csv
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from bench.ranking import DEPTH, each
from bench.report import Outcome, wanted
from verivita.engines.skills import Label, Linker, load_esco_labels, load_taxonomy

Gold = dict[str, set[int]]


def find(data: Path) -> list[tuple[str, Path, Path]]:
    """(key, annotations, labels): every `*_annotations.csv` beside a list of labels."""
    found = []
    for path in sorted(data.rglob("*_annotations.csv")):
        key = f"{path.parent.relative_to(data).as_posix()}:{path.name.removesuffix('_annotations.csv')}"
        found += [(key, path, labels) for labels in sorted(path.parent.glob("*label*.txt"))[:1]]
    return found


def gold(path: Path, labels: dict[str, int], limit: int | None) -> Gold:
    """The labels of each sentence that has at least one."""
    rows: defaultdict[str, set[int]] = defaultdict(set)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["label"] in labels:
                rows[row["sentence"]].add(labels[row["label"]])
    return dict(list(rows.items())[:limit])


def figures(ranked: dict[str, list[int]], truth: Gold) -> dict[str, float]:
    """R-precision cut at 5 (hits among five over the smaller of five and the number of right ones), and MRR."""
    lists = {sentence: [str(label) for label in ranked[sentence]][:DEPTH] for sentence in truth}
    right = {sentence: {str(label): 1 for label in labels} for sentence, labels in truth.items()}
    found = each(lists, right, ("p@5", "mrr"))
    rp = sum(value * 5 / min(5, len(truth[sentence])) for sentence, value in found["p@5"].items())
    return {"rp@5": rp / len(truth), "mrr": sum(found["mrr"].values()) / len(truth)}


def names(path: Path) -> list[Label]:
    """The label space of a set; other names come from the shipped ESCO table."""
    known = {label.name: label for label in load_esco_labels()}
    lines = path.read_text(encoding="utf-8").splitlines()
    return [known.get(line.strip(), Label(line.strip())) for line in lines if line.strip()]


async def run(data: Path, sets: str | None = None, limit: int | None = None) -> Outcome:
    """Modes `no_model/` and `default/` (with the shipped encoder, when its file is there)."""
    outcome: Outcome = {"sets": {}, "skipped": {}}
    linkers: dict[Path, dict[str, Linker]] = {}
    for key, path, label_file in find(data):
        if not wanted(key, sets):
            continue
        if label_file not in linkers:
            linkers[label_file] = _linkers(names(label_file))
        measured: dict[str, float] = {}
        for mode, linker in linkers[label_file].items():
            truth = gold(path, {label.name: i for i, label in enumerate(linker.labels)}, limit)
            ranked = {s: [link.index for link in await linker.link(s, 1000)] for s in truth}
            measured |= {f"{mode}/{metric}": value for metric, value in figures(ranked, truth).items()}
        outcome["sets"][key] = measured
    return outcome


def _linkers(labels: list[Label]) -> dict[str, Linker]:
    from verivita.adapters.embedders.onnx import OnnxEmbedder

    taxonomy = load_taxonomy()
    return {"no_model": Linker(labels, taxonomy), "default": Linker(labels, taxonomy, OnnxEmbedder(threads=2))}


def fit(samples: list[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]], l2: float = 0.01) -> np.ndarray[Any, Any]:
    """Weights >= 0 that maximise the likelihood of the right labels under a softmax over all labels (listwise)."""
    weights = np.full(len(samples[0][0]), 3.0)
    for step in range(400):
        slope = l2 * weights
        for signals, share in samples:
            z = weights @ signals
            p = np.exp(z - z.max())
            slope = slope + signals @ (p / p.sum() - share) / len(samples)
        weights = np.maximum(weights - 4.0 * slope / (1 + step / 150), 0.0)
    return weights


async def _fit(data: Path) -> None:
    _, path, label_file = next(found for found in find(data) if found[0].endswith("validation") and "tech" in found[0])
    for mode, linker in _linkers(names(label_file)).items():
        truth = gold(path, {label.name: i for i, label in enumerate(linker.labels)}, None)
        samples = []
        for sentence, right in truth.items():
            signals = await linker.signals(sentence)
            kept = np.unique([*np.argsort(-signals.sum(0))[:400], *right])
            share = np.isin(kept, list(right)).astype(np.float64)
            samples.append((signals[:, kept], share / share.sum()))
        print(mode, np.round(fit(samples), 2))


if __name__ == "__main__":
    asyncio.run(_fit(Path(sys.argv[-1])))
