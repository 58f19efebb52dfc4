"""Signatures of texts by which near-duplicates are found without comparing all with all.

MinHash: Broder 1997, "On the resemblance and containment of documents"; the permutations are multiply-shift hashes
(Dietzfelbinger et al. 1997). Banding: Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", chapter 3.
"""

from __future__ import annotations

import hashlib
import random
import re
import zlib
from functools import cache

import numpy as np
import numpy.typing as npt

from verivita.core.text import fold

PERMUTATIONS = 64
BANDS = 16
SHINGLE = 3
_ROWS = PERMUTATIONS // BANDS
_MAX_WORDS = 6000
_WORD = re.compile(r"[^\W_]+")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")


@cache
def _factors() -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    source = random.Random(20_061_997)  # noqa: S311 - fixed constants of a hash family
    odd = [source.getrandbits(64) | 1 for _ in range(PERMUTATIONS)]
    add = [source.getrandbits(64) for _ in range(PERMUTATIONS)]
    return np.array(odd, dtype=np.uint64)[:, None], np.array(add, dtype=np.uint64)[:, None]


def signature(text: str) -> tuple[int, ...]:
    """MinHash of the set of three-word shingles of `text`: 64 numbers below 2**32, or () for a text without words.

    Stable over processes and machines. Two signatures agree in about the share of places
    that the sets have in common (Jaccard).
    """
    tokens = _WORD.findall(folded(text))[:_MAX_WORDS]
    if not tokens:
        return ()
    count = max(1, len(tokens) - SHINGLE + 1)
    shingles = {zlib.crc32(" ".join(tokens[i : i + SHINGLE]).encode()) for i in range(count)}
    hashed = np.fromiter(shingles, dtype=np.uint64, count=len(shingles))
    factor, add = _factors()
    with np.errstate(over="ignore"):
        mixed = (hashed * np.uint64(0x9E3779B97F4A7C15)) ^ (hashed << np.uint64(17))
        lowest = ((mixed[None, :] * factor + add) >> np.uint64(32)).min(axis=1)
    return tuple(int(value) for value in lowest)


def folded(text: str) -> str:
    """Like `core.text.fold`, quicker on long texts that are nearly ASCII."""
    return _NOT_ASCII.sub(lambda match: fold(match[0]), text).lower()


def bands(mark: tuple[int, ...]) -> tuple[str, ...]:
    """Sixteen keys of a signature; texts of similarity 0.5 share one with probability 0.64, of 0.8 with 0.9998.

    A store looks candidates up by any shared key, then asks whether they are the same job.
    """
    keys = []
    for band in range(len(mark) // _ROWS):
        part = mark[band * _ROWS : (band + 1) * _ROWS]
        digest = hashlib.blake2b(repr(part).encode(), digest_size=6).hexdigest()
        keys.append(f"{band:02d}{digest}")
    return tuple(keys)


def similarity(a: tuple[int, ...], b: tuple[int, ...]) -> float:
    """Estimated Jaccard similarity of two texts by their signatures, 0 to 1; 0 where one is empty."""
    if not a or len(a) != len(b):
        return 0.0
    return sum(x == y for x, y in zip(a, b, strict=True)) / len(a)
