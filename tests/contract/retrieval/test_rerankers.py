"""Every Reranker keeps the same promises."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from verivita.adapters.embedders.onnx import SHIPPED
from verivita.adapters.rerankers.onnx import OnnxReranker
from verivita.core.errors import Unavailable
from verivita.engines.retrieval.ports import Reranker

A, B, C = (UUID(int=i) for i in range(1, 4))


def toy(folder: Path) -> Reranker:
    """A real ONNX file with the inputs of a cross-encoder: it counts the word pieces that are `nurse` (6821)."""
    folder.mkdir()
    (folder / "model.onnx").write_bytes(MODEL)
    (folder / "tokenizer.json").write_bytes((SHIPPED / "tokenizer.json").read_bytes())
    return OnnxReranker(folder, name="toy")


MAKERS: dict[str, Callable[[Path], Reranker]] = {
    "cross-encoder": toy,
}


@pytest.fixture(params=sorted(MAKERS))
def reranker(request: pytest.FixtureRequest, tmp_path: Path) -> Reranker:
    return MAKERS[request.param](tmp_path / "model")


@pytest.mark.acceptance("RET-02")
async def test_the_closer_text_comes_first(reranker: Reranker) -> None:
    given = [(A, "a cook in a hotel", 0.5), (B, "a nurse in a hospital", 0.5), (C, "", 0.5)]
    assert (await reranker.rerank("nurse", given))[0].id == B


async def test_every_candidate_once_and_scores_fall(reranker: Reranker) -> None:
    given = [(UUID(int=i), f"text {i} nurse " * (i % 4), float(i % 3)) for i in range(12)]
    hits = await reranker.rerank("nurse", given)
    assert sorted(hit.id.int for hit in hits) == list(range(12))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


async def test_ties_keep_the_order_given(reranker: Reranker) -> None:
    given = [(id, "the same text", 0.5) for id in (C, A, B)]
    assert [hit.id for hit in await reranker.rerank("text", given)] == [C, A, B]


@pytest.mark.edge
async def test_nothing_one_and_mad_input(reranker: Reranker) -> None:
    assert await reranker.rerank("nurse", []) == []
    assert [hit.id for hit in await reranker.rerank("", [(A, "", 0.0)])] == [A]
    given = [(A, "broken \ud800", 0.1), (B, "word " * 50_000, 0.2)]
    assert {hit.id for hit in await reranker.rerank("\ud800 " * 3, given)} == {A, B}


def test_it_has_a_name(reranker: Reranker) -> None:
    assert reranker.name


async def test_a_missing_file_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        await OnnxReranker(tmp_path).rerank("x", [(A, "x", 0.0)])
    (tmp_path / "model.onnx").write_bytes(b"no model")
    (tmp_path / "tokenizer.json").write_bytes((SHIPPED / "tokenizer.json").read_bytes())
    with pytest.raises(Unavailable):
        await OnnxReranker(tmp_path).rerank("x", [(A, "x", 0.0)])


MODEL = bytes.fromhex(
    "08093ac2010a180a09696e7075745f6964730a016e1201652205457175616c0a170a01651201662204436173742a090a0274"
    "6f1801a001020a2a0a01660a016112066c6f67697473220952656475636553756d2a0f0a086b65657064696d731801a00102"
    "1203746f792a0f100742016e4a08a51a0000000000002a11080110074201614a0801000000000000005a1d0a09696e707574"
    "5f69647312100a0e0807120a0a031201620a0312017462190a066c6f67697473120f0a0d080112090a031201620a02080142"
    "040a001012"
)
