"""Which sentences answer a question: a few plain signals for each, weighed by a logistic fit; pure.

The weights and the threshold come from a development half only; `python -m bench.study_fit` makes them again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from verivita.engines.retrieval.terms import english
from verivita.features.answers.sentences import Sentence
from verivita.features.answers.wanted import Wanted, holds, wanted

Matrix = NDArray[np.float64]
SIGNALS = ("coverage", "cosine", "around", "passage", "kind")
ENOUGH_SIGNALS = ("coverage", "cosine", "passage_coverage")
ENOUGH = 0.451
"""An answer is given where the papers hold one with at least this probability: on the development half that keeps back
8 of 100 answers that are there."""
LOOKED_AT, PASSAGES = 4, 4
"""Sentences that the encoder compares with the question: the best by their words, and the best one of each of the best
passages; six, as a rule. That takes the longest of all that is done for an answer. With twenty, three more answers in a
thousand are found and five fewer kept back: see bench/study.py."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A logistic fit for the sentences, and one for whether there is an answer at all."""

    sentence: Matrix
    sentence_bias: float
    enough: Matrix
    enough_bias: float


MEANING = Weights(np.array([3.71, 3.96, 2.78, 2.83, 0.90]), -10.15, np.array([5.49, 9.30, 2.77]), -8.68)
WORDS = Weights(np.array([5.13, 0.0, 2.58, 3.87, 1.06]), -9.56, np.array([7.44, 0.0, 4.39]), -4.45)
"""For when no encoder answers: without cosines, and its bias moved so that one threshold serves both."""


_ASKING = frozenset(
    english(
        "did do does doing done much many can could would should may might must shall i me mine us please tell show "
        "say says said give find explain describe name list kind type sort thing there here about some any also than "
        "according paper papers note notes resume cv been being am because so just very more most"
    )
)
"""Words that ask and do not say what about."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a found passage; `passage` is the passage's place in the found order, `score` its score 0..1.

    `under` is the heading above it in its passage.
    """

    sentence: Sentence
    document_id: UUID
    passage_id: UUID
    passage: int
    score: float
    under: str = ""


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of every candidate: (candidates, signals), each about 0..1, and whether an encoder answered."""

    rows: Matrix
    weights: Weights


def signals(
    question: str,
    candidates: Sequence[Candidate],
    weight: Callable[[str], float],
    cosines: Matrix | None,
) -> Signs:
    """The signals of every candidate. `weight` is the idf of a term; `cosines` None where no encoder answers.

    A candidate that the encoder did not look at has the cosine NaN. coverage: idf share of the question's terms in the
    sentence; around: the same with its heading and the sentences before and after; passage: score of the search; kind:
    whether the sentence holds what is asked for, 0.5 where that is not known.
    """
    asked = asked_terms(question, weight)
    terms = [frozenset(english(item.sentence.text)) for item in candidates]
    kind = wanted(question)
    rows = np.zeros((len(candidates), len(SIGNALS)))
    for i, item in enumerate(candidates):
        near = [j for j in (i - 1, i + 1) if 0 <= j < len(candidates)]
        near = [j for j in near if candidates[j].passage_id == item.passage_id]
        rows[i, 0] = _covered(asked, terms[i])
        rows[i, 1] = 0.0 if cosines is None else cosines[i]
        rows[i, 2] = _covered(asked, terms[i].union(english(item.under), *(terms[j] for j in near)))
        rows[i, 3] = item.score
        rows[i, 4] = 0.5 if kind is Wanted.ANY else float(holds(kind, item.sentence.text))
    return Signs(rows, WORDS if cosines is None else MEANING)


def likely(signs: Signs, candidates: Sequence[Candidate], most: int = LOOKED_AT, passages: int = PASSAGES) -> list[int]:
    """Numbers of the candidates worth an encoder's look, by their words: `most`, and the best of so many passages."""
    scores = signs.rows @ WORDS.sentence
    order = [int(i) for i in np.argsort(-scores, kind="stable")]
    first: dict[UUID, int] = {}
    for i in order:
        first.setdefault(candidates[i].passage_id, i)
    return sorted({*order[:most], *[*first.values()][:passages]})


def looked_at(signs: Signs, cosines: Matrix | None) -> Signs:
    """The same signals with the cosines of an encoder; None where none answers."""
    if cosines is None:
        return Signs(signs.rows, WORDS)
    rows = signs.rows.copy()
    rows[:, SIGNALS.index("cosine")] = cosines
    return Signs(rows, MEANING)


def chances(signs: Signs) -> Matrix:
    """For each candidate how likely it answers, 0..1."""
    return _sigmoid(signs.rows @ signs.weights.sentence + signs.weights.sentence_bias)


def enough(question: str, signs: Signs, passages: Sequence[str], weight: Callable[[str], float]) -> float:
    """How likely the papers hold an answer at all, 0..1: by the best sentence, the nearest one, the best passage."""
    if not len(signs.rows):
        return 0.0
    return float(
        _sigmoid(enough_signals(question, signs, passages, weight) @ signs.weights.enough + signs.weights.enough_bias)
    )


def enough_signals(question: str, signs: Signs, passages: Sequence[str], weight: Callable[[str], float]) -> Matrix:
    """The numbers behind `enough`, in the order of `ENOUGH_SIGNALS`."""
    asked = asked_terms(question, weight)
    best = int(np.argmax(chances(signs)))
    covered = (_covered(asked, frozenset(english(text))) for text in passages)
    return np.array([signs.rows[best, 0], signs.rows[:, 1].max(), max(covered, default=0.0)])


def asked_terms(question: str, weight: Callable[[str], float]) -> dict[str, float]:
    """The terms of a question that say what it is about, each with its idf; all of them where none is left."""
    terms = english(question)
    return {term: weight(term) for term in [t for t in terms if t not in _ASKING] or terms}


def _covered(asked: Mapping[str, float], terms: frozenset[str]) -> float:
    """The share of the asked terms' weight that these terms hold."""
    whole = sum(asked.values()) or 1.0
    return sum(value for term, value in asked.items() if term in terms) / whole


def _sigmoid(x: Matrix) -> Matrix:
    out: Matrix = 1.0 / (1.0 + np.exp(-x))
    return out
