"""Every Embedder keeps the same promises."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import pytest

from verivita.adapters.embedders.hashing import HashingEmbedder
from verivita.adapters.embedders.onnx import SHIPPED, OnnxEmbedder
from verivita.core.errors import Unavailable
from verivita.engines.retrieval.ports import Embedder

REFERENCES = Path(__file__).parents[2] / "unit" / "retrieval" / "reference_vectors.json"
TEXTS = [
    "Registered nurse, intensive care",
    "Kubernetes and Go",
    "",
    "data engineer " * 400,
    "Ingénieur à Genève 🚀",
    "registered nurse in an intensive care unit",
    "x",
]
MAKERS: dict[str, Callable[[], Embedder]] = {
    "onnx": OnnxEmbedder,
    "onnx-one-thread": lambda: OnnxEmbedder(threads=1),
    "hashing": HashingEmbedder,
    "hashing-64": lambda: HashingEmbedder(64),
}


@pytest.fixture(params=sorted(MAKERS))
async def embedder(request: pytest.FixtureRequest) -> AsyncIterator[Embedder]:
    made = MAKERS[request.param]()
    yield made
    if isinstance(made, OnnxEmbedder):
        made.close()


async def test_unit_rows_in_order(embedder: Embedder) -> None:
    found = await embedder.embed(TEXTS)
    assert found.shape == (len(TEXTS), embedder.model.dimensions)
    assert found.dtype == np.float32
    lengths = np.linalg.norm(found, axis=1)
    assert lengths == pytest.approx([0.0 if not text else 1.0 for text in TEXTS], abs=1e-5)


async def test_no_texts_no_rows(embedder: Embedder) -> None:
    assert (await embedder.embed([])).shape == (0, embedder.model.dimensions)


@pytest.mark.parametrize("text", ["", " \n\t ", "\x00", "\u200b"])
async def test_text_without_words_is_zero(embedder: Embedder, text: str) -> None:
    assert not (await embedder.embed([text])).any()


async def test_lone_surrogate_and_huge_text_are_accepted(embedder: Embedder) -> None:
    found = await embedder.embed(["broken \ud800 emoji", "word " * 100_000, "y" * 1_000_000])
    assert np.isfinite(found).all()


@pytest.mark.acceptance("RET-07")
async def test_same_text_same_bytes_whatever_its_neighbours(embedder: Embedder) -> None:
    together = await embedder.embed(TEXTS)
    for text, row in zip(TEXTS, together, strict=True):
        assert (await embedder.embed([text]))[0].tobytes() == row.tobytes()
    assert (await embedder.embed(TEXTS[::-1]))[::-1].tobytes() == together.tobytes()


async def test_alike_is_nearer_than_unlike(embedder: Embedder) -> None:
    nurse, other, *_, same, _ = await embedder.embed(TEXTS)
    assert nurse @ same > nurse @ other


@pytest.mark.acceptance("RET-01")
async def test_vectors_equal_the_stored_reference() -> None:
    rows = json.loads(REFERENCES.read_text())
    embedder = OnnxEmbedder()
    found = await embedder.embed([row["text"] for row in rows])
    embedder.close()
    assert np.abs(found - np.array([row["int8"] for row in rows])).max() < 1e-4
    cosines = (found * np.array([row["fp32"] for row in rows])).sum(1)
    assert cosines.mean() >= 0.99
    assert cosines.min() >= 0.98


async def test_token_vectors_are_unit_rows_and_empty_without_words() -> None:
    embedder = OnnxEmbedder()
    some, none = await embedder.tokens(["a nurse", ""])
    embedder.close()
    assert some.shape == (4, 384)
    assert np.linalg.norm(some, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert none.shape == (0, 384)


@pytest.mark.parametrize(("name", "code"), [("encoder.onnx", "model_damaged"), ("tokenizer.json", "model_damaged")])
async def test_a_changed_file_is_refused(tmp_path: Path, name: str, code: str) -> None:
    for file in SHIPPED.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / name).write_bytes((SHIPPED / name).read_bytes() + b" ")
    with pytest.raises(Unavailable) as caught:
        await OnnxEmbedder(tmp_path).embed(["text"])
    assert caught.value.code == code


async def test_a_missing_folder_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as caught:
        await OnnxEmbedder(tmp_path / "none").load()
    assert caught.value.code == "model_missing"
