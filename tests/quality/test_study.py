"""Floors of answers from notes, on real questions; the bench prints all figures."""

from __future__ import annotations

import asyncio

import pytest

from bench import study
from tests.rigs.data import need

SAMPLE = 120


@pytest.mark.acceptance("CHAT-02", "DOC-12")
@pytest.mark.nightly
def test_the_right_passage_is_found_and_the_citation_holds_the_answer():
    folder = need("qa/xquad")
    known = {name: (pieces, asked[::5]) for name, (pieces, asked) in study.loaded(folder).items() if ".en" in name}
    ((_, found),) = asyncio.run(study.questions(known, None, SAMPLE, "qa")).items()
    assert found["default/passage_recall@5"] >= 0.97
    assert found["default/answer_in_citation"] >= 0.80
    assert found["default/false_abstained"] <= 0.15
    assert found["default/abstained_far"] >= 0.90
