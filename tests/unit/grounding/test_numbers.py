"""Numbers in digits, words, money, percent and spans of time."""

from __future__ import annotations

import pytest

from verivita.engines.grounding.numbers import carries, missing, quantities, strengthened


def values(text: str) -> list[tuple[float, str]]:
    return [(q.value, q.unit) for q in quantities(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a team of twenty-five", [(25, "")]),
        ("one hundred and twenty users", [(120, "user")]),
        ("fifteen thousand latches", [(15_000, "latch")]),
        ("two and a half years", [(2.5 * 31_557_600, "s")]),
        ("from £21k to £34,000", [(21_000, "GBP"), (34_000, "GBP")]),
        ("$1.2M", [(1_200_000, "USD")]),
        ("45 million dollars", [(45_000_000, "USD")]),
        ("from 34 to 29 percent", [(34, "%"), (29, "%")]),
        ("40 % of cases", [(40, "%")]),
        ("from 6 to 4 hours", [(21_600, "s"), (14_400, "s")]),
        ("a 24-bed ward", [(24, "bed")]),
        ("the TR-9 valve, CEFR B2, COVID-19", []),
        ("from May 2019 to 2021", []),
    ],
)
def test_forms(text: str, expected: list[tuple[float, str]]) -> None:
    assert values(text) == [(pytest.approx(value), unit) for value, unit in expected]


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("45 minutes", "0.75 hours"),
        ("forty percent", "40%"),
        ("2.4k students", "2,400 students"),
        ("more than 40 people", "43 people"),
        ("about 45 million", "45.3M"),
        ("12 months", "12 months"),
    ],
)
def test_the_same_number_in_another_form_is_carried(said: str, known: str) -> None:
    assert not missing(quantities(said), quantities(known))


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("40%", "40 people"),
        ("$40", "€40"),
        ("6 days", "6 hours"),
        ("43 people", "40 people"),
        ("90 guests", "190 guests"),
    ],
)
def test_another_number_or_unit_is_missing(said: str, known: str) -> None:
    assert missing(quantities(said), quantities(known))


def test_a_length_of_time_may_follow_from_dates() -> None:
    assert not missing(quantities("two and a half years"), [], durations=[2.58])
    assert not missing(quantities("more than four years"), [], durations=[4.3])
    assert missing(quantities("almost five years"), [], durations=[2.58])


def test_one_is_no_number_by_itself() -> None:
    assert not missing(quantities("one of the best"), [])


def test_about_made_exact_is_stronger() -> None:
    assert strengthened(quantities("saved 10 hours")[0], quantities("saved roughly 10 hours"))
    assert not strengthened(quantities("saved about 10 hours")[0], quantities("saved roughly 10 hours"))
    assert carries(quantities("up to 90 guests")[0], quantities("90 guests")[0])
