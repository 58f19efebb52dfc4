"""Fit the weights of the grounding score: `python scripts/fit_grounding.py DATA` writes data/weights.json.

Fitted on the development halves (by the hash of the source's text, see bench/grounding.py) of the sets whose licences
allow it (BEGIN: CC BY-SA and CDLA-Sharing; SciFact: CC BY and ODC-By). No other set is read for the weights. Sets weigh
alike, and so do true and other claims in a set. Weights keep the sign that `score.py` names; the place that counts is
chosen anew after each fit. Each kind of evidence begins with the same weight, and the ridge draws the weights back to
that, not to nothing: three sets must not decide that one kind is enough for all texts. Beside it, the fit is made anew
with each set left out and tried on that set. The bar for `supported` is the score from which at most a tenth of the
others pass on these halves; `weak` ends at 0.45 of the score with the best mean balanced accuracy. For a claim that
cites single facts, the bar lies where nineteen of twenty true sentences of the development half of bench/gold/truth
stand above it, for the checks by kind decide there.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench import truth  # noqa: E402
from bench.grounding import auroc, find  # noqa: E402
from bench.nearness import Near  # noqa: E402
from verivita.engines.grounding.model import Source  # noqa: E402
from verivita.engines.grounding.nearness import FIGURES  # noqa: E402
from verivita.engines.grounding.scope import Scope, scopes  # noqa: E402
from verivita.engines.grounding.score import FALLS, RISES  # noqa: E402
from verivita.engines.grounding.statements import statements  # noqa: E402
from verivita.engines.grounding.support import beside, readings  # noqa: E402

OUT = ROOT / "src/verivita/engines/grounding/data/weights.json"
LICENSED = ("grounding/begin", "retrieval/scifact")
TODAY = date(2026, 1, 1)
NAMES = (*RISES, *FALLS)
PRIOR = {
    False: {"whole": 1.5, "beside": 3.0, "dense": 1.0, "pairs": 3.0, "wholeness": 3.0, "linked": 3.0},
    True: {"near": 3.0, "even": 3.0, "least": 3.0, "window": 3.0, "joined": 3.0, "run": 3.0, "wholeness": 3.0,
           "beside": 1.0},
}  # fmt: skip
"""The weights before any set is read, without an encoder and with one."""
OBJECTIONS = {"number": -0.5, "date": -0.2, "negation": -0.5, "voice": -1.5, "turned": -1.0}
MOST_PASS = 0.1
RIDGE = 1e-2
WEAK = 0.45
Matrix = np.ndarray[Any, Any]
Item = tuple[list[Matrix], bool]


def item(claim: str, places: Sequence[Scope], true: bool, near: Near) -> Item | None:
    """For each statement, the features of every place (rows)."""
    said = [s.text for s in statements(" ".join(claim.split()))]
    known = near([beside(text, scope) for text in said for scope in places])
    assert known is not None
    rows = [
        [r.features for scope in places for r in readings(text, scope, known[beside(text, scope)], TODAY)]
        for text in said
    ]
    made = [np.array([[row.get(name, 0.0) for name in NAMES] for row in some]) for some in rows]
    return (made, true) if made else None


def papers(near: Near) -> list[Item]:
    """The development half of the project's own sentences, and what is grown from them."""
    folder = ROOT / "bench/gold/truth"
    texts = {row["resume_id"]: truth.read(row["text"]) for row in truth.lines(folder / "resumes.jsonl")}
    rows = [r for r in truth.lines(folder / "fixture.jsonl") if truth.half(r["resume_id"]) == "dev"]
    out = []
    for row in (*rows, *truth.grown(rows)):
        cited, sources = truth.sources(row, texts[row["resume_id"]])
        places = scopes(row["sentence"], sources, cited)
        out.append(item(row["sentence"], places, row["label"] == "supported", near))
    return [one for one in out if one is not None]


