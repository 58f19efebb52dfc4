"""What nobody should send, over gRPC and HTTP: a clear refusal or a bounded answer, never a failure."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import grpc
import numpy as np
import pytest

from tests.integration.ml.test_service import DOCUMENTS, started, stopped
from verivita.adapters.embedders.hashing import HashingEmbedder
from verivita.kit.ml_proto import ml_pb2, ml_pb2_grpc

pytestmark = pytest.mark.edge

TONGUES = (
    "Ingénieure logicielle à Montréal",
    "软件工程师 北京 远程",
    "مهندس برمجيات عن بعد",
    "プログラマー 東京 リモート",
    "разработчик на питоне",
    "👩🏽‍💻🚀 nurse 🏥",
    "nurse\x00\x01 \u202eesrun\u202c",
    "e\u0301" * 2000,
    "' OR 1=1; -- \" ) } ] * ~ ^",
)
WORDS = " ".join(f"word{i}" for i in range(100_000))


@pytest.fixture
async def stub(tmp_path: Any) -> AsyncIterator[Any]:
    task, port = await started(HashingEmbedder(), tmp_path)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield ml_pb2_grpc.MLServiceStub(channel)
    await stopped(task)


async def fill(stub: Any, collection: str = "jobs") -> None:
    documents = [ml_pb2.IndexDocument(id=i, content=c, metadata=m) for i, c, m in DOCUMENTS]
    await stub.IndexDocuments(ml_pb2.IndexRequest(documents=documents, collection=collection))


async def search(stub: Any, query: str, **more: Any) -> Any:
    request = ml_pb2.SearchRequest(query=query, **{"collection": "jobs", "use_hybrid": True, **more})
    return await stub.Search(request)


@pytest.mark.acceptance("RET-09")
async def test_unknown_and_empty_collections_and_a_million_wanted(stub: Any) -> None:
    assert not (await search(stub, "nurse", collection="nobody-knows")).results
    assert not (await search(stub, "nurse", collection="")).results
    assert not (await search(stub, "nurse", collection="🏥" * 500)).results
    await fill(stub)
    assert len((await search(stub, "nurse python cook", top_k=1_000_000)).results) == 3
    assert len((await search(stub, "nurse python cook", top_k=2**31 - 1)).results) == 3
    assert not (await search(stub, "", top_k=5)).results
    await stub.ClearIndex(ml_pb2.ClearIndexRequest(collection="nobody-knows"))


@pytest.mark.acceptance("RET-09")
async def test_queries_of_every_tongue_and_of_a_hundred_thousand_words(stub: Any) -> None:
    await fill(stub)
    for query in TONGUES:
        answer = await search(stub, query)
        assert answer.search_mode == "hybrid"
        assert all(np.isfinite(one.score) for one in answer.results)
    long = await search(stub, f"nurse {WORDS}")
    assert {one.id for one in long.results} <= {"1", "2", "3"}
    assert (await search(stub, "nurse", filters={"source": "x" * 100_000})).search_mode == "hybrid"


@pytest.mark.acceptance("RET-11")
async def test_documents_of_every_tongue_are_found_again(stub: Any) -> None:
    documents = [ml_pb2.IndexDocument(id=f"🏥{i}", content=text) for i, text in enumerate(TONGUES)]
    long = ml_pb2.IndexDocument(id="long", content=WORDS)
    for _ in range(2):
        done = await stub.IndexDocuments(ml_pb2.IndexRequest(documents=[*documents, long, long], collection="jobs"))
        assert done.indexed_count == len(TONGUES) + 1
    for i, text in enumerate(TONGUES[:6]):
        assert (await search(stub, text)).results[0].id == f"🏥{i}"
    assert len((await search(stub, "nurse", top_k=100)).results) == len(TONGUES) + 1


async def test_embed_and_rerank_take_anything(stub: Any) -> None:
    for text in ("", "\x00", *TONGUES, WORDS):
        vector = (await stub.Embed(ml_pb2.EmbedRequest(text=text))).embedding
        assert (len(vector), np.isfinite(vector).all()) == (384, True)
    given = [ml_pb2.Document(id=str(i), content=text, score=float("nan")) for i, text in enumerate(TONGUES)]
    ranked = (await stub.Rerank(ml_pb2.RerankRequest(query=WORDS, documents=given, top_k=1_000_000))).documents
    assert sorted(one.id for one in ranked) == sorted(one.id for one in given)


async def test_too_much_at_once_is_refused_with_its_reason(stub: Any) -> None:
    documents = [ml_pb2.IndexDocument(id=str(i), content="x") for i in range(2_000)]
    candidates = [ml_pb2.Document(id=str(i), content="x") for i in range(2_000)]
    calls = (
        stub.IndexDocuments(ml_pb2.IndexRequest(documents=documents, collection="jobs")),
        stub.Rerank(ml_pb2.RerankRequest(query="x", documents=candidates)),
        stub.EmbedBatch(ml_pb2.EmbedBatchRequest(texts=["x"] * 2_000)),
        stub.Embed(ml_pb2.EmbedRequest(text="x" * (20 * 1024 * 1024))),
    )
    for call in calls:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call
        assert caught.value.code() in (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.RESOURCE_EXHAUSTED)
        assert caught.value.details()


async def test_over_http(container: Any, owner: Any, clients: Any) -> None:
    client = await clients.with_key(owner)
    for query in TONGUES:
        if "\x00" in query:  # no text of JSON holds it by right, and the database takes none
            refused = await client.post("/api/v1/jobs/search", json={"query": query})
            assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
            continue
        found = await client.post("/api/v1/jobs/search", json={"query": query})
        assert (found.status_code, found.json()["total"]) == (200, 0)
        assert (await client.post("/api/v1/search", json={"query": query})).status_code == 200
        assert (await client.post("/api/v1/embed", json={"text": query})).status_code == 200
    for path, body in (
        ("/api/v1/jobs/search", {"query": WORDS}),
        ("/api/v1/search", {"query": WORDS}),
        ("/api/v1/search", {"query": "nurse", "top_k": 1_000_000}),
        ("/api/v1/jobs/search", {"query": "nurse", "limit": 1_000_000}),
        ("/api/v1/embed", {"text": WORDS}),
        ("/api/v1/search", {"query": "nurse", "vector_weight": 7}),
    ):
        refused = await client.post(path, json=body)
        assert refused.status_code == 422, (path, refused.text[:200])
        assert refused.json()["errors"]
