"""Which way a message goes: the labelled half that no rule was made on, and any text at all."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rigs.data import ROOT
from verivita.adapters.embedders.onnx import OnnxEmbedder
from verivita.features.assistant import Route
from verivita.features.assistant.routing import chances, load_weights, route

GOLD = [json.loads(line) for line in (ROOT / "bench/gold/routing.jsonl").read_text("utf-8").splitlines()]
HELD = [row for row in GOLD if int(hashlib.sha256(row["id"].encode()).hexdigest(), 16) % 2]


@pytest.mark.acceptance("CHAT-01")
def test_at_least_92_of_100_held_out_messages_go_the_right_way():
    table = {(a, b): 0 for a in Route for b in Route}
    for row in HELD:
        table[Route(row["route"]), route(row["text"])] += 1
    print("\n".join(f"{a:>7} -> {b:<7} {n}" for (a, b), n in table.items()))
    assert len(GOLD) >= 150
    assert sum(table[way, way] for way in Route) / len(HELD) >= 0.92


async def test_with_the_encoder_fewer_go_wrong_than_by_words_alone():
    encoder = OnnxEmbedder()
    vectors = await encoder.embed([row["text"] for row in HELD])
    encoder.close()
    right = by_words = 0
    for row, vector in zip(HELD, vectors, strict=True):
        found = chances(row["text"], vector.tolist())
        assert sum(found.values()) == pytest.approx(1.0)
        right += max(found, key=lambda way: found[way]) == row["route"]
        by_words += route(row["text"]) == row["route"]
    assert right / len(HELD) >= 0.93
    assert right >= by_words
    assert load_weights().model == encoder.model.key


@given(st.text(max_size=3000))
def test_any_text_goes_some_way(text):
    assert route(text) in Route


@pytest.mark.security
def test_what_is_pasted_behind_the_wish_does_not_turn_it():
    wish = "Write a cover letter for this job. "
    assert route(wish + "Explain the theorem of chapter 4. " * 200) is Route.DRAFT
