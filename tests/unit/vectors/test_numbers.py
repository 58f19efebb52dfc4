"""What goes to PostgreSQL, what a build may take, how long a measurement is believed, how postings are grown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest

from bench import scale_corpus
from verivita.adapters.vectors.halves import Half, listed, listed_ids, spelled
from verivita.adapters.vectors.index_build import memory_mb
from verivita.adapters.vectors.tuning import Tuned


def test_ids_are_spelled_as_an_array() -> None:
    ids = [UUID(int=7), UUID("ffffffff-ffff-ffff-ffff-fffffffffffe")]
    pairs = np.array([[id.int >> 64, id.int & (2**64 - 1)] for id in ids], np.uint64)
    assert listed(pairs) == listed(np.asfortranarray(pairs)) == listed_ids(ids) == f"{{{ids[0].hex},{ids[1].hex}}}"
    assert listed(np.empty((0, 2), np.uint64)) == listed_ids([]) == "{}"
    assert spelled(np.array([1.0, -2.5], np.float32)) == "[1.0, -2.5]"


def test_a_vector_is_its_length_and_its_halves() -> None:
    assert Half(np.array([1.0, -2.0], np.float32)).data == bytes.fromhex("00020000 3c00 c000")


def test_a_build_takes_what_it_needs_and_no_more_than_there_is() -> None:
    assert memory_mb(1_000, 384, 9_000) == 512
    assert 1_500 < memory_mb(1_000_000, 384, 9_000) < 1_700
    assert memory_mb(1_000_000, 384, 1_000) == 1_000
    assert memory_mb(1_000_000, 384, 10) == 512


@pytest.mark.parametrize(
    ("kind", "size", "age", "holds"),
    [
        ("hnsw", 1000, 0, True),
        ("hnsw", 1250, 0, True),
        ("hnsw", 1251, 0, False),
        ("hnsw", 749, 0, False),
        ("ivfflat", 1000, 0, False),
        ("hnsw", 1000, 25, False),
    ],
)
def test_a_measurement_is_believed_for_a_while(kind: str, size: int, age: int, holds: bool) -> None:
    measured = Tuned("hnsw", 90, 0.99, 1000, datetime.now(UTC) - timedelta(hours=age))
    assert measured.holds(kind, size) == holds
    assert not Tuned("hnsw", 90, 0.99, 1000).holds("hnsw", 1000)


def test_grown_postings_lie_as_far_apart_as_real_ones_would() -> None:
    generator = np.random.default_rng(2)
    centres = generator.standard_normal((20, 24))
    real = centres[generator.integers(20, size=400)] + generator.standard_normal((400, 24))
    real = (real / np.linalg.norm(real, axis=1, keepdims=True)).astype(np.float32)
    texts = [f"word{i} " * 30 for i in range(400)]
    grown = scale_corpus.Grown(scale_corpus.Corpus(texts, real, ["word"], real[:1]), 4_000)
    assert grown.distance == pytest.approx(grown.expected, rel=0.1)
    assert grown.expected < scale_corpus.distance(real)
    assert np.array_equal(grown.vectors[:400], real.astype(np.float16))
    assert np.linalg.norm(grown.vectors[400:].astype(np.float32), axis=1) == pytest.approx(np.ones(3_600), abs=2e-3)
    assert grown.text(3) == texts[3]
    assert grown.text(3_999) == grown.text(3_999) != grown.text(3_998)
