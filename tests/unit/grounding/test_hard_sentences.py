"""Sentences written to be hard: what is said in other words stays, what is changed in one place does not pass."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from tests.unit.grounding.papers import (
    ANALYST,
    ANALYST_FALSE,
    ANALYST_TRUE,
    DEVELOPER,
    DEVELOPER_FALSE,
    DEVELOPER_TRUE,
)
from verivita.engines.grounding import Claim, Source, Verdict, ground

TODAY = date(2024, 6, 1)
TRUE = [(ANALYST, *row) for row in ANALYST_TRUE] + [(DEVELOPER, *row) for row in DEVELOPER_TRUE]
FALSE = [(ANALYST, *row) for row in ANALYST_FALSE] + [(DEVELOPER, *row) for row in DEVELOPER_FALSE]
Paper = Sequence[Source]


def check(text: str, paper: Paper, cited: str) -> Claim:
    (claim,) = ground(text, paper, cited={0: cited.split(",")}, today=TODAY).claims
    return claim


@pytest.mark.parametrize(("paper", "text", "cited"), TRUE, ids=[row[1] for row in TRUE])
def test_a_true_sentence_is_not_struck(paper: Paper, text: str, cited: str) -> None:
    claim = check(text, paper, cited)
    assert claim.verdict is not Verdict.UNSUPPORTED, claim.reasons


@pytest.mark.parametrize(("paper", "text", "cited"), FALSE, ids=[row[1] for row in FALSE])
def test_a_false_sentence_does_not_pass(paper: Paper, text: str, cited: str) -> None:
    claim = check(text, paper, cited)
    assert claim.verdict is not Verdict.SUPPORTED
    assert claim.reasons


def test_most_true_sentences_pass_without_a_question() -> None:
    verdicts = [check(text, paper, cited).verdict for paper, text, cited in TRUE]
    assert verdicts.count(Verdict.SUPPORTED) >= 0.6 * len(verdicts)
