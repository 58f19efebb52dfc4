"""Which sentences answer a question: a few plain signals for each, weighed by a logistic fit; pure.

The weights and the threshold below come from development halves only; `bench/study.py --fit` makes them again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from verivita.engines.retrieval.terms import english
from verivita.features.answers.sentences import Sentence
from verivita.features.answers.wanted import Wanted, holds, wanted

Matrix = NDArray[np.float64]
SIGNALS = ("coverage", "cosine", "around", "passage", "kind", "short", "said")
WEIGHTS = np.array([2.0, 6.0, 1.0, 1.0, 0.7, -0.5, -0.5])
BIAS = -4.0
ENOUGH_SIGNALS = ("coverage", "cosine", "passage_coverage", "margin")
ENOUGH_WEIGHTS = np.array([2.0, 6.0, 2.0, 0.0])
ENOUGH_BIAS = -5.0
ENOUGH = 0.5
"""An answer is given where the papers hold one with at least this probability."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a found passage; `passage` is the passage's place in the found order, `score` its score 0..1."""

    sentence: Sentence
    document_id: UUID
    passage_id: UUID
    passage: int
    score: float


def signals(
    question: str,
    candidates: Sequence[Candidate],
    weight: Callable[[str], float],
    cosines: Matrix | None,
) -> Matrix:
    """(candidates, signals), each about 0..1. `weight` is the idf of a term; `cosines` None where no encoder answers.

    coverage: idf share of the question's terms in the sentence; around: the same in the sentence before and after;
    kind: the sentence holds what is asked for and the question does not say; said: share of the sentence's terms
    that the question says already.
    """
    asked = {term: weight(term) for term in english(question)}
    whole = sum(asked.values()) or 1.0
    terms = [frozenset(english(item.sentence.text)) for item in candidates]
    coverage = np.array([sum(v for t, v in asked.items() if t in found) / whole for found in terms])
    around = np.zeros(len(candidates))
    for i, item in enumerate(candidates):
        near = [
            terms[j] for j in (i - 1, i + 1) if 0 <= j < len(candidates) and candidates[j].passage_id == item.passage_id
        ]
        joined = terms[i].union(*near)
        around[i] = sum(v for t, v in asked.items() if t in joined) / whole
    kind = wanted(question)
    right = np.array(
        [0.5 if kind is Wanted.ANY else float(holds(kind, item.sentence.text)) for item in candidates], float
    )
    short = np.array([float(len(found) < 4) for found in terms])
    said = np.array([len(found & asked.keys()) / max(1, len(found)) for found in terms])
    passage = np.array([item.score for item in candidates])
    near_meaning = np.zeros(len(candidates)) if cosines is None else cosines
    return np.stack([coverage, near_meaning, around, passage, right, short, said], axis=1)


def chances(found: Matrix) -> Matrix:
    """For each row of signals how likely the sentence answers, 0..1."""
    return _sigmoid(found @ WEIGHTS + BIAS)


def enough_signals(question: str, found: Matrix, passages: Sequence[str], weight: Callable[[str], float]) -> Matrix:
    """What tells whether the papers hold an answer at all: the best sentence, the best passage, and their distance."""
    asked = {term: weight(term) for term in english(question)}
    whole = sum(asked.values()) or 1.0
    if not len(found):
        return np.zeros(len(ENOUGH_SIGNALS))
    best = int(np.argmax(chances(found)))
    covered = [
        sum(v for t, v in asked.items() if t in held) / whole for held in (frozenset(english(p)) for p in passages)
    ]
    ordered = np.sort(chances(found))[::-1]
    margin = float(ordered[0] - (ordered[3] if len(ordered) > 3 else ordered[-1]))
    return np.array([found[best, 0], found[:, 1].max(), max(covered, default=0.0), margin])


def enough(signals_of_all: Matrix) -> float:
    """How likely the papers hold an answer, 0..1."""
    return float(_sigmoid(signals_of_all @ ENOUGH_WEIGHTS + ENOUGH_BIAS))


def _sigmoid(x: Matrix) -> Matrix:
    out: Matrix = 1.0 / (1.0 + np.exp(-x))
    return out
