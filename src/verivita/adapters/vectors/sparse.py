"""BM25 as sparse vectors: a document's part of the formula as its weights, the rare words' part left to the server."""

from __future__ import annotations

from collections import Counter
from hashlib import blake2b

from verivita.engines.retrieval.terms import english

K1, B = 1.2, 0.75
USUAL_TERMS = 256.0
"""The length that counts as average: a point is stored before anyone knows how long the others are."""
MAX_TERMS = 20_000
MAX_QUERY_TERMS = 256


def document_weights(text: str) -> dict[int, float]:
    """Term -> saturated frequency (Robertson and Zaragoza 2009, without IDF), in order of the terms' numbers."""
    counts = Counter(english(text)[:MAX_TERMS])
    norm = K1 * (1 - B + B * sum(counts.values()) / USUAL_TERMS)
    found: dict[int, float] = {}
    for term, times in counts.items():
        number = _number(term)
        found[number] = found.get(number, 0.0) + times * (K1 + 1) / (times + norm)
    return dict(sorted(found.items()))


def query_weights(text: str) -> dict[int, float]:
    """Term -> how often the query says it."""
    found: dict[int, float] = {}
    for term, times in list(Counter(english(text)).items())[:MAX_QUERY_TERMS]:
        number = _number(term)
        found[number] = found.get(number, 0.0) + times
    return dict(sorted(found.items()))


def _number(term: str) -> int:
    """A term as a number of 32 bits; two terms that share one are one word to the index."""
    return int.from_bytes(blake2b(term.encode("utf-8", "replace"), digest_size=4).digest(), "big")
