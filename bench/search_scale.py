"""Search over many postings in the real engines: PostgreSQL with pgvector, and tantivy, in one partition.

Real texts of `jobs/*` are embedded; to reach `--limit` postings the rest are grown from them: each copy takes words of
another posting, and its vector is the mean of both with a little noise. Recall is measured against an exact search.
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from bench.embed import texts
from bench.report import Outcome
from verivita.adapters.embedders.onnx import OnnxEmbedder
from verivita.adapters.lexical.tantivy import TantivyIndex
from verivita.adapters.vectors.pgvector import PgVectorIndex
from verivita.bootstrap.schema import upgrade
from verivita.engines.retrieval.hybrid import DENSE, LEXICAL, hybrid
from verivita.engines.retrieval.ports import AnyOf, Filter, Partition, Point, TextEntry, Vector
from verivita.kit.db import Database
from verivita.kit.db.embedded import EmbeddedPostgres

HERE, COLLECTION = Partition(str(UUID(int=1))), "job_description/bench"
REAL, SIZE, BATCH, QUERIES = 1_000, 20_000, 2_000, 200
RARE: Filter = (AnyOf("bucket", ("7",)),)
"""A filter that passes one posting in a hundred."""


def grown(real: Sequence[str], vectors: Vector, size: int) -> tuple[list[str], Vector]:
    """`size` texts and unit vectors, the real ones first."""
    draw, noise = random.Random(5), np.random.default_rng(5)
    bodies, rows = list(real[:size]), [vectors[:size]]
    while len(bodies) < size:
        take = min(len(real), size - len(bodies))
        others = [draw.randrange(len(real)) for _ in range(take)]
        bodies += [
            " ".join(real[i].split()[: draw.randint(20, 80)] + real[j].split()[draw.randint(0, 40) :])
            for i, j in enumerate(others)
        ]
        mixed = vectors[:take] + vectors[others] + noise.normal(0, 0.03, (take, vectors.shape[1]))
        rows.append((mixed / np.linalg.norm(mixed, axis=1, keepdims=True)).astype(np.float32))
    return bodies, np.concatenate(rows)


async def timed(calls: Sequence[Callable[[], Awaitable[Any]]]) -> tuple[list[Any], float, float]:
    """Answers, and the p50 and p95 in milliseconds, one call after another."""
    answers, times = [], []
    for call in calls:
        start = time.perf_counter()
        answers.append(await call())
        times.append((time.perf_counter() - start) * 1000)
    p50, p95 = np.quantile(times, [0.5, 0.95])
    return answers, float(p50), float(p95)


def recall(found: Sequence[Any], vectors: Vector, queries: Vector, passes: Sequence[int]) -> float:
    """Share of the exact ten nearest among `passes` that were found."""
    right = 0
    for hits, query in zip(found, queries, strict=True):
        scores = vectors[passes] @ query
        best = {passes[i] for i in np.argsort(-scores)[:10]}
        right += len(best & {hit.id.int for hit in hits})
    return right / (10 * len(queries))


def resident() -> float:
    """Megabytes of memory that this process holds; the database server has its own."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


async def measured(bodies: list[str], vectors: Vector, asked: list[str], queries: Vector, url: str, folder: Path) -> dict[str, float]:  # fmt: skip  # noqa: E501
    """Build both indexes, then ask them."""
    database = Database(url)
    near, words = PgVectorIndex(database), TantivyIndex(folder)
    start = time.perf_counter()
    for first in range(0, len(bodies), BATCH):
        rows = range(first, min(first + BATCH, len(bodies)))
        await near.upsert(HERE, COLLECTION, [Point(UUID(int=i), vectors[i], {"bucket": str(i % 100)}) for i in rows])
        await words.upsert(HERE, [TextEntry(UUID(int=i), "", bodies[i], {"bucket": str(i % 100)}) for i in rows])
    figures = {"postings": float(len(bodies)), "build_s": time.perf_counter() - start}

    def ask(i: int, where: Filter = ()) -> Callable[[], Awaitable[Any]]:
        return lambda: near.query(HERE, COLLECTION, queries[i], 10, where)

    def read(i: int) -> Callable[[], Awaitable[Any]]:
        return lambda: words.query(HERE, asked[i], 10)

    def fused(i: int) -> Callable[[], Awaitable[Any]]:
        legs = {
            DENSE: lambda: near.query(HERE, COLLECTION, queries[i], 100),
            LEXICAL: lambda: words.query(HERE, asked[i], 100),
        }
        return lambda: hybrid(legs, 10)

    every = range(len(queries))
    await timed([ask(i) for i in every[:30]])
    plain, figures["p50_ms"], figures["p95_ms"] = await timed([ask(i) for i in every])
    figures["recall@10"] = recall(plain, vectors, queries, range(len(vectors)))
    rare, figures["filtered_p50_ms"], figures["filtered_p95_ms"] = await timed([ask(i, RARE) for i in every])
    figures["filtered_recall@10"] = recall(rare, vectors, queries, range(7, len(vectors), 100))
    _, figures["words_p50_ms"], figures["words_p95_ms"] = await timed([read(i) for i in every])
    _, figures["hybrid_p50_ms"], figures["hybrid_p95_ms"] = await timed([fused(i) for i in every])
    figures["rss_mb"] = resident()
    await database.aclose()
    return figures


def run(data: Path, sets: str | None = None, limit: int | None = None) -> Outcome:
    """One set, `jobs`, grown to `limit` postings (20,000 when none is given)."""
    import psycopg

    packed = sorted(data.glob("jobs/*/*.jsonl.gz"))
    if not packed:
        return {"sets": {}, "skipped": {"jobs": "no packed postings"}}
    wish = max(len(packed), min(REAL, (limit or SIZE) // 10))
    real = [text for path in packed for text in islice(texts(path), wish // len(packed))]
    embedder = OnnxEmbedder()
    asked = [" ".join(text.split()[5:11]) for text in real[:: max(1, len(real) // QUERIES)]][:QUERIES]
    both = asyncio.run(embedder.embed([*real, *asked]))
    embedder.close()
    bodies, vectors = grown(real, both[: len(real)], limit or SIZE)
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "pg")
        try:
            url = server.start().url()
            upgrade(url)
            with psycopg.connect(url) as connection:
                connection.execute("INSERT INTO tenants (id, name, key_check) VALUES (%s, 'bench', '')", [UUID(HERE)])
            found = asyncio.run(measured(bodies, vectors, asked, both[len(real) :], url, Path(folder) / "words"))
        finally:
            server.stop("immediate")
    return {"sets": {"jobs": {f"default/{name}": value for name, value in found.items()}}, "skipped": {}}
