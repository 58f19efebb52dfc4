"""Floors of retrieval on real data: a sample of queries over whole corpora; `python -m bench retrieval` has all."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.retrieval import modes, read
from tests.rigs.data import need


@pytest.mark.nightly
@pytest.mark.acceptance("RET-04")
@pytest.mark.timeout(900)
async def test_the_default_is_never_below_the_better_single_leg() -> None:
    """All queries of the small corpus; the floor is a little under what was measured when this was written."""
    folder: Path = need("retrieval/cranfield")
    found = await modes(read(folder, folder / "qrels.trec", None))
    assert found["default/ndcg@10"] >= max(found["bm25/ndcg@10"], found["dense/ndcg@10"])
    assert found["default/recall@100"] >= max(found["bm25/recall@100"], found["dense/recall@100"]) - 0.01
    assert found["default/ndcg@10"] >= 0.42
    assert found["bm25/ndcg@10"] >= 0.38


@pytest.mark.nightly
@pytest.mark.timeout(1800)
async def test_the_default_on_scientific_claims() -> None:
    folder: Path = need("retrieval/scifact")
    found = await modes(read(folder, folder / "qrels_train.trec", None))
    assert found["default/ndcg@10"] >= max(found["bm25/ndcg@10"], found["dense/ndcg@10"])
    assert found["default/ndcg@10"] >= 0.72
    assert found["bm25/ndcg@10"] >= 0.69
