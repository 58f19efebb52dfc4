"""Makes the weights of the answers room again: `python -m bench.study_fit FILE`; only even articles are used."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.study import Asked, Notes, read, shelf
from verivita.adapters.embedders.cached import CachedEmbedder
from verivita.adapters.embedders.onnx import OnnxEmbedder
from verivita.features.answers import evidence
from verivita.features.answers.sources import cut

Rows = list[tuple[NDArray[np.float64], NDArray[np.float64]]]
KEPT_BACK = 0.08
"""The share of answers that are there and may be kept back: where the threshold is put."""


async def gathered(notes: Notes, asked: list[Asked]) -> tuple[Rows, Rows]:
    """For each question its candidates' signals with which of them hold the answer; and the signals of `enough`."""
    rows: Rows = []
    whole: Rows = []
    for number, item in enumerate(asked):
        gone = (item.article, item.paragraph if number % 2 else None)
        for without in (None, gone):
            found = await notes.weighed(item.text, without)
            candidates = cut(found.found)
            vectors = await notes.embedder.embed([item.text, *(one.sentence.text for one in candidates)])
            near = (vectors[1:] @ vectors[0]).astype(np.float64)
            signs = evidence.signals(item.text, candidates, notes.words.weight, near)
            if without is None:
                rows.append((signs.rows, _gold(item, candidates)))
            passages = [text.text for text in found.found]
            said = evidence.enough_signals(item.text, signs, passages, notes.words.weight)
            whole.append((said, np.array([float(without is None)])))
    return rows, whole


def _gold(item: Asked, candidates: tuple[evidence.Candidate, ...]) -> NDArray[np.float64]:
    source = item.article << 32 | item.paragraph
    return np.array(
        [
            float(
                one.document_id.int == source
                and any(one.sentence.start <= a and b <= one.sentence.end for a, b in item.answers)
            )
            for one in candidates
        ]
    )


def listwise(rows: Rows, columns: list[int]) -> NDArray[np.float64]:
    """Weights under which the right sentence of each question scores best (softmax over its candidates)."""
    data = [(x[:, columns], y / y.sum()) for x, y in rows if y.sum()]

    def slope(w: NDArray[np.float64]) -> NDArray[np.float64]:
        total = 1e-3 * w * len(data)
        for x, y in data:
            s = x @ w
            p = np.exp(s - s.max())
            total = total + x.T @ (p / p.sum() - y)
        return total / len(data)

    return _descend(slope, len(columns))


def logistic(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights and bias (last) of a plain logistic regression."""
    one = np.c_[x, np.ones(len(x))]
    return _descend(lambda w: one.T @ (1 / (1 + np.exp(-one @ w)) - y) / len(y) + 1e-4 * np.r_[w[:-1], 0], one.shape[1])


def _descend(slope, size: int) -> NDArray[np.float64]:  # type: ignore[no-untyped-def]
    """Adam, with a step that shrinks."""
    w, m, v = np.zeros(size), np.zeros(size), np.zeros(size)
    for t in range(1, 3001):
        g = slope(w)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        w = w - 0.1 * 0.999**t * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-9)
    return w


def fitted(rows: Rows, whole: Rows, columns: list[int], wide: list[int]) -> str:
    """The four parts of a `Weights`, and the threshold."""
    w = listwise(rows, columns)
    scores = np.concatenate([x[:, columns] @ w for x, _ in rows])
    slope, bias = logistic(scores[:, None], np.concatenate([y for _, y in rows]))
    x, y = np.stack([row[wide] for row, _ in whole]), np.concatenate([label for _, label in whole])
    enough = logistic(x, y)
    z = x @ enough[:-1] + enough[-1]
    threshold = 1 / (1 + np.exp(-np.quantile(z[y == 1], KEPT_BACK)))
    return f"sentence {np.round(w * slope, 2)} {bias:.2f}  enough {np.round(enough, 2)}  threshold {threshold:.3f}"


async def main(path: Path) -> None:
    """Fit on the even articles of a file of questions."""
    pieces, asked = read(path)
    embedder = OnnxEmbedder()
    notes = await shelf(pieces, CachedEmbedder(embedder))
    rows, whole = await gathered(notes, [item for item in asked if item.article % 2 == 0 and item.answers])
    embedder.close()
    print("meaning:", fitted(rows, whole, [0, 1, 2, 3, 4], [0, 1, 2]))
    print("words:  ", fitted(rows, whole, [0, 2, 3, 4], [0, 2]))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
