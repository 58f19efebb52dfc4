"""What Chroma does beyond the port: collections of one tenant, a folder that stays, servers that are gone or silent."""

from __future__ import annotations

import socket
from pathlib import Path
from threading import Thread
from uuid import UUID

import numpy as np
import pytest

from tests.rigs.chroma import chroma_at
from verivita.adapters.vectors import chroma_client
from verivita.adapters.vectors.chroma import ChromaIndex
from verivita.core.errors import Unavailable
from verivita.engines.retrieval.ports import AnyOf, Partition, Point, Vector, VectorFetch

HERE, THERE = Partition(str(UUID(int=1))), Partition(str(UUID(int=2)))
JOBS = "job_description/all-MiniLM-L6-v2/int8/384"


def unit(*numbers: float) -> Vector:
    vector = np.zeros(384, np.float32)
    vector[: len(numbers)] = numbers
    return vector / np.linalg.norm(vector)


POINTS = [Point(UUID(int=10 + i), unit(1, i), {"place": "remote" if i % 2 else "onsite"}) for i in range(4)]


def names(folder: Path) -> set[str]:
    """The collections in a folder."""
    client = chroma_client.opened(str(folder), "")
    try:
        return {one.name for one in client.list_collections()}
    finally:
        client.close()


@pytest.mark.acceptance("RET-19")
@pytest.mark.security
async def test_every_tenant_has_collections_alone(tmp_path: Path) -> None:
    index, twin = ChromaIndex(str(tmp_path), prefix="first-"), ChromaIndex(str(tmp_path), prefix="first_")
    await index.upsert(HERE, JOBS, POINTS)
    await index.upsert(THERE, JOBS, POINTS[:1])
    await twin.upsert(HERE, JOBS, POINTS[:2])
    found = names(tmp_path)
    assert len(found) == 3
    assert all("job_embeddings." in name and HERE not in name for name in found)
    assert [await one.count(HERE, JOBS) for one in (index, twin)] == [4, 2]
    await index.delete(HERE, JOBS, None)
    assert len(names(tmp_path)) == 2
    assert [await index.count(one, JOBS) for one in (HERE, THERE)] == [0, 1]
    for one in (index, twin):
        await one.close()


@pytest.mark.acceptance("RET-19")
async def test_a_folder_keeps_what_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("a folder needs no connection")

    monkeypatch.setattr(socket.socket, "connect", refused)
    first = ChromaIndex(str(tmp_path))
    await first.upsert(HERE, JOBS, POINTS)
    await first.close()
    second = ChromaIndex(str(tmp_path))
    assert isinstance(second, VectorFetch)
    assert len(await second.vectors(HERE, JOBS, [point.id for point in POINTS])) == 4
    hits = await second.query(HERE, JOBS, unit(0, 1), 10, (AnyOf("place", ("remote",)),))
    assert [hit.id.int for hit in hits] == [13, 11]
    await second.close()


async def test_an_empty_collection_takes_vectors_of_another_length(tmp_path: Path) -> None:
    index = ChromaIndex(str(tmp_path))
    await index.upsert(HERE, JOBS, POINTS)
    await index.delete(HERE, JOBS, [point.id for point in POINTS])
    assert await index.query(HERE, JOBS, np.ones(8, np.float32), 3) == []
    await index.upsert(HERE, JOBS, [Point(UUID(int=1), np.ones(8, np.float32))])
    assert [hit.score for hit in await index.query(HERE, JOBS, np.ones(8, np.float32), 3)] == pytest.approx([1.0])
    await index.close()


async def test_what_the_graph_misses_is_compared_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = ChromaIndex(str(tmp_path))
    await index.upsert(HERE, JOBS, POINTS)
    from chromadb.api.models.Collection import Collection

    whole = Collection.query
    monkeypatch.setattr(Collection, "query", lambda self, **given: whole(self, **given | {"n_results": 1}))
    hits = await index.query(HERE, JOBS, unit(1), 3)
    assert [hit.id for hit in hits] == [point.id for point in POINTS[:3]]
    assert [hit.score for hit in hits] == pytest.approx([float(unit(1) @ point.vector) for point in POINTS[:3]])
    await index.close()


@pytest.mark.edge
async def test_a_server_that_goes_away_is_unavailable_and_may_come_back(tmp_path: Path) -> None:
    with chroma_at(tmp_path) as address:
        index = ChromaIndex(address)
        await index.upsert(HERE, JOBS, POINTS)
    with pytest.raises(Unavailable, match="Chroma"):
        await index.query(HERE, JOBS, unit(1), 1)
    await index.close()
    with pytest.raises(Unavailable, match="Chroma"):
        await index.count(HERE, JOBS)
    await index.close()


@pytest.mark.edge
async def test_a_silent_server_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chroma_client, "TIMEOUT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        index = ChromaIndex(f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(Unavailable, match="timed out"):
            await index.count(HERE, JOBS)
        await index.close()


@pytest.mark.security
async def test_the_key_goes_to_the_server_in_its_headers() -> None:
    heard: list[bytes] = []

    def listen(server: socket.socket) -> None:
        caller, _ = server.accept()
        with caller:
            heard.append(caller.recv(65_536))
            caller.sendall(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=listen, args=(server,))
        thread.start()
        index = ChromaIndex(f"http://127.0.0.1:{server.getsockname()[1]}", token="s3cret")
        with pytest.raises(Unavailable) as caught:
            await index.count(HERE, JOBS)
        thread.join()
        await index.close()
    said = heard[0].lower()
    assert b"authorization: bearer s3cret" in said
    assert b"x-chroma-token: s3cret" in said
    assert "s3cret" not in caught.value.message
