"""A claim's words beside the words of its sources, by the cosines of an encoder: how much is near, and how it hangs
together.

Late interaction (Khattab and Zaharia 2020, ColBERT) read more closely than by its mean: the words that nothing is near
to, runs of words that stand together in one sentence, and neighbours of the claim that are neighbours there. Every
figure is made of best matches, so that a further source can only raise it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from verivita.engines.grounding.tokens import tokens

FEW = 3
"""The figure of the least is the mean of so many words."""
SPAN = 4
FURTHEST, SLACK = 12, 6.0
"""Words apart at which two neighbours of the claim are still looked for, and how slowly the distance counts."""
Matrix = NDArray[np.float64]


def aligned(claim: str, parts: Sequence[Matrix]) -> dict[str, float]:
    """Figures in 0..1 from the cosines of the claim's words (rows) and the words of each sentence (columns).

    `even` is the mean best match of all words, `least` that of the worst content words, `window` that of the worst run
    of content words inside one sentence, `joined` of neighbouring content words at their distance, `run` of three
    words in a row.
    """
    parts = [part for part in parts if part.size]
    if not parts:
        return dict.fromkeys(("even", "least", "window", "joined", "run"), 0.0)
    table = np.clip(np.hstack(parts), 0.0, 1.0)
    edges = np.cumsum([0, *(part.shape[1] for part in parts)])
    sentence = np.repeat(np.arange(len(parts)), np.diff(edges))
    content = [i for i, token in enumerate(tokens(claim)) if token.content] or list(range(len(table)))
    best = table.max(axis=1)
    return {
        "even": float(best.mean()),
        "least": float(np.sort(best[content])[:FEW].mean()),
        "window": _window(np.maximum.reduceat(table, edges[:-1], axis=1)[content]),
        "joined": _joined(table, sentence, np.array(content)),
        "run": _run(table, sentence),
    }


def _window(by_sentence: Matrix) -> float:
    if len(by_sentence) <= SPAN:
        return float(by_sentence.mean(axis=0).max())
    sums = np.cumsum(np.vstack([np.zeros(by_sentence.shape[1]), by_sentence]), axis=0)
    return float(((sums[SPAN:] - sums[:-SPAN]) / SPAN).max(axis=1).min())


def _joined(table: Matrix, sentence: NDArray[np.int64], content: NDArray[np.int64]) -> float:
    if len(content) < 2:
        return float(table[content].max())
    one, two, gaps = table[content[:-1]], table[content[1:]], np.diff(content)
    best = np.zeros(len(gaps))
    columns = table.shape[1]
    for shift in range(-min(FURTHEST, columns - 1), min(FURTHEST, columns - 1) + 1):
        low, high = max(0, -shift), min(columns, columns - shift)
        same = sentence[low:high] == sentence[low + shift : high + shift]
        near = np.where(same, np.minimum(one[:, low:high], two[:, low + shift : high + shift]), 0.0).max(axis=1)
        best = np.maximum(best, near * np.exp(-np.maximum(np.abs(shift - gaps) - 1, 0) / SLACK))
    return float(best.mean())


def _run(table: Matrix, sentence: NDArray[np.int64]) -> float:
    length = min(3, *table.shape)
    rows, columns = len(table) - length + 1, table.shape[1] - length + 1
    chain = np.minimum.reduce([table[k : k + rows, k : k + columns] for k in range(length)])
    same = sentence[:columns] == sentence[length - 1 :]
    return float(np.where(same, chain, 0.0).max(axis=1).mean())
