"""Search over many postings in the real engines: PostgreSQL with pgvector, and tantivy.

Real texts of `jobs/*` are embedded; to reach `--limit` postings the rest are grown from them: each copy takes words of
two postings, and its vector lies between both, as far from its neighbours as real ones would lie (`scale_corpus` says
how that is known). Recall is measured against an exact search. The vectors are stored first and indexed at the end, as
`verivita reindex` does; then the index measures itself on stored vectors, as the worker's upkeep does, and so chooses
how widely it is searched (`effort`). Latency is that of one caller; `server_p50_ms` is the database's own part of it.
`index_` is the approximate index alone; the rest has the codes in memory (`codes_s` to read them).

Set `jobs`: a partition of shared postings, a tenant's own 5,000 vectors, words, both fused with the query embedded
(`hybrid`: encoder, both legs, fusion and neighbours, as the product searches, without HTTP); peers over the same
vectors in memory. Set `words`, when it is asked for by name: the words alone, without vectors. Set `ml-service`: 64
clients of the ML service at once. Set `jobs-http`: the real postings, imported and searched through HTTP in a running
installation.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from bench import scale_grpc, scale_http, scale_peers, word_peers
from bench.report import Outcome, wanted
from bench.scale_corpus import MOST_REAL, QUERIES, Corpus, Grown, Texts, exact, number, real, real_texts
from bench.scale_server import server_ms
from verivita.adapters.embedders.onnx import OnnxEmbedder
from verivita.adapters.lexical.tantivy import TantivyIndex
from verivita.adapters.vectors.code_reader import reader
from verivita.adapters.vectors.companions import Companions
from verivita.adapters.vectors.index_keeper import IndexKeeper
from verivita.adapters.vectors.pgvector import PgVectorIndex
from verivita.adapters.vectors.tuning import tuned
from verivita.bootstrap.schema import upgrade
from verivita.engines.retrieval.hybrid import DENSE, LEXICAL, dense_leg, hybrid, lexical_leg
from verivita.engines.retrieval.ports import AnyOf, Filter, IdPairs, Partition, Point, TextEntry
from verivita.kit.db import Database
from verivita.kit.db.changes import Changes
from verivita.kit.db.embedded import EmbeddedPostgres

HERE, MINE = Partition(str(UUID(int=1))), Partition(str(UUID(int=2)))
COLLECTION = "job_description/bench"
SIZE, BATCH, OWN, NEAREST = 20_000, 2_000, 5_000, 10
RARE: Filter = (AnyOf("bucket", ("7",)),)
"""A filter that passes one posting in a hundred."""
Call = Callable[[], Awaitable[Any]]


async def timed(calls: Sequence[Call]) -> tuple[list[Any], float, float]:
    """Answers, and the p50 and p95 in milliseconds, one call after another."""
    answers, times = [], []
    for call in calls:
        start = time.perf_counter()
        answers.append(await call())
        times.append((time.perf_counter() - start) * 1000)
    p50, p95 = np.quantile(times, [0.5, 0.95])
    return answers, float(p50), float(p95)


def recall(found: Sequence[Any], best: Sequence[set[int]]) -> float:
    """Share of the exact nearest that were found."""
    right = sum(len(wished & {number(hit.id) for hit in hits}) for hits, wished in zip(found, best, strict=True))
    return right / sum(map(len, best))


def resident(pid: int | None = None) -> float:
    """Megabytes of memory that a process holds; shared pages count in each."""
    return int(Path(f"/proc/{pid or os.getpid()}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


class Measured:
    """Both indexes over a grown corpus, built and asked."""

    def __init__(self, url: str, folder: Path, corpus: Corpus, grown: Grown) -> None:
        self._url, self._corpus, self._grown = url, corpus, grown
        self._database = Database(url)
        self._words = TantivyIndex(folder)
        self._changes = Changes(url)
        self._companions = Companions(self._changes, reader(self._database))
        self._near = PgVectorIndex(self._database, passing=self._passing, companions=self._companions)
        self.figures: dict[str, float] = {"postings": float(grown.size), "real_texts": float(len(corpus.texts))}
        self.figures |= {"noise": grown.noise, "distance": grown.distance, "distance_expected": grown.expected}

    async def build(self) -> None:
        """Store vectors without their index, then build it; store the words."""
        import psycopg

        before = resident()
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute("DROP INDEX IF EXISTS ix_vector_points_hnsw_384")
        start = time.perf_counter()
        for rows in self._grown.batches(BATCH):
            await self._near.upsert(HERE, COLLECTION, [self._point(i) for i in rows])
        own = range(min(OWN, self._grown.size))
        await self._near.upsert(MINE, COLLECTION, [self._point(i) for i in own])
        stored = time.perf_counter()
        keeper = IndexKeeper(self._database, self._url)
        await keeper.ensure()
        indexed = time.perf_counter()
        await index_words(self._words, self._grown)
        done = time.perf_counter()
        self.figures |= {"store_s": stored - start, "index_s": indexed - stored, "words_s": done - indexed}
        self.figures["build_s"] = done - start
        self.figures["build_rss_mb"] = resident() - before
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE vector_points")
            sizes = "SELECT pg_table_size('vector_points'), pg_relation_size('ix_vector_points_hnsw_384')"
            table, index = connection.execute(sizes).fetchone() or (0, 0)
        self.figures |= {"table_mb": table / 2**20, "index_mb": index / 2**20}
        start = time.perf_counter()
        kept = await keeper.keep(HERE, COLLECTION)
        known = await tuned(self._database, HERE, COLLECTION)
        self.figures |= {"tune_s": time.perf_counter() - start, "tuned_recall": kept.recall}
        self.figures |= {"effort": float(known.effort if known else 0), "rebuilt": float(kept.rebuilt)}

    async def ask(self) -> None:
        """Latency and recall of every way to search."""
        queries, grown = self._corpus.query_vectors, self._grown
        every = range(len(queries))
        listening = asyncio.create_task(self._changes.listen())
        await self._coded()
        best = exact(grown.vectors, queries, range(grown.size), NEAREST)
        await self._figure("", [self._search(HERE, i) for i in every], best)
        passing = range(7, grown.size, 100)
        rare = exact(grown.vectors, queries, passing, NEAREST)
        await self._figure("filtered_", [self._search(HERE, i, RARE) for i in every], rare)
        own = exact(grown.vectors, queries, range(min(OWN, grown.size)), NEAREST)
        await self._figure("tenant_", [self._search(MINE, i) for i in every], own)
        self.figures |= await words_figures(self._words, self._corpus.queries)
        await self._inside()
        await self._fused()
        listening.cancel()
        await asyncio.wait([listening])

    async def _coded(self) -> None:
        """Have the codes in memory, as a process that answers has soon after its first question."""
        while self._changes.since is None:  # noqa: ASYNC110 - what it waits for has no event
            await asyncio.sleep(0.01)
        calls = [self._search(HERE, i) for i in range(len(self._corpus.queries))]
        plain = PgVectorIndex(self._database, passing=self._passing)
        found, self.figures["index_p50_ms"], self.figures["index_p95_ms"] = await timed(
            [partial(plain.query, HERE, COLLECTION, one, NEAREST) for one in self._corpus.query_vectors]
        )
        best = exact(self._grown.vectors, self._corpus.query_vectors, range(self._grown.size), NEAREST)
        self.figures[f"index_recall@{NEAREST}"] = recall(found, best)
        before, start = resident(), time.perf_counter()
        await self._companions.warm(HERE, COLLECTION)
        self.figures |= {"codes_s": time.perf_counter() - start, "codes_rss_mb": resident() - before}
        await timed(calls)

    async def _inside(self) -> None:
        """What the database itself needs."""
        for name, partition, where in (("", HERE, ()), ("filtered_", HERE, RARE), ("tenant_", MINE, ())):

            def ask(database: Database, partition: Partition = partition, where: Filter = where) -> list[Call]:
                near = PgVectorIndex(database, passing=self._passing, companions=self._companions)
                vectors = self._corpus.query_vectors[:50]
                return [partial(near.query, partition, COLLECTION, one, NEAREST, where) for one in vectors]

            self.figures[f"{name}server_p50_ms"] = await server_ms(self._url, ask)

    async def _fused(self) -> None:
        """The whole search of the product, the query embedded anew each time, without and with the rare filter."""
        embedder = OnnxEmbedder()

        def call(i: int, where: Filter = ()) -> Call:
            asked = self._corpus.queries[i]
            legs = {
                DENSE: dense_leg(embedder, self._near, HERE, COLLECTION, asked, where),
                LEXICAL: lexical_leg(self._words, HERE, asked, where),
            }
            return lambda: hybrid(legs, NEAREST, vectors=partial(self._near.rough, HERE, COLLECTION))

        every = range(len(self._corpus.queries))
        await timed([call(i) for i in every[:50]])
        await self._figure("hybrid_", [call(i) for i in every], None)
        await self._figure("hybrid_filtered_", [call(i, RARE) for i in every], None)
        self.figures["rss_mb"] = resident()
        embedder.close()
        await self._database.aclose()

    async def _figure(self, name: str, calls: Sequence[Call], best: Sequence[set[int]] | None) -> None:
        found, self.figures[f"{name}p50_ms"], self.figures[f"{name}p95_ms"] = await timed(calls)
        if best is not None:
            self.figures[f"{name}recall@{NEAREST}"] = recall(found, best)

    def _search(self, partition: Partition, i: int, where: Filter = ()) -> Call:
        return partial(self._near.query, partition, COLLECTION, self._corpus.query_vectors[i], NEAREST, where)

    def _point(self, i: int) -> Point:
        return Point(UUID(int=i), self._grown.vectors[i].astype(np.float32), self._grown.payload(i))

    async def _passing(self, partition: Partition, _: str, where: Filter, most: int) -> IdPairs | None:
        return await self._words.passing(partition, where, most)


async def index_words(index: TantivyIndex, texts: Texts) -> None:
    """Store the words of all of them."""
    for rows in texts.batches(10 * BATCH):
        entries = [TextEntry(UUID(int=i), "", texts.text(i), texts.payload(i)) for i in rows]
        await index.upsert(HERE, entries)


async def words_figures(index: TantivyIndex, queries: Sequence[str]) -> dict[str, float]:
    """Latency of the words, without and with a filter."""
    found: dict[str, float] = {}
    for name, where in (("words_", ()), ("words_filtered_", RARE)):
        calls = [partial(index.query, HERE, asked, NEAREST, where) for asked in queries]
        await timed(calls[:50])
        _, found[f"{name}p50_ms"], found[f"{name}p95_ms"] = await timed(calls)
    return found


async def words_alone(folder: Path, data: Path, size: int) -> dict[str, float]:
    """Build and ask the word index alone, and a peer that holds the same in memory and cannot be added to."""
    found = real_texts(data, MOST_REAL + QUERIES)
    index, texts = TantivyIndex(folder), Texts(found[QUERIES:], size)
    queries = [" ".join(text.split()[5:11]) for text in found[:QUERIES]]
    before, start = resident(), time.perf_counter()
    await index_words(index, texts)
    figures = {"postings": float(size), "words_s": time.perf_counter() - start, "rss_mb": resident() - before}
    figures |= await words_figures(index, queries)
    for name, (ask, seconds) in word_peers.built([texts.text(i) for i in range(size)], NEAREST, ("bm25s",)).items():
        figures |= {f"peer:{name}/words_{key}": value for key, value in word_peers.timed(ask, queries).items()}
        figures[f"peer:{name}/words_s"] = seconds
    return figures


async def measured(url: str, folder: Path, corpus: Corpus, grown: Grown) -> dict[str, float]:
    """Build, then ask."""
    one = Measured(url, folder, corpus, grown)
    await one.build()
    await one.ask()
    return one.figures


def run(data: Path, sets: str | None = None, limit: int | None = None) -> Outcome:
    """The set `jobs`, grown to `limit` postings (20,000 when none is given), and `jobs-http`."""
    import psycopg

    outcome: Outcome = {"sets": {}, "skipped": {}}
    size = limit or SIZE
    if wanted("jobs-http", sets):
        scale_http.into(outcome, data, limit)
    if wanted("ml-service", sets) and (few := real_texts(data, 300)):
        figures = scale_grpc.service(few)
        outcome["sets"]["ml-service"] = {f"default/{name}": value for name, value in figures.items()}
    if sets and wanted("words", sets):
        with tempfile.TemporaryDirectory() as folder:
            figures = asyncio.run(words_alone(Path(folder), data, size))
        named = {name if ":" in name else f"default/{name}": value for name, value in figures.items()}
        outcome["sets"]["words"] = named
    if not wanted("jobs", sets):
        return outcome
    corpus = real(data, min(MOST_REAL, max(200, size // 10)))
    if corpus is None:
        outcome["skipped"]["jobs"] = "no packed postings"
        return outcome
    grown = Grown(corpus, size)
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "pg")
        try:
            url = server.start().url()
            upgrade(url)
            with psycopg.connect(url) as connection:
                for tenant in (HERE, MINE):
                    connection.execute(
                        "INSERT INTO tenants (id, name, key_check) VALUES (%s, 'bench', '')", [UUID(tenant)]
                    )
            found = asyncio.run(measured(url, Path(folder) / "words", corpus, grown))
        finally:
            server.stop("immediate")
    outcome["sets"]["jobs"] = {f"default/{name}": value for name, value in found.items()}
    outcome["sets"]["jobs"] |= scale_peers.peers(grown.vectors, corpus.query_vectors, NEAREST)
    return outcome
