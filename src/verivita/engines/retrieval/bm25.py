"""BM25 in memory, over a corpus small enough to be held: a person's own passages.

Robertson and Zaragoza 2009, in the form of Lucene 8 and later: idf = ln(1 + (N - n + 0.5) / (n + 0.5)), and
tf / (tf + k1 * (1 - b + b * length / average length)) without the constant factor k1 + 1.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from verivita.engines.retrieval.terms import Terms, english

MAX_QUERY_TERMS = 1_024
"""Different terms of one query that are scored: the first ones; a longer query is cut, never refused."""


class Bm25:
    """An index that is built once and then only read; texts are known by their position."""

    def __init__(self, texts: Sequence[str], *, k1: float = 1.2, b: float = 0.75, terms: Terms = english) -> None:
        self._terms, self._size = terms, len(texts)
        postings: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        lengths = np.zeros(len(texts), np.float64)
        for position, text in enumerate(texts):
            counts = Counter(terms(text))
            lengths[position] = counts.total()
            for term, count in counts.items():
                rows, tallies = postings[term]
                rows.append(position)
                tallies.append(count)
        average = float(lengths.mean()) if len(texts) else 0.0
        damping = k1 * (1 - b + b * lengths / (average or 1.0))
        self._postings: dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]] = {}
        for term, (rows, tallies) in postings.items():
            where, often = np.array(rows, np.int64), np.array(tallies, np.float64)
            idf = np.log1p((len(texts) - len(rows) + 0.5) / (len(rows) + 0.5))
            self._postings[term] = (where, idf * often / (often + damping[where]))

    def __len__(self) -> int:
        return self._size

    def weight(self, term: str) -> float:
        """How much a term tells (its idf), in the form above; the most for a term that no text holds."""
        rows = len(self._postings[term][0]) if term in self._postings else 0
        return float(np.log1p((self._size - rows + 0.5) / (rows + 0.5)))

    def scores(self, query: str) -> NDArray[np.float64]:
        """The score of every text, by position; 0 where no term is shared. A repeated term counts as often."""
        found = np.zeros(self._size, np.float64)
        for term, times in list(Counter(self._terms(query)).items())[:MAX_QUERY_TERMS]:
            if term in self._postings:
                where, weight = self._postings[term]
                found[where] += times * weight
        return found

    def top(self, query: str, k: int) -> list[tuple[int, float]]:
        """The best `k` positions with a score above 0, best first, ties by position."""
        scores = self.scores(query)
        order = np.argsort(-scores, kind="stable")[: max(0, k)]
        return [(int(i), float(scores[i])) for i in order if scores[i] > 0]
