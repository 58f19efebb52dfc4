"""Floor of query understanding on the hand-labelled queries."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.query_understanding import measure, read, split_of

GOLD = Path(__file__).resolve().parents[2] / "bench" / "gold" / "query_understanding.jsonl"


@pytest.mark.acceptance("APP-10")
def test_hand_labelled_queries_are_understood():
    rows = read(GOLD)
    assert len(rows) >= 120
    for half in ("dev", "test"):
        found = measure(row for row in rows if split_of(row["text"]) == half)
        assert found["query/exact"] >= 0.95, found
        assert found["query/per_filter"] >= 0.95, found
