"""The ask page's view of a turn: its rung in words, with what it used and what that costs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from verivita.core.ids import new_id
from verivita.entrypoints.web.show_ask import turn_view
from verivita.features.answers import Answer, Claim, Rung, Tokens, Verdict
from verivita.features.assistant import Mode, Reply, Route, Turn

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def turn(answer: Answer) -> Turn:
    return Turn(new_id(), "Why?", Reply(new_id(), new_id(), Mode.CHAT, Route.STUDY, answer, 12.3), NOW)


@pytest.mark.parametrize(
    ("rung", "tokens", "said"),
    [
        (Rung.NO_MODEL, Tokens("openai:gpt-4o-mini", 11, 7), "written without a model"),
        (Rung.LOCAL, Tokens("ollama:qwen3:4b", 11, 7), "local model, qwen3:4b, 18 tokens"),
        (Rung.HOSTED, Tokens("openai:gpt-4o-mini", 11, 7), "hosted model, gpt-4o-mini, 18 tokens, $0.00000585"),
        (Rung.HOSTED, Tokens("openai:gpt-4o-mini"), "hosted model, gpt-4o-mini, remembered"),
        (Rung.HOSTED, Tokens("compatible:own", 11, 7), "hosted model, own, 18 tokens, price not known"),
    ],
)
def test_the_rung_says_which_model_and_at_what_cost(rung: Rung, tokens: Tokens, said: str):
    assert turn_view(turn(Answer("So.", rung=rung, tokens=tokens))).rung_text == said


def test_a_struck_sentence_is_listed_with_its_reason_and_counted():
    claims = (
        Claim("It is.", Verdict.SUPPORTED),
        Claim("It lies.", Verdict.UNSUPPORTED, reason="name: Oxford", removed=True),
    )
    view = turn_view(turn(Answer("It is.", claims=claims, score=0.5)))
    assert view.struck == (("It lies.", "name: Oxford"),)
    assert view.counts == (("ok", "1 supported"), ("bad", "1 left out"))
    assert [(piece.text, piece.verdict) for piece in view.lines[0]] == [("It is.", "ok")]
