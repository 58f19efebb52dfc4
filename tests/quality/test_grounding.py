"""Floors of the grounding engine: errors by class on sentences about resumes, order on public labelled claims."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from bench import grounding, truth
from bench.nearness import Near
from bench.truth_grow import grown
from tests.rigs.data import need

GOLD = Path(truth.__file__).parent / "gold" / "truth"


@pytest.mark.acceptance("CHAT-05")
@pytest.mark.parametrize("encoder", [True, False], ids=["encoder", "words"])
def test_invented_claims_do_not_pass_and_true_lines_are_not_struck(
    encoder: bool,
    record_property: Callable[[str, object], None],
) -> None:
    papers = {row["resume_id"]: truth.read(row["text"]) for row in truth.lines(GOLD / "resumes.jsonl")}
    rows = truth.lines(GOLD / "fixture.jsonl")
    made = random.Random(3).sample(grown(rows), 100)
    near = Near() if encoder else None
    measured = truth.figures(rows, papers, near)
    measured |= {f"grown/{k}": v for k, v in truth.figures(made, papers, near).items()}
    for metric, value in measured.items():
        record_property(metric, value)
    assert len(rows) >= 300
    assert measured["false_strip"] <= 0.05
    assert measured["weak_true"] <= 0.2
    for name in ("number", "date", "employer", "job_title", "skill_added"):
        assert measured[f"false_pass:{name}"] <= 0.02
        assert measured.get(f"grown/false_pass:{name}", 0.0) <= 0.02
    for name in ("negation", "inflated"):
        assert measured[f"false_pass:{name}"] <= 0.1
        assert measured.get(f"grown/false_pass:{name}", 0.0) <= 0.1


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("folder", "floor"), [("grounding/begin", 0.9), ("grounding/qags", 0.72), ("retrieval/scifact", 0.65)]
)
def test_the_score_without_an_encoder_orders_labelled_claims(
    folder: str, floor: float, record_property: Callable[[str, object], None]
) -> None:
    data = need(folder).parents[1]
    key, pairs = next((key, pairs) for key, pairs in grounding.find(data) if key.startswith(folder))
    some = random.Random(3).sample(pairs, 150)
    measured = grounding.figures(some, [grounding.judged(pair, None) for pair in some])
    record_property(key, measured["auroc"])
    assert measured["auroc"] >= floor
