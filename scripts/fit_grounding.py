"""Fit the weights of the grounding score: `python scripts/fit_grounding.py DATA` writes data/weights.json.

Fitted on the development halves (by the hash of the source's text, see bench/grounding.py) of the sets whose licences
allow it (BEGIN: CC BY-SA and CDLA-Sharing; SciFact: CC BY and ODC-By), on sentences made from OpenStax Psychology
(CC BY) and on the development half of the project's own sentences about resumes. No other set is read here. Sets weigh
alike, and so do true and other claims in a set. Weights keep the sign that `score.py` names; the place that counts
is chosen anew after each fit. Thresholds are the midpoints that balance both errors on the same data.
"""

from __future__ import annotations

import json
import random
import re
import sys
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench import truth  # noqa: E402
from bench.grounding import Cosines, Pair, find  # noqa: E402
from verivita.engines.grounding.lexical import sentences  # noqa: E402
from verivita.engines.grounding.model import Source  # noqa: E402
from verivita.engines.grounding.scope import Scope, scopes  # noqa: E402
from verivita.engines.grounding.score import FALLS, RISES  # noqa: E402
from verivita.engines.grounding.statements import statements  # noqa: E402
from verivita.engines.grounding.support import readings  # noqa: E402

OUT = ROOT / "src/verivita/engines/grounding/data/weights.json"
LICENSED = ("grounding/begin", "retrieval/scifact")
TODAY = date(2026, 1, 1)
NAMES = (*RISES, *FALLS)
RIDGE = 1e-3
Matrix = np.ndarray[Any, Any]
Item = tuple[list[Matrix], bool]


def item(claim: str, places: Sequence[Scope], true: bool, cosines: Cosines) -> Item | None:
    """For each statement, the features of every place (rows)."""
    said = [s.text for s in statements(" ".join(claim.split()))]
    texts = dict.fromkeys(t for scope in places for s in scope.core for t in sentences(s.text))
    cosines.load([*said, *texts])
    near = dict(zip(((c, t) for c in said for t in texts), cosines([(c, t) for c in said for t in texts]), strict=True))
    rows = [[r.features for scope in places for r in readings(text, scope, near, TODAY)] for text in said]
    made = [np.array([[row.get(name, 0.0) for name in NAMES] for row in some]) for some in rows]
    return (made, true) if made else None


def book(path: Path, chance: random.Random) -> list[Pair]:
    """Sentences of a book beside their page: copied, shortened, joined from two, or of another page."""
    pages = []
    with zipfile.ZipFile(path) as archive:
        for name in sorted(n for n in archive.namelist() if n.endswith(".md")):
            text = re.sub(r"[*_#>`|]|\[[^\]]*\]\([^)]*\)|<[^>]+>", " ", archive.read(name).decode("utf-8"))
            found = [" ".join(s.split()) for s in sentences(text)]
            found = [s for s in found if 60 < len(s) < 260 and s[0].isupper() and s.endswith(".")]
            pages += [found[at : at + 20] for at in range(0, len(found) - 19, 60)]
    out = []
    for n, page in enumerate(pages):
        source, other = "\n".join(page), pages[n - 1]
        one, two, three = chance.sample(page, 3)
        out += [Pair(one, source, True, "copy"), Pair(shortened(two), source, True, "short")]
        out += [Pair(joined(one, three), source, False, "joined"), Pair(joined(two, one), source, False, "joined")]
        out.append(Pair(chance.choice(other), source, False, "elsewhere"))
    return out


def shortened(sentence: str) -> str:
    """Without what stands in brackets or behind the last comma."""
    bare = re.sub(r"\s*\([^)]*\)", "", sentence)
    cut = bare.rfind(",")
    return bare[:cut] + "." if cut > len(bare) // 2 else bare


