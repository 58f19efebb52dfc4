"""Fit the weights that route a message: `python scripts/fit_routes.py` writes the assistant's route_weights.json.

A logistic of three ways over the cues in the words and the vector of the shipped encoder, fitted on the development
half (by the hash of the id, as `python -m bench understand` splits) of the project's own questions.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.understand import split_of  # noqa: E402
from verivita.adapters.embedders.onnx import OnnxEmbedder  # noqa: E402
from verivita.features.assistant.routing import ROUTES, VECTOR_SCALE, signs  # noqa: E402

OUT = ROOT / "src/verivita/features/assistant/data/route_weights.json"
RIDGE = 1e-3
Matrix = np.ndarray[Any, Any]


def fit(rows: Matrix, right: Matrix) -> tuple[Matrix, Matrix]:
    """Weights (signs x ways) and levels of the multinomial logistic with a ridge on the weights."""
    count, width = rows.shape
    wanted = np.eye(len(ROUTES))[right]

    def loss(flat: Matrix) -> tuple[float, Matrix]:
        at = flat.reshape(width + 1, len(ROUTES))
        z = rows @ at[:-1] + at[-1]
        share = np.exp(z - z.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        off = (share - wanted) / count
        slope = np.vstack([rows.T @ off + 2 * RIDGE * at[:-1], off.sum(axis=0)])
        return float(-np.log((share * wanted).sum(axis=1)).mean() + RIDGE * (at[:-1] ** 2).sum()), slope.ravel()

    found = minimize(loss, np.zeros((width + 1) * len(ROUTES)), jac=True, method="L-BFGS-B").x
    found = found.reshape(width + 1, len(ROUTES))
    return found[:-1], found[-1]


def main() -> None:
    """Fit, say how both halves fare, write."""
    rows = [json.loads(line) for line in (ROOT / "bench/gold/routing.jsonl").read_text("utf-8").splitlines()]
    encoder = OnnxEmbedder()
    vectors = asyncio.run(encoder.embed([row["text"] for row in rows]))
    table = np.hstack([np.array([signs(row["text"]) for row in rows]), VECTOR_SCALE * vectors])
    right = np.array([ROUTES.index(row["route"]) for row in rows])
    developed = np.array([split_of(row) == "dev" for row in rows])
    by_sign, level = fit(table[developed], right[developed])
    by_sign, level = by_sign.round(3), level.round(3)
    hits = (table @ by_sign + level).argmax(axis=1) == right
    print(f"development {hits[developed].mean():.3f}, held out {hits[~developed].mean():.3f}")
    written = {"model": encoder.model.key, "level": level.tolist(), "by_sign": by_sign.tolist()}
    OUT.write_text(json.dumps(written) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
