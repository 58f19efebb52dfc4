"""TF-IDF over character n-grams within words, for many short names; numpy only."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from verivita.engines.skills.words import lower, tokens

Scores = NDArray[np.float32]


def grams(text: str, low: int = 2, high: int = 4) -> Counter[str]:
    """Counts of the n-grams of `low` to `high` characters inside each word, with a blank at both ends of the word."""
    counts: Counter[str] = Counter()
    for word, _, _ in tokens(lower(text)):
        padded = f" {word} "
        for n in range(low, high + 1):
            counts.update(padded[i : i + n] for i in range(max(1, len(padded) - n + 1)))
    return counts


class CharIndex:
    """Cosine of TF-IDF vectors (Salton and Buckley 1988) between a query and every given text, by posting lists."""

    __slots__ = ("_idf", "_postings", "size")

    def __init__(self, texts: Sequence[str]) -> None:
        self.size = len(texts)
        counts = [grams(text) for text in texts]
        frequency = Counter(gram for count in counts for gram in count)
        self._idf = {g: math.log((1 + self.size) / (1 + n)) + 1 for g, n in frequency.items()}
        rows: dict[str, list[int]] = {g: [] for g in frequency}
        values: dict[str, list[float]] = {g: [] for g in frequency}
        for row, count in enumerate(counts):
            norm = math.sqrt(sum((n * self._idf[g]) ** 2 for g, n in count.items())) or 1.0
            for gram, n in count.items():
                rows[gram].append(row)
                values[gram].append(n * self._idf[gram] / norm)
        self._postings = {g: (np.array(rows[g], np.int32), np.array(values[g], np.float32)) for g in frequency}

    def scores(self, text: str) -> Scores:
        """Cosine with every text, shape (size,); zeros for a text without known n-grams."""
        weights = {g: n * self._idf[g] for g, n in grams(text).items() if g in self._idf}
        norm = math.sqrt(sum(w * w for w in weights.values())) or 1.0
        found: Scores = np.zeros(self.size, np.float32)
        for gram, weight in weights.items():
            rows, values = self._postings[gram]
            found[rows] += np.float32(weight / norm) * values
        return found

    def best(self, texts: Iterable[str]) -> Scores:
        """The highest cosine of any of the texts with each entry, shape (size,)."""
        found: Scores = np.zeros(self.size, np.float32)
        for text in texts:
            np.maximum(found, self.scores(text), out=found)
        return found
