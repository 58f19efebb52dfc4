"""The file of a cross-encoder, given by a setting: search uses it, here or through the ML service, and says so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from tests.contract.retrieval.test_rerankers import MODEL
from verivita.adapters.collections.sqlite import SqliteCollections
from verivita.adapters.embedders.hashing import HashingEmbedder
from verivita.adapters.embedders.onnx import SHIPPED
from verivita.adapters.ml_service.reranker import RemoteReranker
from verivita.adapters.rerankers.onnx import OnnxReranker
from verivita.bootstrap import providers
from verivita.bootstrap.container import build
from verivita.bootstrap.providers import Process
from verivita.bootstrap.settings import Settings
from verivita.core.errors import Unavailable
from verivita.entrypoints.ml import serve
from verivita.features.identity import NOBODY
from verivita.features.postings import RawPosting
from verivita.features.search import SearchRequest

pytestmark = pytest.mark.acceptance("RET-02")
WARDS = (
    "Ward clerk for a hospital.",
    "Hospital ward: a nurse, a second nurse and a third nurse.",
    "A nurse in a ward.",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A real ONNX file with the inputs of a cross-encoder: it counts how often a text says nurse."""
    made = tmp_path / "counts-nurses"
    made.mkdir()
    (made / "model.onnx").write_bytes(MODEL)
    (made / "tokenizer.json").write_bytes((SHIPPED / "tokenizer.json").read_bytes())
    return made


async def test_search_follows_the_file_that_the_setting_names(
    settings: Settings, product_url: str, folder: Path
) -> None:
    plain, closer = build(settings, product_url), build(settings.model_copy(update={"reranker": folder}), product_url)
    try:
        owner = await plain.identity.owner(NOBODY)
        raws = [
            RawPosting(source="t", source_id=str(i), title="Ward", company=f"W{i}", description=text)
            for i, text in enumerate(WARDS)
        ]
        ids = await plain.postings.add_many(owner, raws)
        await plain.worker().run(wait=False)
        without = await plain.search.postings(owner, SearchRequest(query="ward"))
        found = await closer.search.postings(owner, SearchRequest(query="ward"))
        assert [hit.id for hit in found.found.items] == [ids[1], ids[2], ids[0]]
        assert "rerank" not in {leg.name for leg in without.legs}
        assert [leg.ran for leg in found.legs if leg.name == "rerank"] == [True]
    finally:
        await plain.aclose()
        await closer.aclose()


@pytest.fixture
async def address(folder: Path, tmp_path: Path) -> AsyncIterator[str]:
    ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    embedder = HashingEmbedder()
    store = SqliteCollections(tmp_path / "ml", embedder.model.key, embedder.model.dimensions)
    served = asyncio.create_task(
        serve(embedder, OnnxReranker(folder), lambda _: [], store, port=0, ready=ready.set_result)
    )
    yield f"127.0.0.1:{await asyncio.wait_for(ready, 30)}"
    served.cancel()
    await asyncio.gather(served, return_exceptions=True)


async def test_the_ml_service_reranks_for_a_process_without_the_file(address: str, folder: Path) -> None:
    here, there = OnnxReranker(folder), RemoteReranker(address, "counts-nurses")
    given = [(UUID(int=i), text, 0.5) for i, text in enumerate((*WARDS, "", "broken \ud800"))]
    assert [hit.id for hit in await there.rerank("ward", given)] == [hit.id for hit in await here.rerank("ward", given)]
    assert await there.rerank("ward", []) == []
    await there.close()


async def test_a_service_that_is_gone_is_unavailable() -> None:
    gone = RemoteReranker("127.0.0.1:1", "x", timeout=2)
    with pytest.raises(Unavailable):
        await gone.rerank("ward", [(UUID(int=1), "text", 0.0)])
    await gone.close()


def test_which_one_a_process_gets(settings: Settings, folder: Path) -> None:
    given = settings.model_copy(update={"reranker": folder})
    assert providers.reranker(settings, Process.LOCAL) is None
    assert isinstance(providers.reranker(given, Process.LOCAL), OnnxReranker)
    far = providers.reranker(given, Process.REMOTE)
    assert isinstance(far, RemoteReranker)
    assert far.name == "counts-nurses"