def fit(sets: Sequence[Sequence[Item]], columns: Sequence[int]) -> Matrix:
    """Weights over the columns. Each set has an intercept of its own, for only the order within a set is learned."""
    signs = np.array([1.0 if NAMES[c] in RISES else -1.0 for c in columns])
    first = {**PRIOR[any(NAMES[c] in FIGURES for c in columns)], **OBJECTIONS}
    prior = np.array([first.get(NAMES[c], 0.0) for c in columns] + [0.0] * len(sets))
    weights, many = prior[: len(columns)].copy(), len(columns)
    truths = [np.array([true for _, true in items], float) for items in sets]
    shares = np.concatenate([np.where(y == 1, 0.5 / y.sum(), 0.5 / (1 - y).sum()) for y in truths])
    wanted = np.concatenate(truths)
    member = np.eye(len(sets))[np.concatenate([np.full(len(y), i) for i, y in enumerate(truths)])]
    levels = np.zeros(len(sets))
    for _ in range(6):
        rows = [
            [s[:, columns][(s[:, columns] @ weights).argmax()] for s in made] for items in sets for made, _ in items
        ]
        table = np.hstack([np.array([np.mean(some, axis=0) for some in rows]), member])
        ridge = np.append(np.full(many, RIDGE * len(sets)), np.zeros(len(sets)))

        def loss(at: Matrix, table: Matrix = table, ridge: Matrix = ridge) -> tuple[float, Matrix]:
            z = table @ at
            off = shares * (1 / (1 + np.exp(-z)) - wanted)
            value = (shares * (np.logaddexp(0, z) - wanted * z)).sum() + (ridge * (at - prior) ** 2).sum()
            return float(value), table.T @ off + 2 * ridge * (at - prior)

        bounds = [(0, None) if sign > 0 else (None, 0) for sign in signs] + [(None, None)] * len(sets)
        found = minimize(loss, np.append(weights, levels), jac=True, method="L-BFGS-B", bounds=bounds).x
        weights, levels = found[:many], found[many:]
    return np.append(weights, levels.mean())


def scores(items: Sequence[Item], columns: Sequence[int], fitted: Matrix) -> Matrix:
    """The mean score of each item's statements."""
    best = [[(s[:, columns] @ fitted[:-1] + fitted[-1]).max() for s in made] for made, _ in items]
    return np.array([np.mean([1 / (1 + np.exp(-z)) for z in some]) for some in best])


def bars(sets: Sequence[Sequence[Item]], columns: Sequence[int], fitted: Matrix) -> tuple[float, float]:
    """The score with the best mean balanced accuracy, and the one from which at most a tenth of the others pass."""
    found = [(scores(s, columns, fitted), np.array([t for _, t in s])) for s in sets]
    grid = np.arange(0.2, 0.9, 0.01)
    means = [np.mean([(np.mean(p[t] >= at) + np.mean(p[~t] < at)) / 2 for p, t in found]) for at in grid]
    passing = [np.mean([np.mean(p[~t] >= at) for p, t in found]) for at in grid]
    balanced = float(grid[int(np.argmax(means))])
    strict = next((float(at) for at, share in zip(grid, passing, strict=True) if share <= MOST_PASS), balanced)
    return balanced, max(balanced, strict)


def main(data: Path) -> None:
    """Fit both sets of weights and write them."""
    near = Near()
    sets: dict[str, list[Item]] = {"papers": papers(near)}
    pairs = {key: [p for p in some if not p.held_out] for key, some in find(data) if key.startswith(LICENSED)}
    for key, some in pairs.items():
        made = (item(p.claim, [Scope((Source("s", p.source),), (), ())], p.true, near) for p in some)
        sets[key] = [one for one in made if one is not None]
    own = sets.pop("papers")
    prose = list(sets.values())
    table: dict[str, Any] = {"version": 2}
    for mode, left_out in (("words", FIGURES), ("words_and_vectors", ())):
        columns = [i for i, name in enumerate(NAMES) if name not in left_out]
        fitted = fit(prose, columns)
        balanced, strict = bars(prose, columns, fitted)
        for key, some in sets.items() if len(sets) > 1 else ():
            others = fit([s for name, s in sets.items() if name != key], columns)
            print(mode, "without", key, auroc(list(scores(some, columns, others)), [true for _, true in some]))
        true = scores([one for one in own if one[1]], columns, fitted)
        cited = [float(np.quantile(true, share)) for share in (0.01, 0.05)]
        by_name = {NAMES[c]: round(float(w), 3) for c, w in zip(columns, fitted, strict=False)}
        table[mode] = {"intercept": round(float(fitted[-1]), 3), "by_name": by_name}
        table[mode] |= {"supported": round(strict, 2), "weak": round(balanced * WEAK, 2)}
        table[mode] |= {
            "supported_facts": round(min(cited[1], strict), 2),
            "weak_facts": round(min(cited[0], balanced * WEAK), 2),
        }
        print(mode, {key: len(some) for key, some in sets.items()}, table[mode])
    OUT.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
