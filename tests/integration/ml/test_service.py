"""The ML service over a real gRPC connection."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from verivita.adapters.collections.sqlite import SqliteCollections
from verivita.adapters.embedders.hashing import HashingEmbedder
from verivita.adapters.embedders.nearness import EncoderNearness
from verivita.adapters.embedders.onnx import OnnxEmbedder
from verivita.adapters.ml_service.embedder import RemoteEmbedder
from verivita.adapters.ml_service.nearness import RemoteNearness
from verivita.core.errors import Unavailable
from verivita.engines.grounding import Asked, Figures, Nearness
from verivita.engines.retrieval.ports import Embedder, ModelInfo, Vector
from verivita.engines.skills.model import SkillKind, SkillMention
from verivita.entrypoints.ml import serve
from verivita.entrypoints.ml.batching import BatchingEmbedder
from verivita.kit.ml_proto import ml_pb2, ml_pb2_grpc, nearness_pb2, nearness_pb2_grpc

PROTO = Path(ml_pb2.__file__).with_name("ml.proto")
DOCUMENTS = [
    ("1", "Registered nurse in intensive care", {"source": "lever", "place": "remote"}),
    ("2", "Python engineer for PostgreSQL", {"source": "ashby", "place": "remote"}),
    ("3", "Cook in a hotel kitchen", {"source": "lever", "place": "onsite"}),
]


class Switch:
    """An embedder that can be switched off, as a broken model file would be."""

    def __init__(self) -> None:
        self.inner, self.on, self.calls = HashingEmbedder(), True, []  # type: ignore[var-annotated]

    @property
    def model(self) -> ModelInfo:
        return self.inner.model

    async def embed(self, texts: Sequence[str]) -> Vector:
        self.calls.append(len(texts))
        if not self.on:
            raise Unavailable("model_missing", "The encoder is switched off.")
        await asyncio.sleep(0)
        return await self.inner.embed(texts)


def extract(text: str) -> list[SkillMention]:
    kinds = {
        "python": SkillKind.TECHNICAL,
        "git": SkillKind.TOOL,
        "teamwork": SkillKind.SOFT,
        "sql": SkillKind.KNOWLEDGE,
    }
    found = re.finditer("|".join(kinds), text.lower())
    return [SkillMention(m[0], m[0], kinds[m[0]], *m.span()) for m in found]


async def started(
    embedder: Embedder, folder: Path | None = None, nearness: Nearness | None = None
) -> tuple[asyncio.Task[None], int]:
    ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    store = SqliteCollections(folder, embedder.model.key, embedder.model.dimensions)
    task = asyncio.create_task(serve(embedder, None, extract, store, nearness, port=0, ready=ready.set_result))
    await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
    return task, ready.result()


async def test_a_call_that_runs_gets_its_answer_when_the_service_is_told_to_stop(switch: Switch) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    task, port = await started(switch)
    plain = switch.inner.embed

    async def slow(texts: Sequence[str]) -> Vector:
        begun.set()
        await go_on.wait()
        return await plain(texts)

    switch.inner.embed = slow  # type: ignore[method-assign]
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        call = asyncio.ensure_future(ml_pb2_grpc.MLServiceStub(channel).Embed(ml_pb2.EmbedRequest(text="a")))
        await begun.wait()
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(0.2)
        go_on.set()
        assert len((await call).embedding) == switch.model.dimensions
    await task


async def stopped(task: asyncio.Task[None]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.fixture
def switch() -> Switch:
    return Switch()


@pytest.fixture
async def channel(switch: Switch, tmp_path: Path) -> AsyncIterator[Any]:
    task, port = await started(switch, tmp_path)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as made:
        yield made
    await stopped(task)


@pytest.fixture
def stub(channel: Any) -> Any:
    return ml_pb2_grpc.MLServiceStub(channel)


async def fill(stub: Any, tenant: str | None = None, collection: str = "jobs") -> Any:
    documents = [ml_pb2.IndexDocument(id=i, content=c, metadata=m) for i, c, m in DOCUMENTS]
    metadata = [("x-tenant", tenant)] if tenant else None
    return await stub.IndexDocuments(ml_pb2.IndexRequest(documents=documents, collection=collection), metadata=metadata)


async def found(stub: Any, query: str, tenant: str | None = None, **fields: Any) -> Any:
    metadata = [("x-tenant", tenant)] if tenant else None
    request = ml_pb2.SearchRequest(query=query, collection="jobs", **{"use_hybrid": True, **fields})
    return await stub.Search(request, metadata=metadata)


@pytest.mark.acceptance("RET-12")
def test_the_descriptor_is_the_contract() -> None:
    """Every message, field, number and type of the stubs equals the text of the contract."""
    text = re.sub(r"//.*", "", PROTO.read_text())
    messages = dict(re.findall(r"message (\w+) \{([^}]*)\}", text))
    assert set(messages) == set(ml_pb2.DESCRIPTOR.message_types_by_name)
    for name, body in messages.items():
        wanted = {
            field: (int(number), kind, bool(repeated))
            for repeated, kind, field, number in re.findall(r"(repeated )?(map<\w+, \w+>|\w+) (\w+) = (\d+);", body)
        }
        descriptor = ml_pb2.DESCRIPTOR.message_types_by_name[name]
        assert {f.name: f.number for f in descriptor.fields} == {f: n for f, (n, _, _) in wanted.items()}
        for field in descriptor.fields:
            number, kind, repeated = wanted[field.name]
            entry = field.message_type
            is_map = entry is not None and entry.GetOptions().map_entry
            names = {1: "double", 2: "float", 5: "int32", 8: "bool", 9: "string"}
            actual = "map<string, string>" if is_map else entry.name if entry else names[field.type]
            assert actual == kind
            assert is_map or field.is_repeated == repeated
    calls = re.findall(r"rpc (\w+)\((\w+)\) returns \((\w+)\)", text)
    methods = ml_pb2.DESCRIPTOR.services_by_name["MLService"].methods
    assert [(m.name, m.input_type.name, m.output_type.name) for m in methods] == calls


@pytest.mark.acceptance("RET-06")
async def test_embed(stub: Any) -> None:
    answer = await stub.Embed(ml_pb2.EmbedRequest(text="nurse"))
    assert len(answer.embedding) == 384
    assert np.linalg.norm(answer.embedding) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.acceptance("RET-07")
async def test_embed_batch_equals_single(tmp_path: Path) -> None:
    embedder = OnnxEmbedder()
    task, port = await started(embedder)
    texts = ["nurse", "", "a much longer text about Kubernetes and Go", "x " * 900]
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = ml_pb2_grpc.MLServiceStub(channel)
        batch = await stub.EmbedBatch(ml_pb2.EmbedBatchRequest(texts=texts))
        singles = await asyncio.gather(*(stub.Embed(ml_pb2.EmbedRequest(text=text)) for text in texts))
    await stopped(task)
    embedder.close()
    rows = np.array([row.vector for row in batch.embeddings])
    assert np.abs(rows - np.array([one.embedding for one in singles])).max() <= 1e-5


@pytest.mark.acceptance("RET-08")
async def test_rerank(stub: Any) -> None:
    documents = [ml_pb2.Document(id=i, content=c, score=0.5) for i, c, _ in DOCUMENTS]
    ask = ml_pb2.RerankRequest(query="python and postgresql", documents=documents, top_k=2)
    answer = await stub.Rerank(ask)
    assert [(d.id, d.rank) for d in answer.documents][0] == ("2", 1)
    assert len(answer.documents) == 2
    more = await stub.Rerank(ml_pb2.RerankRequest(query="python", documents=documents, top_k=50))
    assert [d.rank for d in more.documents] == [1, 2, 3]
    every = await stub.Rerank(ml_pb2.RerankRequest(query="python", documents=documents))
    assert len(every.documents) == 3
    same = [ml_pb2.Document(id=str(i), content="the same text") for i in range(4)]
    ties = await stub.Rerank(ml_pb2.RerankRequest(query="text", documents=same, top_k=4))
    assert [d.id for d in ties.documents] == ["0", "1", "2", "3"]
    assert not (await stub.Rerank(ml_pb2.RerankRequest(query="x"))).documents


@pytest.mark.acceptance("RET-09")
async def test_search_modes_and_filters(stub: Any, switch: Switch) -> None:
    await fill(stub)
    answer = await found(stub, "intensive care nurse")
    assert (answer.results[0].id, answer.search_mode) == ("1", "hybrid")
    assert dict(answer.results[0].metadata) == DOCUMENTS[0][2]
    assert [r.score for r in answer.results] == sorted((r.score for r in answer.results), reverse=True)
    filtered = await found(stub, "nurse cook", filters={"source": "lever", "place": "onsite"})
    assert [r.id for r in filtered.results] == ["3"]
    assert not (await found(stub, "nurse", filters={"source": "nobody"})).results
    assert (await found(stub, "nurse", use_hybrid=False)).search_mode == "vector"
    assert len((await found(stub, "nurse cook python", top_k=1)).results) == 1
    switch.on = False
    down = await found(stub, "intensive care nurse")
    assert ([r.id for r in down.results], down.search_mode) == (["1"], "lexical")
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await found(stub, "nurse", use_hybrid=False)
    assert caught.value.code() == grpc.StatusCode.UNAVAILABLE


@pytest.mark.acceptance("RET-10")
async def test_extract_skills(stub: Any) -> None:
    answer = await stub.ExtractSkills(ml_pb2.ExtractSkillsRequest(text="Python, SQL, git; teamwork and Python"))
    assert list(answer.technical_skills) == ["python", "sql"]
    assert (list(answer.tools), list(answer.soft_skills)) == (["git"], ["teamwork"])


@pytest.mark.acceptance("RET-11")
async def test_index_and_clear(stub: Any) -> None:
    assert (await fill(stub)).indexed_count == 3
    assert (await fill(stub)).indexed_count == 3
    assert len((await found(stub, "nurse python cook", top_k=10)).results) == 3
    assert (await stub.ClearIndex(ml_pb2.ClearIndexRequest(collection="jobs"))).success
    assert (await stub.ClearIndex(ml_pb2.ClearIndexRequest(collection="jobs"))).success
    assert not (await found(stub, "nurse")).results


@pytest.mark.security
async def test_tenants_never_meet(stub: Any) -> None:
    await fill(stub, "a")
    assert not (await found(stub, "nurse", "b")).results
    assert not (await found(stub, "nurse")).results
    await stub.ClearIndex(ml_pb2.ClearIndexRequest(collection="jobs"), metadata=[("x-tenant", "b")])
    assert len((await found(stub, "nurse python cook", "a")).results) == 3


@pytest.mark.parametrize(
    "request_",
    [
        ml_pb2.SearchRequest(query="x", collection="jobs", top_k=-1),
        ml_pb2.SearchRequest(query="x", collection="jobs", vector_weight=2),
        ml_pb2.RerankRequest(query="x", documents=[ml_pb2.Document(id="1")], top_k=-1),
        ml_pb2.IndexRequest(documents=[ml_pb2.IndexDocument(content="no id")]),
        ml_pb2.EmbedBatchRequest(texts=["x"] * 2000),
    ],
)
async def test_refusals(stub: Any, request_: Any) -> None:
    call = {
        "SearchRequest": stub.Search,
        "RerankRequest": stub.Rerank,
        "IndexRequest": stub.IndexDocuments,
        "EmbedBatchRequest": stub.EmbedBatch,
    }[request_.DESCRIPTOR.name]
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call(request_)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT


async def test_restart_keeps_collections_and_another_model_embeds_anew(tmp_path: Path) -> None:
    for embedder in (HashingEmbedder(384), HashingEmbedder(384), HashingEmbedder(64)):
        task, port = await started(embedder, tmp_path / "kept")
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = ml_pb2_grpc.MLServiceStub(channel)
            if not (tmp_path / "filled").exists():
                await fill(stub)
                (tmp_path / "filled").touch()
            answer = await found(stub, "intensive care nurse")
            assert (answer.results[0].id, answer.search_mode) == ("1", "hybrid")
        await stopped(task)


async def test_health_and_reflection(channel: Any) -> None:
    answer = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service="ml.MLService"))
    assert answer.status == health_pb2.HealthCheckResponse.SERVING
    from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

    ask = reflection_pb2.ServerReflectionRequest(list_services="")
    async for reply in reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo(iter([ask])):
        assert "ml.MLService" in {service.name for service in reply.list_services_response.service}


async def test_without_an_encoder_health_says_so() -> None:
    switch = Switch()
    switch.on = False
    task, port = await started(switch)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        answer = await stub.Check(health_pb2.HealthCheckRequest(service="ml.MLService"))
    await stopped(task)
    assert answer.status == health_pb2.HealthCheckResponse.NOT_SERVING


async def test_the_remote_embedder_and_a_service_that_is_gone() -> None:
    local = HashingEmbedder()
    task, port = await started(local)
    remote = RemoteEmbedder(f"127.0.0.1:{port}", local.model, timeout=5)
    texts = [f"text {i}" for i in range(300)] + [""]
    assert (await remote.embed(texts)).tobytes() == (await local.embed(texts)).tobytes()
    assert (await remote.embed([])).shape == (0, 384)
    wrong = RemoteEmbedder(f"127.0.0.1:{port}", ModelInfo("other", "int8", 8))
    with pytest.raises(Unavailable) as other:
        await wrong.embed(["x"])
    assert other.value.code == "ml_other_model"
    await stopped(task)
    with pytest.raises(Unavailable) as gone:
        await remote.embed(["x"])
    assert gone.value.code == "ml_unavailable"
    await remote.close()
    await wrong.close()


async def test_requests_side_by_side_share_batches_and_failures_reach_all() -> None:
    switch = Switch()
    batching = BatchingEmbedder(switch, most=8)
    answers = await asyncio.gather(*(batching.embed([f"a{i}", f"b{i}"]) for i in range(10)))
    for i, answer in enumerate(answers):
        assert answer.tobytes() == (await switch.inner.embed([f"a{i}", f"b{i}"])).tobytes()
    assert switch.calls == [8, 8, 4]
    assert (await batching.embed([])).shape == (0, 384)
    switch.on = False
    failures = await asyncio.gather(*(batching.embed(["x"]) for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in failures] == [Unavailable] * 3
    switch.on = True
    assert (await batching.embed(["x"])).any()


async def test_nearness_over_the_wire_is_that_of_the_encoder(tmp_path: Path) -> None:
    encoder = OnnxEmbedder()
    here = EncoderNearness(encoder)
    task, port = await started(encoder, tmp_path, here)
    remote = RemoteNearness(f"127.0.0.1:{port}")
    wanted = [
        Asked("Built a tracker for parcels.", ("She made software that follows parcels.", "He cooks soup.")),
        Asked("He cooks soup.", ()),
    ]
    try:
        found = await remote.figures(wanted)
        assert found == await here.figures(wanted)
        assert found[0]["near"] > 0.4 > found[1]["near"]
        assert await remote.figures([]) == []
    finally:
        await remote.close()
        await stopped(task)
    encoder.close()


async def test_a_service_without_vectors_of_words_says_so_and_refuses_pairs_of_nothing(channel: Any) -> None:
    stub = nearness_pb2_grpc.NearnessServiceStub(channel)
    with pytest.raises(grpc.aio.AioRpcError) as told:
        await stub.Compare(nearness_pb2.CompareRequest(texts=["a"], pairs=[nearness_pb2.Pair(claim=0, sentences=[0])]))
    assert told.value.code() is grpc.StatusCode.UNAVAILABLE
    task, port = await started(HashingEmbedder(), None, NoNearness())
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as other:
        with pytest.raises(grpc.aio.AioRpcError) as told:
            await nearness_pb2_grpc.NearnessServiceStub(other).Compare(
                nearness_pb2.CompareRequest(texts=["a"], pairs=[nearness_pb2.Pair(claim=0, sentences=[1])])
            )
        assert told.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert "not there" in str(told.value.details())
    await stopped(task)


async def test_nearness_of_a_service_that_is_gone_is_unavailable() -> None:
    remote = RemoteNearness("127.0.0.1:1", timeout=0.5)
    with pytest.raises(Unavailable):
        await remote.figures([Asked("a", ("b",))])
    await remote.close()


class NoNearness:
    """Is there, and is never asked."""

    async def figures(self, asked: Sequence[Asked]) -> list[Figures]:
        raise AssertionError
