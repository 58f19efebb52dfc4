"""What Qdrant does beyond the port: named stores, words fused on the server, snapshots, one store for all people."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from qdrant_client import AsyncQdrantClient

from verivita.adapters.vectors.qdrant import QdrantIndex, connected
from verivita.adapters.vectors.qdrant_snapshots import restore, save
from verivita.adapters.vectors.sparse import document_weights, query_weights
from verivita.core.errors import Invalid, Unavailable
from verivita.engines.retrieval.ports import AnyOf, FusedSearch, Partition, Point, Vector

HERE, THERE = Partition(str(UUID(int=1))), Partition(str(UUID(int=2)))
JOBS, PAPERS = "job_description/all-MiniLM-L6-v2/int8/384", "passages/all-MiniLM-L6-v2/int8/384"
IDS = [UUID(int=10 + i) for i in range(4)]


def unit(*numbers: float) -> Vector:
    vector = np.zeros(384, np.float32)
    vector[: len(numbers)] = numbers
    return vector / np.linalg.norm(vector)


TEXTS = ("Night nurse in intensive care", "Python engineer for nurses", "Baker of bread", "Tram driver by night")
POINTS = [
    Point(id, unit(1, i), {"place": "remote" if i % 2 else "onsite"}, text, {"title": text[:8], "job_id": str(id)})
    for i, (id, text) in enumerate(zip(IDS, TEXTS, strict=True))
]


@pytest.fixture
async def client() -> AsyncIterator[AsyncQdrantClient]:
    made = AsyncQdrantClient(location=":memory:")
    yield made
    await made.close()


@pytest.mark.acceptance("RET-14")
@pytest.mark.acceptance("RET-15")
async def test_named_stores_keep_what_the_seeds_name(client: AsyncQdrantClient) -> None:
    index = QdrantIndex(client)
    await index.upsert(
        HERE, JOBS, [Point(IDS[0], unit(1), {"source": "lever"}, "Text", {"title": "T", "company": "C"})]
    )
    passage = {"person": "p1", "section": "skills", "doc_type": "resume"}
    await index.upsert(HERE, PAPERS, [Point(IDS[1], unit(1), passage, "Knows Go")])
    await index.upsert(HERE, "notes", [Point(IDS[2], unit(1))])
    stores = {one.name for one in (await client.get_collections()).collections}
    assert stores == {"job_embeddings", "resume_chunks", "documents"}
    size = (await client.get_collection("resume_chunks")).config.params.vectors["dense"]  # type: ignore[index]
    assert (size.size, size.distance.value) == (384, "Cosine")
    kept = (await client.scroll("resume_chunks"))[0][0].payload
    assert kept is not None
    assert {kept["section"], kept["doc_type"], kept["content"]} == {"skills", "resume", "Knows Go"}
    assert (kept["model"], kept["tenant_id"]) == ("all-MiniLM-L6-v2/int8/384", HERE)
    job = (await client.scroll("job_embeddings"))[0][0].payload
    assert job is not None
    assert (job["title"], job["company"], job["source"]) == ("T", "C", "lever")


@pytest.mark.acceptance("RET-16")
@pytest.mark.security
async def test_one_store_and_nobody_sees_anothers_points(client: AsyncQdrantClient) -> None:
    index = QdrantIndex(client)
    await index.upsert(HERE, "notes", POINTS)
    await index.upsert(THERE, "notes", [Point(UUID(int=99), unit(1), {}, "night nurse")])
    assert [hit.id for hit in await index.query(THERE, "notes", unit(1), 100)] == [UUID(int=99)]
    assert [hit.id for hit in await index.fused(THERE, "notes", "night nurse", unit(1), 100)] == [UUID(int=99)]
    assert await index.vectors(THERE, "notes", IDS) == {}
    await index.delete(THERE, "notes", IDS)
    await index.delete(THERE, "notes", None)
    assert (await index.count(HERE, "notes"), await index.count(THERE, "notes")) == (4, 0)


async def test_words_and_meaning_are_fused_by_the_server(client: AsyncQdrantClient) -> None:
    index = QdrantIndex(client)
    assert isinstance(index, FusedSearch)
    await index.upsert(HERE, JOBS, POINTS)
    # nearest by meaning is the last point, by words the first: both lead the two that have neither
    both = [hit.id for hit in await index.fused(HERE, JOBS, "intensive care", unit(0, 1), 4)]
    assert set(both[:2]) <= {IDS[0], IDS[3]}
    assert [hit.id for hit in await index.fused(HERE, JOBS, "breads", np.zeros(384, np.float32), 4)] == [IDS[2]]
    only = (AnyOf("place", ("remote",)),)
    assert {hit.id for hit in await index.fused(HERE, JOBS, "nurse", unit(1), 4, only)} == {IDS[1], IDS[3]}
    assert await index.fused(HERE, JOBS, "", np.zeros(384, np.float32), 4) == []
    assert await index.fused(HERE, "unknown/x", "nurse", unit(1), 4) == []
    assert len(await index.fused(HERE, JOBS, "nurse " * 100_000, unit(1), 1_000_000)) == 4


def test_a_documents_weights_are_those_of_bm25() -> None:
    weights = document_weights("nurse nurse " + "word " * 254)
    (number,) = query_weights("nursing")
    assert weights[number] == pytest.approx(2 * 2.2 / (2 + 1.2))
    assert document_weights("") == query_weights("the of") == {}


@pytest.mark.acceptance("RET-26")
async def test_snapshot_wipe_restore_gives_the_same_answers(client: AsyncQdrantClient, tmp_path: Path) -> None:
    index, file = QdrantIndex(client, "first-"), tmp_path / "vectors.jsonl.gz"
    await index.upsert(HERE, JOBS, POINTS)
    await index.upsert(HERE, "wide", [Point(IDS[0], np.ones(8, np.float32) / 8**0.5)])
    await QdrantIndex(client, "second-").upsert(HERE, JOBS, POINTS[:1])

    async def answers() -> list[object]:
        return [
            await index.query(HERE, JOBS, unit(1, 0.3), 10, (AnyOf("place", ("remote",)),)),
            await index.query(HERE, JOBS, unit(1, 0.3), 10),
            await index.fused(HERE, JOBS, "night", unit(1), 10),
            await index.count(HERE, "wide"),
        ]

    before = await answers()
    assert await save(index, file) == 5
    for name in [one.name for one in (await client.get_collections()).collections]:
        await client.delete_collection(name)
    fresh = QdrantIndex(client, "first-")
    assert await fresh.count(HERE, JOBS) == 0
    assert await restore(fresh, file) == 5
    assert await answers() == before
    assert await restore(fresh, file) == 5
    assert await fresh.count(HERE, JOBS) == 4
    file.write_bytes(b"no snapshot")
    with pytest.raises(Invalid):
        await restore(fresh, file)


@pytest.mark.acceptance("RET-27")
async def test_prefixes_keep_two_installations_apart(client: AsyncQdrantClient) -> None:
    first, second = QdrantIndex(client, "first-"), QdrantIndex(client, "second-")
    await first.upsert(HERE, JOBS, POINTS)
    assert await second.query(HERE, JOBS, unit(1), 10) == []
    await second.delete(HERE, JOBS, None)
    assert await first.count(HERE, JOBS) == 4


async def test_a_server_that_is_away_is_unavailable() -> None:
    gone = connected({"url": "http://127.0.0.1:9", "timeout": 2, "check_compatibility": False})
    for call in (gone.query(HERE, JOBS, unit(1), 5), gone.count(HERE, JOBS), gone.upsert(HERE, JOBS, POINTS)):
        with pytest.raises(Unavailable):
            await call
    await gone.close()
