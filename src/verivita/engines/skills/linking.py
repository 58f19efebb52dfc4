"""Link a sentence or a phrase to the skills of a label space, such as ESCO's: words, character n-grams and vectors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from verivita.engines.skills.extract import extract
from verivita.engines.skills.ngrams import CharIndex, Scores
from verivita.engines.skills.taxonomy import Taxonomy
from verivita.engines.skills.words import WORD, key

_CLAUSE = re.compile(
    r"\s*(?:[,;:()•|.!?]+(?=\s|$)|\s[(/]\s?|\b(?:and|or|as well as|including|like|such as)\b)\s*", re.IGNORECASE
)
_PHRASE = re.compile(
    r"\s*(?:[,;:()/•|.!?]+(?=\s|$)|\s\(|\b(?:and|or|with|in|for|of|to|using|as well as|including|like|such as|the|a|an|"
    r"our|your|on|at|from|by|is|are|will|you|we|have|be|that|as)\b)\s*",
    re.IGNORECASE,
)
_PARENTHESIS = re.compile(r"\s*\(.*?\)")
_LONGEST_PIECE = 14
_LONGEST_NAME = 6


class Encoder(Protocol):
    """Text to unit vectors; every `Embedder` of the retrieval engine is one. May raise `Unavailable`."""

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Shape (len(texts), dimensions), rows of length 1."""
        ...


@dataclass(frozen=True, slots=True)
class Label:
    """One entry of a label space: its preferred name and other names."""

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A ranked label; scores compare only within one answer."""

    index: int
    name: str
    score: float


# Fitted by `python -m bench.skills_link --fit` on a development split; the order is that of `SIGNALS`.
SIGNALS = ("whole", "ngrams", "piece_ngrams", "exact", "piece", "pieces")
WITH_VECTORS = np.array([3.87, 2.24, 1.98, 0.76, 4.99, 3.30], np.float32)
WITHOUT_VECTORS = np.array([0.0, 4.13, 5.53, 2.39, 0.0, 0.0], np.float32)


class Linker:
    """Ranks a label space for a text. Without an encoder it uses names and character n-grams alone.

    The signals of a label: cosine with the whole text; n-gram TF-IDF with the text and with its best piece; whether a
    name of the label stands in the text; cosine of its names with the best piece; mean cosine with the best three
    pieces. Spans instead of sentences follow Decorte et al. 2022 (skill extraction by distant supervision).
    """

    def __init__(self, labels: Sequence[Label], taxonomy: Taxonomy, encoder: Encoder | None = None) -> None:
        self.labels = tuple(labels)
        self._taxonomy, self._encoder = taxonomy, encoder
        self._ngrams = CharIndex([label.name for label in self.labels])
        self._keys: dict[str, list[int]] = {}
        for i, label in enumerate(self.labels):
            for name in {label.name, _PARENTHESIS.sub("", label.name)}:
                self._keys.setdefault(key(name), []).append(i)
        self._vectors: NDArray[np.float32] | None = None
        self._alias_vectors: NDArray[np.float32] = np.zeros((0, 0), np.float32)
        self._alias_rows = np.array([i for i, label in enumerate(self.labels) if label.aliases], np.int64)

    async def prepare(self) -> None:
        """Compute the vectors of all names now; the first `signals` does it otherwise. Minutes for ten thousands.

        A label has one vector for its name and one for all its other names together.
        """
        if self._encoder is None or self._vectors is not None:
            return
        self._alias_vectors = await self._encoder.embed([" ".join(self.labels[i].aliases) for i in self._alias_rows])
        self._vectors = await self._encoder.embed([label.name for label in self.labels])

    async def link(self, text: str, k: int = 10) -> list[Link]:
        """The k best labels for the text, best first; ties in the order of the label space."""
        scores = self.combine(await self.signals(text))
        order = np.argsort(-scores, kind="stable")[:k]
        return [Link(int(i), self.labels[i].name, float(scores[i])) for i in order]

    def combine(self, signals: NDArray[np.float32]) -> Scores:
        """Weighted sum of the signals, shape (labels,)."""
        weights = WITHOUT_VECTORS if self._encoder is None else WITH_VECTORS
        found: Scores = weights @ signals
        return found

    async def signals(self, text: str) -> NDArray[np.float32]:
        """Shape (6, labels), the rows as in `SIGNALS`; the rows of vectors are zero without an encoder."""
        parts = pieces(text, self._taxonomy)
        found = np.zeros((len(SIGNALS), len(self.labels)), np.float32)
        found[1] = self._ngrams.scores(text)
        found[2] = self._ngrams.best(parts)
        found[3][self._named([text, *parts])] = 1.0
        if self._encoder is not None:
            await self.prepare()
            found[0], found[4], found[5] = self._cosines(await self._encoder.embed([text, *parts]))
        return found

    def _named(self, texts: Iterable[str]) -> list[int]:
        """Labels whose name stands word for word in one of the texts."""
        found: set[int] = set()
        for text in texts:
            words = key(text).split(" ")
            for i in range(len(words)):
                for n in range(1, min(_LONGEST_NAME, len(words) - i) + 1):
                    name = " ".join(words[i : i + n])
                    if n > 1 or len(name) > 2 or name == key(text):
                        found.update(self._keys.get(name, ()))
        return sorted(found)

    def _cosines(self, vectors: NDArray[np.float32]) -> tuple[Scores, Scores, Scores]:
        """Whole text, best piece over all names, mean of the best three pieces; each of shape (labels,)."""
        if self._vectors is None:
            raise AssertionError
        cosines = vectors @ self._vectors.T
        inner = cosines[1:] if len(cosines) > 1 else cosines
        best = inner.max(0)
        if len(self._alias_rows):
            np.maximum.at(best, self._alias_rows, (vectors[1:] @ self._alias_vectors.T).max(0, initial=-1.0))
        return cosines[0], best, np.sort(inner, axis=0)[-3:].mean(0)


def pieces(text: str, taxonomy: Taxonomy) -> list[str]:
    """Phrases and clauses of the text and the skills that it names (as written, and by their own name), each once."""
    mentions = extract(text, taxonomy)
    found = [p.strip(" .-*") for p in _PHRASE.split(text)]
    found += [m.name for m in mentions] + [text[m.start : m.end] for m in mentions]
    found += [p.strip(" .-*") for p in _CLAUSE.split(text)]
    return [p for p in dict.fromkeys(found) if len(p) > 1 and _wordy(p)]


def _wordy(piece: str) -> bool:
    words = len(piece.split())
    return words <= _LONGEST_PIECE and WORD.search(piece) is not None and not (words == 1 and piece[0] == "<")
