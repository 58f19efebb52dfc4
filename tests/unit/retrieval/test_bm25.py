"""BM25 in memory, and the terms under it."""

from __future__ import annotations

import math

import pytest

from verivita.engines.retrieval.bm25 import Bm25
from verivita.engines.retrieval.terms import english

TOY = [
    "the quick brown fox jumps over the lazy dog",
    "a fox is a fox and a dog is a dog",
    "nurses nursing in a hospital",
    "",
    "python engineer writes python",
]
# bm25s 0.3.16, method="lucene", k1=1.2, b=0.75, over the terms of `english`, query "fox dog python".
REFERENCE = [0.574078, 1.061174, 0.0, 0.0, 0.840178]


def by_hand(query: str, texts: list[str], k1: float = 1.2, b: float = 0.75) -> list[float]:
    """The formula, written out without any array."""
    bags = [english(text) for text in texts]
    average = sum(map(len, bags)) / len(bags)
    scores = []
    for bag in bags:
        score = 0.0
        for term in english(query):
            holding = sum(term in other for other in bags)
            idf = math.log(1 + (len(bags) - holding + 0.5) / (holding + 0.5))
            often = bag.count(term)
            score += idf * often / (often + k1 * (1 - b + b * len(bag) / average))
        scores.append(score)
    return scores


@pytest.mark.acceptance("RET-03")
def test_scores_equal_the_reference() -> None:
    scores = Bm25(TOY).scores("fox dog python")
    assert scores == pytest.approx(by_hand("fox dog python", TOY), abs=1e-12)
    assert scores == pytest.approx(REFERENCE, abs=1e-5)


@pytest.mark.parametrize("query", ["nurse", "fox fox dog", "hospital python lazy", "unknown"])
def test_scores_equal_the_formula(query: str) -> None:
    assert Bm25(TOY, k1=0.9, b=0.4).scores(query) == pytest.approx(by_hand(query, TOY, 0.9, 0.4), abs=1e-12)


def test_top_is_ordered_and_leaves_out_what_shares_nothing() -> None:
    index = Bm25(TOY)
    assert [i for i, _ in index.top("fox dog", 10)] == [1, 0]
    assert index.top("fox", 1)[0][0] == 1
    assert (index.top("fox", 0), index.top("zzz", 5), index.top("", 5)) == ([], [], [])


def test_ties_keep_the_order_given() -> None:
    assert [i for i, _ in Bm25(["same text"] * 4).top("text", 3)] == [0, 1, 2]


def test_an_empty_corpus() -> None:
    assert (len(Bm25([])), Bm25([]).top("fox", 3), len(Bm25([""]))) == (0, [], 1)
    assert Bm25(["", ""]).top("fox", 3) == []


@pytest.mark.edge
def test_a_query_of_a_hundred_thousand_words_is_cut() -> None:
    query = "fox " + " ".join(f"word{i}" for i in range(100_000))
    assert [i for i, _ in Bm25(TOY).top(query, 5)] == [1, 0]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Nurses nursing", ["nurs", "nurs"]),
        ("C++, C# and .NET; F#", ["cplusplus", "csharp", "dotnet", "fsharp"]),
        ("Zürich CRÊPES", ["zurich", "crepe"]),
        ("the of and", []),
        ("e-mail: a.b@c.org", ["e", "mail", "b", "c", "org"]),
        ("y" * 500, ["y" * 40]),
        ("日本語 работа", ["日本語", "работа"]),
        ("\x00 \ud800 ok", ["ok"]),
    ],
)
def test_terms(text: str, terms: list[str]) -> None:
    assert english(text) == terms


def test_other_terms_can_be_given() -> None:
    assert Bm25(["A b", "a B"], terms=str.split).top("b", 5) == [(0, pytest.approx(0.3151, abs=1e-3))]
