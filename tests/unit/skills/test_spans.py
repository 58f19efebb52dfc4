"""The span tagger: its tokens, its decoder, its learning and the shipped weights."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.skills_span import Sentence, figures, learn
from verivita.engines.skills import load_taxonomy
from verivita.engines.skills.spans import BUCKETS, Layer, SpanTagger, decode, features, load_tagger, runs, split

TAXONOMY = load_taxonomy()


def test_tokens_keep_the_signs_of_names() -> None:
    assert [t[0] for t in split("C++, C# and .NET; front-end (Node.js)!")] == [
        "C++", ",", "C#", "and", ".NET", ";", "front-end", "(", "Node.js", ")", "!",
    ]  # fmt: skip


def test_runs_are_the_spans_of_a_tag_sequence() -> None:
    assert runs([0, 1, 2, 1, 0, 1]) == [(1, 3), (3, 4), (5, 6)]
    assert runs([]) == []


def test_decoding_never_continues_what_did_not_begin() -> None:
    wish = np.array([[0, 0, 9], [0, 0, 9], [0, 0, 9]], np.float32)
    assert decode(wish, np.zeros((3, 3), np.float32)) in ([1, 2, 2],)


def test_decoding_weighs_moves() -> None:
    emissions = np.array([[0, 1, 0], [0.5, 0.4, 0]], np.float32)
    free = np.zeros((3, 3), np.float32)
    assert decode(emissions, free) == [1, 0]
    free[1, 2] = 5
    assert decode(emissions, free) == [1, 2]


@given(st.lists(st.lists(st.floats(-9, 9, width=32), min_size=3, max_size=3), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_decoding_finds_the_best_of_all_sequences(rows: list[list[float]]) -> None:
    emissions = np.array(rows, np.float32)
    moves = np.array([[0.5, -1, 0], [0, -2, 1], [0.2, 0, 0.3]], np.float32)

    def score(tags: tuple[int, ...]) -> float:
        if tags[0] == 2 or any(a == 0 and b == 2 for a, b in zip(tags, tags[1:], strict=False)):
            return -1e12
        return sum(float(emissions[i, t]) for i, t in enumerate(tags)) + sum(
            float(moves[a, b]) for a, b in zip(tags, tags[1:], strict=False)
        )

    every = np.ndindex(*([3] * len(rows)))
    assert score(tuple(decode(emissions, moves))) >= max(score(tags) for tags in every) - 1e-4


def test_features_are_buckets_of_every_token() -> None:
    text = "Strong Java skills"
    found = features(text, split(text), TAXONOMY)
    assert len(found) == 3
    assert len({len(row) for row in found}) == 1
    assert all(0 <= bucket < BUCKETS for row in found for bucket in row)
    assert found[0] != found[1]


def test_learning_finds_what_it_was_shown_and_the_figures_say_so() -> None:
    shown = [
        Sentence(["We", "use", word, "here", "."], {Layer.KNOWLEDGE: [0, 0, 1, 0, 0]})
        for word in ("Java", "Scala", "Perl")
    ] + [Sentence(["We", "like", word, "here", "."], {Layer.KNOWLEDGE: [0] * 5}) for word in ("you", "tea", "Bob")]
    weights = learn(shown * 3, Layer.KNOWLEDGE, rounds=5)
    both = np.stack([weights, np.zeros_like(weights)]).astype(np.float32)
    both[1, :, 0] = 1
    tagger = SpanTagger(both, TAXONOMY)

    def mark(text: str, tokens: list[tuple[str, int, int]]) -> dict[Layer, set[tuple[int, int]]]:
        return {layer: set(runs(tags)) for layer, tags in tagger.tags(text, tokens).items()}

    measured = figures(shown, mark)
    assert measured["knowledge_f1"] == 1
    assert measured["overlap_f1"] == 1


def test_a_higher_leaning_marks_less() -> None:
    text = "Experience with Java, Python and Docker required.\n\nYou talk to stakeholders and write clean code."
    tagger = load_tagger(TAXONOMY)
    shut = SpanTagger(tagger._weights, TAXONOMY, (1e6, 1e6))
    assert shut.find(text) == []
    found = tagger.find(text)
    assert any("Java" in text[s.start : s.end] and s.layer is Layer.KNOWLEDGE for s in found)
    assert tagger.find("") == []
    assert tagger.tags("", []) == {layer: [] for layer in Layer}
