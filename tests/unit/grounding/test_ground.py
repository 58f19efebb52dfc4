"""The whole: laws of the score, statements, editing, judging, tie-break."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verivita.core.errors import Unavailable
from verivita.engines.grounding import (
    Asked,
    Claim,
    Figures,
    Grounding,
    Source,
    Verdict,
    asked,
    ground,
    kept,
    learned,
    statements,
    tighten,
)
from verivita.engines.grounding.nearness import FIGURES

SENTENCES = (
    "Built a parcel tracker in Python for 300 shops.",
    "The committee met on 4 May 2021 and rejected the plan.",
    "Trained 6 apprentices in Leeds, four of whom passed.",
    "Photosynthesis turns light into chemical energy.",
    "Revenue grew by 35% to $4.2M in 2022.",
    "She never worked for Arden Foods.",
    "Helped move 85 switches to a new rack.",
    "Memory has three stages: encoding, storage and retrieval.",
)
some = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=6, unique=True)


def sources(texts: Sequence[str]) -> list[Source]:
    return [Source(str(n), text) for n, text in enumerate(texts)]


@settings(deadline=None)
@given(some, st.data())
def test_a_copy_of_a_source_sentence_is_supported(texts: list[str], data: st.DataObject) -> None:
    found = ground(data.draw(st.sampled_from(texts)), sources(texts))
    assert found.score == 1.0
    assert [c.verdict for c in found.claims] == [Verdict.SUPPORTED] * len(found.claims)


@settings(max_examples=60, deadline=None)
@given(some, some, st.sets(st.integers(0, 5)))
def test_taking_sources_away_never_raises_the_score(said: list[str], texts: list[str], gone: set[int]) -> None:
    answer = " ".join(said)
    fewer = [s for n, s in enumerate(sources(texts)) if n not in gone]
    assert ground(answer, fewer).score <= ground(answer, sources(texts)).score


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([s for s in SENTENCES if re.search(r"\d", s)]), st.integers(2, 9))
def test_a_changed_number_makes_a_sentence_unsupported(sentence: str, factor: int) -> None:
    changed = re.sub(r"\d+", lambda m: str(int(m[0]) * factor + 1), sentence, count=1)
    (claim,) = ground(changed, sources(SENTENCES)).claims
    assert claim.verdict is Verdict.UNSUPPORTED


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=200), st.lists(st.text(max_size=120), max_size=4))
def test_any_text_gives_a_score_between_nothing_and_all_and_always_the_same(answer: str, texts: list[str]) -> None:
    found = ground(answer, sources(texts))
    assert 0.0 <= found.score <= 1.0
    assert all(0.0 <= c.score <= 1.0 and answer[c.start : c.end] == c.text for c in found.claims)
    assert repr(found) == repr(ground(answer, sources(texts)))
    assert not kept(answer, found) or kept(answer, found).strip() == kept(answer, found)


def test_nothing_said_or_nothing_given_proves_nothing() -> None:
    assert ground("", sources(SENTENCES)) == Grounding(0.0, ())
    assert ground("Built a parcel tracker.", []).claims[0].verdict is Verdict.UNSUPPORTED


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Led 3 teams at Acme Inc. in 2019. Grew sales by 3.5%!",
            ["Led 3 teams at Acme Inc. in 2019.", "Grew sales by 3.5%!"],
        ),
        ("- One bullet\n* Two\n3. Three", ["One bullet", "Two", "Three"]),
        ("Built X; tested Y.", ["Built X; tested Y."]),
        ("Dr. Smith uses Node.js here. Yes.", ["Dr. Smith uses Node.js here.", "Yes."]),
        ("\n---\n", []),
        ("Yes. It opened in 1904. Sure!", ["Yes. It opened in 1904.", "Sure!"]),
    ],
)
def test_statements(text: str, expected: list[str]) -> None:
    assert [s.text for s in statements(text)] == expected


def test_unsupported_sentences_are_taken_out_and_the_rest_stays() -> None:
    answer = "Intro: Built a parcel tracker in Python for 300 shops. Won the Nobel prize.\n- Sold 7 moons.\n\nBye."
    found = ground(answer, sources(SENTENCES))
    left = kept(answer, found)
    assert "300 shops" in left
    assert "Nobel" not in left
    assert "moons" not in left
    assert "- \n" not in left


def test_a_judge_may_only_tighten() -> None:
    claims = tuple(Claim("x", 0, 1, v) for v in (Verdict.SUPPORTED, Verdict.UNSUPPORTED, Verdict.WEAK))
    judged = {0: Verdict.WEAK, 1: Verdict.SUPPORTED, 2: Verdict.SUPPORTED}
    found = tighten(Grounding(1 / 3, claims), judged)
    assert [c.verdict for c in found.claims] == [Verdict.WEAK, Verdict.UNSUPPORTED, Verdict.WEAK]
    assert found.score == 0.0
    assert found.claims[0].reasons == ("judge",)


def test_an_encoder_never_outweighs_a_false_number() -> None:
    answer, given = "Built a parcel tracker in Python for 900 shops. Cooked soup.", sources(SENTENCES)
    near = {one: dict.fromkeys(FIGURES, 1.0) for one in asked(answer, given)}
    found = ground(answer, given, nearness=near)
    assert [c.verdict for c in found.claims] == [Verdict.UNSUPPORTED, Verdict.UNSUPPORTED]


async def test_without_an_answer_of_the_encoder_words_must_do() -> None:
    class Gone:
        async def figures(self, asked: Sequence[Asked]) -> list[Figures]:
            raise Unavailable("ml_unavailable", "The ML service does not answer.")

    given = asked(SENTENCES[0], sources(SENTENCES))
    assert await learned(Gone(), given) is None
    assert await learned(None, given) is None


def test_other_languages_fall_back_to_words_and_numbers() -> None:
    source = [Source("1", "Leitete von 2018 bis 2021 ein Team von 12 Personen bei der Nordhafen GmbH.")]
    true, false = "Leitete ein Team von 12 Personen bei der Nordhafen GmbH.", "Leitete ein Team von 40 Personen."
    assert ground(true, source).score == 1.0
    assert ground(false, source).claims[0].verdict is Verdict.UNSUPPORTED


def test_a_caller_learns_what_will_be_asked() -> None:
    wanted = asked("One thing. Another.", [Source("1", "A first line\nA second. One thing.")])
    lines = ("A first line", "A second.", "One thing.")
    assert wanted == [Asked("One thing.", lines), Asked("Another.", lines)]