def joined(one: str, two: str) -> str:
    """The first half of one sentence and the second half of another."""
    left, right = one.split(), two.split()
    return " ".join([*left[: len(left) // 2], *right[len(right) // 2 :]])


def papers(cosines: Cosines) -> list[Item]:
    """The development half of the project's own sentences, and what is grown from them."""
    folder = ROOT / "bench/gold/truth"
    texts = {row["resume_id"]: truth.read(row["text"]) for row in truth.lines(folder / "resumes.jsonl")}
    rows = [r for r in truth.lines(folder / "fixture.jsonl") if truth.half(r["resume_id"]) == "dev"]
    out = []
    for row in (*rows, *truth.grown(rows)):
        cited, sources = truth.sources(row, texts[row["resume_id"]])
        places = scopes(row["sentence"], sources, cited)
        out.append(item(row["sentence"], places, row["label"] == "supported", cosines))
    return [one for one in out if one is not None]


def fit(sets: Sequence[Sequence[Item]], columns: Sequence[int]) -> tuple[Matrix, float]:
    """Weights and intercept over the columns."""
    signs = np.array([1.0 if NAMES[c] in RISES else -1.0 for c in columns])
    weights, intercept = signs.copy(), 0.0
    truths = [np.array([true for _, true in items], float) for items in sets]
    shares = np.concatenate([np.where(y == 1, 0.5 / y.sum(), 0.5 / (1 - y).sum()) for y in truths])
    wanted = np.concatenate(truths)
    for _ in range(5):
        rows = [
            [s[:, columns][(s[:, columns] @ weights).argmax()] for s in made] for items in sets for made, _ in items
        ]
        table = np.array([np.mean(some, axis=0) for some in rows])

        def loss(at: Matrix, table: Matrix = table) -> tuple[float, Matrix]:
            z = table @ at[:-1] + at[-1]
            off = shares * (1 / (1 + np.exp(-z)) - wanted)
            value = (shares * (np.logaddexp(0, z) - wanted * z)).sum() + RIDGE * len(sets) * (at[:-1] ** 2).sum()
            return float(value), np.append(table.T @ off + 2 * RIDGE * len(sets) * at[:-1], off.sum())

        bounds = [(0, None) if sign > 0 else (None, 0) for sign in signs] + [(None, None)]
        found = minimize(loss, np.append(weights, intercept), jac=True, method="L-BFGS-B", bounds=bounds).x
        weights, intercept = found[:-1], float(found[-1])
    return weights, intercept


def scores(items: Sequence[Item], columns: Sequence[int], weights: Matrix, intercept: float) -> Matrix:
    """The mean score of each item's statements."""
    best = [[(s[:, columns] @ weights + intercept).max() for s in made] for made, _ in items]
    return np.array([np.mean([1 / (1 + np.exp(-z)) for z in some]) for some in best])


def threshold(sets: Sequence[Sequence[Item]], columns: Sequence[int], weights: Matrix, intercept: float) -> float:
    """The score with the best mean balanced accuracy over the sets."""
    found = [(scores(s, columns, weights, intercept), np.array([t for _, t in s])) for s in sets]
    grid = np.arange(0.2, 0.9, 0.01)
    means = [np.mean([(np.mean(p[t] >= at) + np.mean(p[~t] < at)) / 2 for p, t in found]) for at in grid]
    return float(grid[int(np.argmax(means))])


def main(data: Path) -> None:
    """Fit both sets of weights and write them."""
    cosines = Cosines()
    sets: dict[str, list[Item]] = {"papers": papers(cosines)}
    pairs = {key: [p for p in some if not p.held_out] for key, some in find(data) if key.startswith(LICENSED)}
    pairs["book"] = book(data / "qa/openstax_psychology/chapters.zip", random.Random(5))
    for key, some in pairs.items():
        made = (item(p.claim, [Scope((Source("s", p.source),), (), ())], p.true, cosines) for p in some)
        sets[key] = [one for one in made if one is not None]
    prose = [some for key, some in sets.items() if key != "papers"]
    table: dict[str, Any] = {"version": 1}
    for mode, left_out in (("words", ("near", "near_lost")), ("words_and_vectors", ())):
        columns = [i for i, name in enumerate(NAMES) if name not in left_out]
        weights, intercept = fit(list(sets.values()), columns)
        cut = threshold(prose, columns, weights, intercept)
        by_name = {NAMES[c]: round(float(w), 3) for c, w in zip(columns, weights, strict=True)}
        table[mode] = {
            "intercept": round(intercept, 3),
            "supported": round(cut, 2),
            "weak": round(cut * 0.7, 2),
            "by_name": by_name,
        }
        print(mode, {key: len(some) for key, some in sets.items()}, table[mode])
    OUT.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
