"""Postings for measurements of size: real texts and their vectors, and as many more as are asked for, grown.

A grown vector lies between those of two real postings, moved by noise that varies as the real vectors vary (it has
their covariance). How far is chosen by the corpus itself. Among real postings the median distance to the tenth nearest
falls as a power of their number (1 - cosine .52, .50, .48, .44 for 300, 600, 1,200, 3,500 of them: about N to the
-0.07, as in a space of some 28 dimensions); the noise is the one with which grown postings of a number lie as far from
their tenth nearest as that law says. So neighbours are neither copies of each other, which an index tells apart with
ease and mixes up all the same, nor random points, among which no graph finds its way. Measured on 20,000 grown ones:
local dimension (Levina and Bickel 2004, 100 neighbours) 25, beside 28 of the real ones; noise of equal strength in all
directions gave 30 and more at the distances that matter.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from bench.embed import strings
from verivita.adapters.embedders.onnx import OnnxEmbedder
from verivita.engines.retrieval.ports import Payload, Vector
from verivita.features.postings.markup import clean_text

MOST_REAL, QUERIES = 3_000, 200
PLACES = ("remote", "hybrid", "onsite")
LEVELS = ("entry", "mid", "senior", "staff", "lead")
SKILLS, SKILLS_EACH, RARE = 2_000, 12, 100
WORDS = 100
NEIGHBOUR, PROBES, TRIED = 10, 300, 100_000
"""The neighbour whose distance is held to the law, how many are asked for theirs, and among how many at most."""

Halves = NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts and unit vectors of the real postings, and real queries with theirs."""

    texts: Sequence[str]
    vectors: Vector
    queries: Sequence[str]
    query_vectors: Vector


def real_texts(data: Path, most: int) -> list[str]:
    """About `most` real texts of `jobs/*`, spread over its files, in an order drawn once, without their markup."""
    packed = sorted(data.glob("jobs/*/*.jsonl.gz"))
    each = -(-most // len(packed)) if packed else 0
    found = [text for path in packed for text in islice(_plain(path), each)]
    random.Random(7).shuffle(found)
    return found


def _plain(path: Path) -> Iterator[str]:
    """The first words of each long text of a file, as the product indexes it."""
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        for line in stream:
            for text in strings(json.loads(line)):
                words = clean_text(text).split()[:WORDS]
                if len(words) > 15:
                    yield " ".join(words)


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


class Texts:
    """The words and fields of `size` postings: the real ones, then copies whose words come from two of them.

    Texts are made again whenever they are read, so that a million fit.
    """

    def __init__(self, texts: Sequence[str], size: int) -> None:
        self.size, self._texts, self._real = size, texts, min(size, len(texts))
        self.pairs = np.random.default_rng(5).integers(len(texts), size=(size, 2))

    def text(self, i: int) -> str:
        """The words of posting `i`."""
        if i < self._real:
            return self._texts[i]
        draw = random.Random(i)
        one, other = (self._texts[int(k)].split() for k in self.pairs[i])
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


class Grown(Texts):
    """The same with vectors: those of the real ones, then for each copy one between its two.

    They are made once, in half precision. `noise` is the strength of the noise, 1 being as much as real vectors vary.
    """

    def __init__(self, corpus: Corpus, size: int) -> None:
        super().__init__(corpus.texts, size)
        self.noise = _noise(corpus.vectors, size)
        self.vectors = grown(corpus.vectors, self.pairs, self.noise)
        self.vectors[: self._real] = corpus.vectors[: self._real]
        self.expected = expected_distance(corpus.vectors, size)
        self.distance = distance(self.vectors)


def grown(vectors: Vector, pairs: NDArray[np.int64], noise: float) -> Halves:
    """For each pair a vector between its two, with `noise` of the covariance of all; rows of length 1."""
    generator = np.random.default_rng(11)
    strengths, directions = np.linalg.eigh(np.cov(vectors.T))
    shape = (directions * np.sqrt(np.maximum(strengths, 0)) * noise).astype(np.float32).T
    found = np.empty((len(pairs), vectors.shape[1]), np.float16)
    for start in range(0, len(pairs), 20_000):
        part = pairs[start : start + 20_000]
        share = generator.random((len(part), 1), np.float32)
        moved = generator.standard_normal((len(part), vectors.shape[1]), np.float32) @ shape
        mixed = vectors[part[:, 0]] * share + vectors[part[:, 1]] * (1 - share) + moved
        found[start : start + len(part)] = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
    return found


def distance(vectors: Halves | Vector, neighbour: int = NEIGHBOUR) -> float:
    """The median distance (1 - cosine) from some of these vectors to their n-th nearest."""
    asked = np.random.default_rng(3).permutation(len(vectors))[:PROBES]
    queries = vectors[asked].astype(np.float32)
    scores = [vectors[s : s + 50_000].astype(np.float32) @ queries.T for s in range(0, len(vectors), 50_000)]
    best = np.sort(np.concatenate([np.sort(part, axis=0)[-neighbour - 1 :] for part in scores]), axis=0)
    return float(np.median(1 - best[-neighbour - 1]))


def expected_distance(vectors: Vector, size: int) -> float:
    """What `distance` of `size` real postings would be, by the power law of these and of parts of them."""
    counts = [len(vectors) >> times for times in (0, 1, 2)]
    mixed = np.random.default_rng(1).permutation(len(vectors))
    held = [distance(vectors[mixed[:count]]) for count in counts]
    slope, height = np.polyfit(np.log(counts), np.log(held), 1)
    return float(np.exp(height + slope * np.log(size)))


def _noise(vectors: Vector, size: int) -> float:
    """The strength with which `size` grown postings lie as far from each other as the law says, by halving.

    Of very many only a part is made; in a tenth of them the tenth neighbour is the first.
    """
    wished, low, high = expected_distance(vectors, size), 0.0, 2.0
    tried = min(size, TRIED)
    pairs = np.random.default_rng(7).integers(len(vectors), size=(tried, 2))
    neighbour = max(1, round(NEIGHBOUR * tried / size))
    for _ in range(7):
        middle = (low + high) / 2
        low, high = (middle, high) if distance(grown(vectors, pairs, middle), neighbour) < wished else (low, middle)
    return (low + high) / 2


def exact(vectors: Halves, queries: Vector, among: Sequence[int] | range, k: int) -> list[set[int]]:
    """The numbers of the `k` nearest of these vectors to each query, by an exact search."""
    rows = np.asarray(among)
    likely: list[tuple[NDArray[np.int64], Vector]] = []
    for start in range(0, len(rows), 50_000):
        part = rows[start : start + 50_000]
        scores = queries @ vectors[part].astype(np.float32).T
        best = np.argpartition(-scores, min(k, len(part) - 1), axis=1)[:, :k]
        likely.append((part[best], np.take_along_axis(scores, best, axis=1)))
    numbers, scores = (np.concatenate(kind, axis=1) for kind in zip(*likely, strict=True))
    order = np.argsort(-scores, axis=1)[:, :k]
    return [{int(i) for i in row} for row in np.take_along_axis(numbers, order, axis=1)]


def number(id: UUID) -> int:
    """The posting's number out of its id."""
    return id.int
