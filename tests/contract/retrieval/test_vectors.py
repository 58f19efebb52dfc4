"""Every VectorIndex keeps the same promises."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from tests.rigs.chroma import chroma_at
from verivita.adapters.lexical.tantivy import TantivyIndex
from verivita.adapters.vectors.chroma import ChromaIndex
from verivita.adapters.vectors.code_reader import reader
from verivita.adapters.vectors.companions import Companions
from verivita.adapters.vectors.milvus import MilvusIndex
from verivita.adapters.vectors.pgvector import PgVectorIndex
from verivita.adapters.vectors.prefixed import PrefixedFetchIndex
from verivita.adapters.vectors.qdrant import QdrantIndex
from verivita.core.errors import Invalid, Unavailable
from verivita.engines.retrieval.ports import (
    AnyOf,
    Between,
    Filter,
    IdPairs,
    Not,
    Partition,
    Point,
    TextEntry,
    Vector,
    VectorIndex,
)
from verivita.kit.db import Database
from verivita.kit.db.changes import Changes

HERE, THERE = Partition(str(UUID(int=1))), Partition(str(UUID(int=2)))
COLLECTION = "job_description/test/384"
IDS = [UUID(int=10 + i) for i in range(4)]
PAYLOADS: list[dict[str, object]] = [
    {"place": "remote", "pay": 60_000},
    {"place": "onsite", "pay": 150_000.5},
    {"place": "remote", "tags": ["games", "pc"], "open": True},
    {"place": None, "pay": -5},
]


def unit(*numbers: float, size: int = 384) -> Vector:
    vector = np.zeros(size, np.float32)
    vector[: len(numbers)] = numbers
    return vector / np.linalg.norm(vector)


VECTORS = [unit(1, 0), unit(1, 1), unit(0, 1), unit(-1, 0)]


@pytest.fixture(scope="module")
def milvus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusIndex]:
    """One file for the module: opening it takes a second."""
    made = MilvusIndex(str(tmp_path_factory.mktemp("milvus") / "vectors.db"))
    yield made
    made._close()


@pytest.fixture(scope="module")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaIndex]:
    """One folder for the module."""
    made = ChromaIndex(str(tmp_path_factory.mktemp("chroma")), prefix="some ")
    yield made
    made._close()


@pytest.fixture(scope="module")
def chroma_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaIndex]:
    """A real server on this machine, which comes with the package."""
    with chroma_at(tmp_path_factory.mktemp("server")) as address:
        made = ChromaIndex(address, token="nobody asks for it")
        yield made
        made._close()


def made_by(name: str, database: Database, request: pytest.FixtureRequest) -> VectorIndex:
    if name in ("milvus", "chroma", "chroma_server"):
        return request.getfixturevalue(name)  # type: ignore[no-any-return]
    if name == "qdrant":
        from qdrant_client import AsyncQdrantClient

        return QdrantIndex(AsyncQdrantClient(location=":memory:"))
    plain = PgVectorIndex(database, exact_limit=0 if name.endswith("hnsw") else 5_000)
    return PrefixedFetchIndex(plain, plain, "first-") if name == "prefixed" else plain


@asynccontextmanager
async def hearing(url: str) -> AsyncIterator[Changes]:
    """Changes, heard of."""
    changes = Changes(url)
    listening = asyncio.create_task(changes.listen())
    async with asyncio.timeout(20):
        while changes.since is None:  # noqa: ASYNC110 - what it waits for has no event
            await asyncio.sleep(0.01)
    yield changes
    listening.cancel()
    await asyncio.wait([listening])


ENGINES = [
    pytest.param("pgvector exact", marks=pytest.mark.acceptance("RET-18")),
    pytest.param("pgvector hnsw", marks=pytest.mark.acceptance("RET-18")),
    pytest.param("pgvector codes", marks=pytest.mark.acceptance("RET-18")),
    pytest.param("prefixed", marks=pytest.mark.acceptance("RET-27")),
    pytest.param("qdrant", marks=pytest.mark.acceptance("RET-15")),
    pytest.param("milvus", marks=pytest.mark.acceptance("RET-17")),
    pytest.param("chroma", marks=pytest.mark.acceptance("RET-19")),
    pytest.param("chroma_server", marks=pytest.mark.acceptance("RET-19")),
]


@pytest.fixture(params=ENGINES)
async def index(
    request: pytest.FixtureRequest, database: Database, indexed: str, empty: None
) -> AsyncIterator[VectorIndex]:
    points = [Point(id, v, p) for id, v, p in zip(IDS, VECTORS, PAYLOADS, strict=True)]  # type: ignore[arg-type]
    if request.param == "pgvector codes":
        async with hearing(indexed) as changes:
            coded = PgVectorIndex(database, exact_limit=0, companions=Companions(changes, reader(database)))
            await coded.upsert(HERE, COLLECTION, points)
            assert await coded._companions.warm(HERE, COLLECTION)
            yield coded
        return
    made = made_by(request.param, database, request)
    await made.upsert(HERE, COLLECTION, points)
    yield made
    for partition in (HERE, THERE):
        for collection in (COLLECTION, "other", "new", "wide", "many", "zero"):
            await made.delete(partition, collection, None)


async def ids(index: VectorIndex, where: Filter = (), k: int = 10) -> list[UUID]:
    return [hit.id for hit in await index.query(HERE, COLLECTION, unit(1, 0.1), k, where)]


async def test_nearest_first_and_the_score_is_the_cosine(index: VectorIndex) -> None:
    hits = await index.query(HERE, COLLECTION, unit(1, 0.1), 10)
    assert [hit.id for hit in hits] == IDS
    assert [hit.score for hit in hits] == pytest.approx([float(unit(1, 0.1) @ v) for v in VECTORS], abs=2e-3)


async def test_k_cuts(index: VectorIndex) -> None:
    assert await ids(index, k=2) == IDS[:2]
    assert await ids(index, k=0) == []


async def test_a_vector_without_length_finds_nothing(index: VectorIndex) -> None:
    assert await index.query(HERE, COLLECTION, np.zeros(384, np.float32), 5) == []


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ((AnyOf("place", ("remote",)),), {0, 2}),
        ((AnyOf("place", ("remote", "onsite")),), {0, 1, 2}),
        ((AnyOf("place", ()),), set()),
        ((AnyOf("tags", ("pc", "phone")),), {2}),
        ((AnyOf("open", ("true",)),), {2}),
        ((AnyOf("pay", ("60000",)),), {0}),
        ((Not("place", ("remote",)),), {1, 3}),
        ((Not("tags", ("games",)),), {0, 1, 3}),
        ((Not("place", ()),), {0, 1, 2, 3}),
        ((Between("pay", 60_000, None),), {0, 1}),
        ((Between("pay", None, 60_000),), {0, 3}),
        ((Between("pay", 150_000.5, 150_000.5),), {1}),
        ((Between("pay"),), {0, 1, 3}),
        ((Between("unknown", 0, 1),), set()),
        ((AnyOf("place", ("remote",)), Between("pay", 0, None)), {0}),
        ((AnyOf("a.b' OR 1=1 --", ("x\x00",)),), set()),
        ((Between("a'; DROP TABLE vector_points; --", 0, 1),), set()),
    ],
)
async def test_filters(index: VectorIndex, where: Filter, found: set[int]) -> None:
    assert set(await ids(index, where)) == {IDS[i] for i in found}


@pytest.mark.security
async def test_partitions_and_collections_never_meet(index: VectorIndex) -> None:
    await index.upsert(THERE, COLLECTION, [Point(UUID(int=99), unit(1, 0.1))])
    await index.upsert(HERE, "other", [Point(UUID(int=98), unit(1, 0.1))])
    assert await ids(index) == IDS
    assert [hit.id for hit in await index.query(THERE, COLLECTION, unit(0, 1), 10)] == [UUID(int=99)]
    await index.delete(THERE, COLLECTION, None)
    assert (await index.count(HERE, COLLECTION), await index.count(THERE, COLLECTION)) == (4, 0)
    assert await index.count(HERE, "other") == 1


async def test_the_same_id_in_two_partitions_is_two_points(index: VectorIndex) -> None:
    await index.upsert(THERE, COLLECTION, [Point(IDS[0], unit(0, 1))])
    assert (await index.query(HERE, COLLECTION, unit(1, 0), 1))[0].score == pytest.approx(1.0, abs=2e-3)


async def test_upsert_replaces(index: VectorIndex) -> None:
    await index.upsert(HERE, COLLECTION, [Point(IDS[0], unit(-1, 0)), Point(IDS[0], unit(-1, 0.1), {"place": "moon"})])
    assert (await ids(index))[0] == IDS[1]
    assert await ids(index, (AnyOf("place", ("moon",)),)) == [IDS[0]]
    # nothing of what was there before
    assert await ids(index, (AnyOf("pay", ("60000",)),)) == await ids(index, (Between("pay", 60_000, 60_000),)) == []
    assert await index.count(HERE, COLLECTION) == 4


async def test_another_length_is_refused(index: VectorIndex) -> None:
    with pytest.raises(Invalid) as caught:
        await index.upsert(HERE, COLLECTION, [Point(UUID(int=5), unit(1, size=768))])
    assert caught.value.code == "dimension_mismatch"
    with pytest.raises(Invalid):
        await index.upsert(HERE, "new", [Point(UUID(int=5), unit(1)), Point(UUID(int=6), unit(1, size=8))])
    await index.upsert(HERE, "wide", [Point(UUID(int=5), unit(1, size=768))])
    assert len(await index.query(HERE, "wide", unit(1, size=768), 3)) == 1


@pytest.mark.edge
async def test_a_query_of_another_length_is_refused(index: VectorIndex) -> None:
    with pytest.raises(Invalid) as caught:
        await index.query(HERE, COLLECTION, unit(1, size=768), 5)
    assert caught.value.code == "dimension_mismatch"


@pytest.mark.edge
async def test_what_is_unknown_or_empty_finds_nothing(index: VectorIndex) -> None:
    assert await index.query(HERE, "nobody/knows/this", unit(1), 5) == []
    assert await index.query(THERE, COLLECTION, unit(1), 5) == []
    assert await index.count(HERE, "nobody/knows/this") == 0
    await index.delete(HERE, "nobody/knows/this", None)
    await index.delete(HERE, "nobody/knows/this", [IDS[0]])
    await index.upsert(HERE, "new", [])
    assert await index.count(HERE, "new") == 0


@pytest.mark.edge
async def test_a_million_wanted_is_bounded_by_what_there_is(index: VectorIndex) -> None:
    assert await ids(index, k=1_000_000) == IDS


async def test_a_zero_vector_is_kept_and_never_near(index: VectorIndex) -> None:
    await index.upsert(HERE, "zero", [Point(IDS[0], np.zeros(384, np.float32)), Point(IDS[1], unit(1))])
    assert [hit.id for hit in await index.query(HERE, "zero", unit(1), 5)] == [IDS[1]]
    assert await index.count(HERE, "zero") == 2


async def test_delete_some_then_all(index: VectorIndex) -> None:
    await index.delete(HERE, COLLECTION, [IDS[0], UUID(int=12345)])
    assert await ids(index) == IDS[1:]
    await index.delete(HERE, COLLECTION, [])
    assert await index.count(HERE, COLLECTION) == 3
    await index.delete(HERE, COLLECTION, None)
    assert (await ids(index), await index.count(HERE, COLLECTION)) == ([], 0)


async def test_stored_vectors_come_back(index: PgVectorIndex) -> None:
    found = await index.vectors(HERE, COLLECTION, [IDS[0], IDS[1], UUID(int=12345)])
    assert set(found) == {IDS[0], IDS[1]}
    assert found[IDS[1]] == pytest.approx(VECTORS[1], abs=2e-3)
    assert await index.vectors(THERE, COLLECTION, IDS) == {}


async def test_more_rows_than_one_statement_takes(index: VectorIndex) -> None:
    await index.upsert(HERE, "many", [Point(UUID(int=i), unit(1, i)) for i in range(1, 1201)])
    assert await index.count(HERE, "many") == 1200


async def test_a_database_that_is_gone_is_unavailable() -> None:
    gone = Database("postgresql://nobody@127.0.0.1:1/none", pool_timeout=1)
    with pytest.raises(Unavailable):
        await PgVectorIndex(gone).query(HERE, COLLECTION, unit(1), 1)
    await gone.aclose()


@pytest.mark.acceptance("RET-18")
@pytest.mark.parametrize("way", ["index scan", "word index", "codes", "codes and word index"])
async def test_recall_under_filters(database: Database, indexed: str, empty: None, tmp_path: Path, way: str) -> None:
    """The naive HNSW query returns 8 % of the right rows behind a filter that passes 1 %."""
    size, shares = 2_000, (1.0, 0.1, 0.01, 0.001)
    words = TantivyIndex(tmp_path)

    async def passing(partition: Partition, collection: str, where: Filter, most: int) -> IdPairs | None:
        return await words.passing(partition, where, 500) if collection == COLLECTION else None

    generator = np.random.default_rng(7)
    centres = generator.normal(size=(60, 384))
    vectors = centres[generator.integers(60, size=size)] + generator.normal(size=(size, 384))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    draws = generator.random(size)
    known = passing if "word index" in way else None
    index = PgVectorIndex(database, exact_limit=1_000, passing=known)
    payloads = [{"in": [str(s) for s in shares if draw < s]} for draw in draws]
    rows = list(enumerate(zip(vectors, payloads, strict=True), start=1))
    await index.upsert(HERE, COLLECTION, [Point(UUID(int=i), v, payload) for i, (v, payload) in rows])
    await words.upsert(HERE, [TextEntry(UUID(int=i), "", "", payload) for i, (_, payload) in rows])
    async with AsyncExitStack() as stack:
        if "codes" in way:
            companions = Companions(await stack.enter_async_context(hearing(indexed)), reader(database))
            index = PgVectorIndex(database, exact_limit=1_000, passing=known, companions=companions)
            assert await companions.warm(HERE, COLLECTION)
        await recall_holds(index, vectors, draws, shares)


async def recall_holds(index: VectorIndex, vectors: Vector, draws: Vector, shares: Sequence[float]) -> None:
    """Whether the nearest of those below each share are found."""
    for share in shares:
        passes = draws < share
        found = wanted = 0
        for query in vectors[:25]:
            scores = np.where(passes, vectors @ query, -2.0)
            best = {UUID(int=int(i) + 1) for i in np.argsort(-scores)[: min(10, int(passes.sum()))]}
            hits = await index.query(HERE, COLLECTION, query, 10, (AnyOf("in", (str(share),)),))
            found, wanted = found + len(best & {hit.id for hit in hits}), wanted + len(best)
        assert found / wanted >= 0.95, share


async def heard(companions: Companions, count: int) -> None:
    """Wait until so many changes of the collection are known."""
    async with asyncio.timeout(20):
        while len(companions._kept[HERE, COLLECTION].changed()) < count:  # noqa: ASYNC110 - likewise
            await asyncio.sleep(0.01)


async def test_codes_know_at_once_what_another_process_changed(database: Database, indexed: str, empty: None) -> None:
    generator = np.random.default_rng(5)
    vectors = [unit(*row) for row in generator.normal(size=(600, 384)) + 2]
    other = PgVectorIndex(database)
    await other.upsert(HERE, COLLECTION, [Point(UUID(int=i), v) for i, v in enumerate(vectors[:400], start=1)])
    async with hearing(indexed) as changes:
        companions = Companions(changes, reader(database))
        index = PgVectorIndex(database, exact_limit=100, companions=companions)
        assert await companions.warm(HERE, COLLECTION)
        asked = unit(*(generator.normal(size=384) - 4))  # on the other side of all
        near, moved = unit(*(asked + 0.01)), unit(*(asked - 0.01))
        await other.upsert(HERE, COLLECTION, [Point(UUID(int=900), near), Point(UUID(int=1), moved)])
        await heard(companions, 2)
        assert {hit.id.int for hit in await index.query(HERE, COLLECTION, asked, 2)} == {900, 1}
        told = await index.rough(HERE, COLLECTION, [UUID(int=i) for i in (1, 2, 900, 9_999)])
        assert {id.int for id in told} == {1, 2, 900}
        for id, right in ((1, moved), (900, near)):  # what changed is not told by its old code
            assert told[UUID(int=id)] == pytest.approx(right, abs=1e-3)
        rough = told[UUID(int=2)]
        assert 0.8 < rough @ vectors[1] / np.linalg.norm(rough) < 0.9999
        await other.delete(HERE, COLLECTION, [UUID(int=900)])
        assert not await index.rough(HERE, COLLECTION, [UUID(int=900)])
        assert (await index.query(HERE, COLLECTION, asked, 1))[0].id.int == 1
        # so many that they are read anew
        await other.upsert(HERE, COLLECTION, [Point(UUID(int=i), v) for i, v in enumerate(vectors[:300], start=700)])
        await heard(companions, 300)
        await index.query(HERE, COLLECTION, asked, 1)
        if (task := companions._kept[HERE, COLLECTION].task) is not None:  # they may already be here
            await task
        assert companions._kept[HERE, COLLECTION].changed().size == 0
        held = companions.get(HERE, COLLECTION)
        assert held is not None and held.codes is not None
        assert len(held.codes) == await index.count(HERE, COLLECTION) == 700
        assert (await index.query(HERE, COLLECTION, asked, 1))[0].id.int == 1
        # everything goes
        await index.delete(HERE, COLLECTION, None)
        assert await index.query(HERE, COLLECTION, asked, 1) == []
    # nobody hears of changes any more: the codes are not believed
    await other.upsert(HERE, COLLECTION, [Point(UUID(int=i), v) for i, v in enumerate(vectors[:400], start=1)])
    assert companions.get(HERE, COLLECTION) is None
    assert [hit.id.int for hit in await index.query(HERE, COLLECTION, vectors[0], 1)] == [1]


@pytest.mark.security
async def test_codes_of_what_is_private_or_too_large_are_not_kept(
    database: Database, indexed: str, empty: None
) -> None:
    points = [Point(UUID(int=i), unit(1, i)) for i in range(1, 50)]
    async with hearing(indexed) as changes:
        companions = Companions(changes, reader(database))
        index = PgVectorIndex(database, exact_limit=10, companions=companions)
        for collection in ("passages/test/384", COLLECTION):
            await index.upsert(HERE, collection, points)
            assert len(await index.query(HERE, collection, unit(1), 5)) == 5
        assert list(companions._kept) == [(HERE, COLLECTION)]
        small = Companions(changes, reader(database, most_bytes=1_000))
        assert not await small.warm(HERE, COLLECTION)
        assert small.get(HERE, COLLECTION) is None
        tight = Companions(changes, reader(database), most_bytes=10)
        assert not await tight.warm(HERE, COLLECTION)
        idle = Companions(changes, reader(database), idle=0.01)
        await idle.warm(HERE, COLLECTION)
        await asyncio.sleep(0.1)
        assert not idle._kept


@pytest.mark.acceptance("RET-27")
async def test_two_instances_on_one_store_do_not_meet(database: Database, empty: None) -> None:
    store = PgVectorIndex(database)
    first, second = (PrefixedFetchIndex(store, store, name) for name in ("first-", "second-"))
    mine, theirs = Point(IDS[0], unit(1, 0), {}), Point(IDS[1], unit(1, 0.1), {})
    await first.upsert(HERE, COLLECTION, [mine])
    await second.upsert(HERE, COLLECTION, [theirs])
    assert [hit.id for hit in await first.query(HERE, COLLECTION, unit(1, 0), 10)] == [IDS[0]]
    assert [hit.id for hit in await second.query(HERE, COLLECTION, unit(1, 0), 10)] == [IDS[1]]
    assert list(await first.vectors(HERE, COLLECTION, IDS)) == [IDS[0]]
    await first.delete(HERE, COLLECTION, None)
    assert (await first.count(HERE, COLLECTION), await second.count(HERE, COLLECTION)) == (0, 1)
    assert await store.count(HERE, COLLECTION) == 0
    await first.close()
