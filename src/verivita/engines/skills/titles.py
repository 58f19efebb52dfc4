"""Link a job title to occupations of a taxonomy: the same title in other words ranks first."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verivita.engines.skills.linking import Encoder, Link
from verivita.engines.skills.ngrams import CharIndex, Scores
from verivita.engines.skills.words import WORD, lower

_OTHER = re.compile(r",?\s*\b(?:all other|not elsewhere classified)\b|\(.*?\)|\bexcept\b.*", re.IGNORECASE)
_KEEP_S = ("ss", "us", "is", "ics", "sales")
# Fitted by `python -m bench.titles --fit` on a development sample; cosine with the names, cosine with the
# description, character n-grams, weighted share of the title's words that the names hold.
SIGNALS = ("names", "about", "ngrams", "words")
WITH_VECTORS = np.array([8.02, 6.17, 4.13, 2.12], np.float32)
WITHOUT_VECTORS = np.array([0.0, 0.0, 9.80, 3.88], np.float32)
UNTOLD = 0.8
"""What a missing description counts, as a share of the name's cosine; set by hand, so that its lack is no fault."""


@dataclass(frozen=True, slots=True)
class Occupation:
    """One occupation: its names (one or many in each string), a short description, and its address in the taxonomy."""

    names: tuple[str, ...]
    about: str = ""
    uri: str = ""


def singular(word: str) -> str:
    """The word without an English plural ending, by suffix alone: `managers` -> `manager`, `secretaries` -> `-y`."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "ches", "shes")):
        return word[:-2]
    if word.endswith("men"):
        return word[:-3] + "man"
    return word[:-1] if word.endswith("s") and len(word) > 3 and not word.endswith(_KEEP_S) else word


def plain(title: str) -> str:
    """A title in the singular, without remarks such as "(all grades)" or ", all other"."""
    return " ".join(singular(word) for word in _OTHER.sub("", lower(title)).split()) or title


class OccupationLinker:
    """Ranks occupations for a title; without an encoder by names alone. A name's score is its occupation's best."""

    def __init__(self, occupations: Sequence[Occupation], encoder: Encoder | None = None) -> None:
        self.occupations = tuple(occupations)
        self._encoder = encoder
        self.names = [name for occupation in self.occupations for name in occupation.names]
        self.owner = np.array([i for i, o in enumerate(self.occupations) for _ in o.names], np.int64)
        self._told = np.array([bool(o.about) for o in self.occupations], bool)[self.owner]
        self._ngrams = CharIndex(self.names)
        self._words = [{singular(w) for name in o.names for w in _words(name)} for o in self.occupations]
        counts = Counter(word for words in self._words for word in words)
        self._rarity = {word: math.log(1 + len(self.occupations) / n) for word, n in counts.items()}
        self._name_vectors: NDArray[np.float32] | None = None
        self._about_vectors: NDArray[np.float32] = np.zeros((0, 0), np.float32)

    async def prepare(self) -> None:
        """Compute the vectors of names and descriptions now; the first use does it otherwise."""
        if self._encoder is None or self._name_vectors is not None:
            return
        self._about_vectors = await self._encoder.embed([o.about for o in self.occupations])
        self._name_vectors = await self._encoder.embed(self.names)

    async def link(self, title: str, k: int = 10) -> list[Link]:
        """The k best occupations, best first; `index` counts occupations, `name` is the best fitting of their names."""
        found, best = self.combine(await self.signals(title))
        order = np.argsort(-found, kind="stable")[:k]
        return [Link(int(i), self.names[best[i]], float(found[i])) for i in order]

    async def signals(self, title: str) -> NDArray[np.float32]:
        """Shape (4, names), the rows as in `SIGNALS`."""
        asked = plain(title)
        found = np.zeros((len(SIGNALS), len(self.names)), np.float32)
        found[2] = self._ngrams.scores(asked)
        found[3] = self._shared(asked)[self.owner]
        if self._encoder is not None:
            await self.prepare()
            vector = (await self._encoder.embed([asked]))[0]
            found[0] = 0.0 if self._name_vectors is None else self._name_vectors @ vector
            found[1] = np.where(self._told, (self._about_vectors @ vector)[self.owner], UNTOLD * found[0])
        return found

    def combine(self, signals: NDArray[np.float32]) -> tuple[Scores, NDArray[np.int64]]:
        """Score of each occupation, shape (occupations,), and the row of its best name."""
        scores = (WITHOUT_VECTORS if self._encoder is None else WITH_VECTORS) @ signals
        order = np.lexsort((np.arange(len(scores))[::-1], scores))
        best = np.zeros(len(self.occupations), np.int64)
        best[self.owner[order]] = order
        return scores[best], best

    def _shared(self, title: str) -> Scores:
        """Share of the title's words, weighted by rarity, that the names of each occupation hold."""
        words = {singular(w) for w in _words(title)}
        unknown = math.log(1 + len(self.occupations))
        total = sum(self._rarity.get(w, unknown) for w in words) or 1.0
        return np.array([sum(self._rarity[w] for w in words & held) / total for held in self._words], np.float32)


def _words(text: str) -> list[str]:
    return WORD.findall(lower(text))
