"""How much of a claim's wording stands in its sources: weighted recall, runs of words, pieces.

Recall weighs each stem by how rare it is (Sparck Jones 1972); pieces are the greedy common runs of Grusky et al. 2018
(Newsroom). The counts of stems are fixed, so that a further source can only raise these figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import pairwise

from verivita.engines.grounding.aliases import NEARLY, alike
from verivita.engines.grounding.statements import statements
from verivita.engines.grounding.tokens import tokens

TURNED = 3
"""What it costs when two words stand in the other order."""


@lru_cache(maxsize=1)
def _rarity() -> tuple[dict[str, float], float]:
    text = resources.files("verivita.engines.grounding").joinpath("data/rarity.txt").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    table = {word: float(value) for word, value in rows}
    return table, table.pop("*")


def rarity(stem: str) -> float:
    """Weight of a stem: high where few texts have it."""
    table, most = _rarity()
    return table.get(stem, most)


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence of a source, or two neighbours, ready to be compared."""

    text: str
    stems: frozenset[str]
    order: tuple[str, ...]
    pairs: frozenset[tuple[str, str]]
    words: tuple[str, ...]


@lru_cache(maxsize=16_384)
def unit(text: str) -> Unit:
    """A text as a unit."""
    found = tokens(text)
    words = tuple(token.low for token in found)
    order = tuple(t.stem for t in found if t.content)
    return Unit(text, frozenset(order), order, frozenset(pairwise(words)), words)


@lru_cache(maxsize=4096)
def sentences(text: str) -> tuple[str, ...]:
    """The sentences and lines of a source."""
    return tuple(s.text for s in statements(text))


@lru_cache(maxsize=4096)
def units(text: str) -> tuple[Unit, ...]:
    """The sentences of a source, and each two neighbours together."""
    singles = sentences(text)
    return tuple(unit(t) for t in (*singles, *(f"{a}\n{b}" for a, b in pairwise(singles))))


def weights(claim: Unit, settled: frozenset[str] = frozenset()) -> dict[str, float]:
    """The weight of each content stem of a claim that is not settled elsewhere; of all its words when none is left."""
    return {stem: rarity(stem) for stem in ((claim.stems - settled) or claim.stems or claim.words)}


def recall(weighed: dict[str, float], known: frozenset[str] | set[str]) -> float:
    """Share of the claim's weight that stands in the known stems."""
    total = sum(weighed.values())
    return sum(weight * held(stem, known) for stem, weight in weighed.items()) / total if total else 0.0


def held(stem: str, known: frozenset[str] | set[str]) -> float:
    """How far a stem stands in the known ones: itself, or by a word that may stand for it."""
    if stem in known:
        return 1.0
    return 0.0 if alike(stem).isdisjoint(known) else NEARLY


def shared_pairs(claim: Unit, source: Unit) -> float:
    """Share of the claim's neighbouring words that are neighbours in the source as well."""
    return (
        len(claim.pairs & source.pairs) / len(claim.pairs)
        if claim.pairs
        else float(claim.words[:1] == source.words[:1])
    )


def covered(claim: Unit, known: frozenset[str]) -> float:
    """Share of all the claim's words, stop words too, that stand in the sources."""
    return sum(word in known for word in claim.words) / max(len(claim.words), 1)


def wholeness(claim: Unit, source: Unit) -> float:
    """1 where the claim is one run of the source's words, near 0 where it is pieced together word by word."""
    places: dict[str, list[int]] = {}
    for at, word in enumerate(source.words):
        places.setdefault(word, []).append(at)
    pieces, at = 0, 0
    while at < len(claim.words):
        at += max(_run(claim.words, at, source.words, places.get(claim.words[at], ())), 1)
        pieces += 1
    return 1.0 - (pieces - 1) / max(len(claim.words) - 1, 1)


def _run(claim: Sequence[str], at: int, source: Sequence[str], starts: Iterable[int]) -> int:
    best = 0
    for start in starts:
        length = 0
        while (
            at + length < len(claim) and start + length < len(source) and claim[at + length] == source[start + length]
        ):
            length += 1
        best = max(best, length)
    return best


def linked(claim: Unit, places: Sequence[Unit]) -> float:
    """How closely the claim's neighbouring content words stand together in the sources, in the claim's order.

    The mean over the claim's neighbours of exp(-(distance - 1) / 3) in the sentence where they are closest; three words
    further where their order is turned. Sentences put together from pieces of others score low.
    """
    follow = list(pairwise(claim.order))
    if not follow:
        return float(bool(claim.order) and any(claim.order[0] in place.stems for place in places))
    return sum(math.exp(-(_distance(one, two, places) - 1) / 3) for one, two in follow) / len(follow)


def _distance(one: str, two: str, places: Sequence[Unit]) -> float:
    best = math.inf
    for place in places:
        if one in place.stems and two in place.stems:
            first = [i for i, stem in enumerate(place.order) if stem == one]
            second = [i for i, stem in enumerate(place.order) if stem == two]
            best = min(best, *((j - i if j > i else i - j + TURNED) for i in first for j in second))
    return best
