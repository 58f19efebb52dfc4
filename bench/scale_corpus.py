"""Postings for measurements of size: real texts and their vectors, and as many more as are asked for, grown."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from bench.embed import texts
from verivita.adapters.embedders.onnx import OnnxEmbedder
from verivita.engines.retrieval.ports import Payload, Vector

MOST_REAL, QUERIES = 3_000, 200
PLACES = ("remote", "hybrid", "onsite")
LEVELS = ("entry", "mid", "senior", "staff", "lead")
SKILLS, SKILLS_EACH, RARE = 2_000, 12, 100
NOISE = 0.2
"""Length of the noise beside a grown vector of length 1. With much more (0.7) the copies lie like random points, where
no graph finds its way: hnswlib and pgvector alike fell below 60 % there, and real vectors are not like that."""


Halves = NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts and unit vectors of the real postings, and real queries with theirs."""

    texts: Sequence[str]
    vectors: Vector
    queries: Sequence[str]
    query_vectors: Vector


def real_texts(data: Path, most: int) -> list[str]:
    """About `most` real texts of `jobs/*`, spread over its files, in an order drawn once."""
    packed = sorted(data.glob("jobs/*/*.jsonl.gz"))
    each = -(-most // len(packed)) if packed else 0
    found = [text for path in packed for text in islice((t for t in texts(path) if len(t.split()) > 15), each)]
    random.Random(7).shuffle(found)
    return found


def real(data: Path, most: int) -> Corpus | None:
    """Real texts with their vectors by the shipped encoder; queries are six words out of texts that are not among
    them. None where there are no packed postings."""
    found = real_texts(data, most + QUERIES)
    if not found:
        return None
    held = min(QUERIES, len(found) // 5)
    kept = found[held:][:most]
    asked = [" ".join(text.split()[5:11]) for text in found[:held]]
    embedder = OnnxEmbedder()
    both = asyncio.run(embedder.embed([*kept, *asked]))
    embedder.close()
    return Corpus(kept, both[: len(kept)], asked, both[len(kept) :])


class Grown:
    """`size` postings: the real ones, then copies whose words come from two of them, and whose vector is near both.

    Vectors are made once, in half precision; texts are made again whenever they are read, so that a million fit.
    """

    def __init__(self, corpus: Corpus, size: int) -> None:
        self.size, self._texts = size, corpus.texts
        generator = np.random.default_rng(5)
        count, dimensions = corpus.vectors.shape
        self._pairs = generator.integers(count, size=(size, 2))
        self.vectors = np.empty((size, dimensions), np.float16)
        for start in range(0, size, 20_000):
            pairs = self._pairs[start : start + 20_000]
            share = generator.random((len(pairs), 1), np.float32)
            noise = generator.standard_normal((len(pairs), dimensions), np.float32) * (NOISE / dimensions**0.5)
            mixed = corpus.vectors[pairs[:, 0]] * share + corpus.vectors[pairs[:, 1]] * (1 - share) + noise
            self.vectors[start : start + len(pairs)] = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
        first = min(size, count)
        self.vectors[:first] = corpus.vectors[:first]
        self._real = first

    def text(self, i: int) -> str:
        """The words of posting `i`."""
        if i < self._real:
            return self._texts[i]
        draw = random.Random(i)
        one, other = (self._texts[int(k)].split() for k in self._pairs[i])
        return " ".join(one[: draw.randint(20, 80)] + other[draw.randint(0, 40) :])

    def payload(self, i: int) -> Payload:
        """Fields to filter by, about as many as a posting has; `bucket` 7 is one posting in a hundred."""
        draw = random.Random(i)
        skills = {f"s{int(draw.paretovariate(0.6)) % SKILLS}" for _ in range(SKILLS_EACH)}
        return {
            "bucket": str(i % RARE),
            "location_type": PLACES[draw.randrange(3)],
            "level": LEVELS[draw.randrange(5)],
            "skills": sorted(skills),
            "salary": draw.randrange(40_000, 250_000),
            "posted": 738_000 + draw.randrange(700),
        }

    def batches(self, size: int) -> Iterator[range]:
        """The numbers of all postings, in parts."""
        return (range(start, min(start + size, self.size)) for start in range(0, self.size, size))


def exact(vectors: Halves, queries: Vector, among: Sequence[int] | range, k: int) -> list[set[int]]:
    """The numbers of the `k` nearest of these vectors to each query, by an exact search."""
    rows = np.asarray(among)
    best: list[set[int]] = []
    for query in queries:
        scores = np.concatenate(
            [vectors[rows[s : s + 50_000]].astype(np.float32) @ query for s in range(0, len(rows), 50_000)]
        )
        best.append({int(rows[i]) for i in np.argpartition(-scores, min(k, len(rows) - 1))[:k]})
    return best


def number(id: UUID) -> int:
    """The posting's number out of its id."""
    return id.int
