"""Signs of culture on phrases labelled by hand: each value where it is claimed, none where the words mean the work."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verivita.features.postings.culture import culture_of

pytestmark = pytest.mark.acceptance("MAT-06")

CLAIMS = [
    ("You will thrive in our fast-paced environment.", "agility"),
    ("We move quickly and wear many hats.", "agility"),
    ("A flat hierarchy and short ways to decide.", "agility"),
    ("Join a dynamic team in Leeds.", "agility"),
    ("We offer flexible working hours and a real lunch break.", "balance"),
    ("Work-life balance is not a slogan here.", "balance"),
    ("Unlimited PTO, and people take it.", "balance"),
    ("Four-day week since 2023.", "balance"),
    ("There is no overtime in this team.", "balance"),
    ("Your wellbeing comes with a budget.", "balance"),
    ("A collaborative team of eight.", "collaboration"),
    ("We help each other out.", "collaboration"),
    ("You join a close-knit group of nurses.", "collaboration"),
    ("A friendly atmosphere in a small office.", "collaboration"),
    ("We are customer-obsessed.", "customer"),
    ("Patients are at the heart of what we do.", "customer"),
    ("A user-centred company since day one.", "customer"),
    ("We are an equal opportunity employer.", "diversity"),
    ("We welcome applications from all walks of life.", "diversity"),
    ("An inclusive workplace where people stay.", "diversity"),
    ("We hire regardless of gender or age.", "diversity"),
    ("We have a bias for action.", "execution"),
    ("People here get things done.", "execution"),
    ("You take end-to-end ownership.", "execution"),
    ("We encourage new ideas, also odd ones.", "innovation"),
    ("Regular hackathons, twice a year.", "innovation"),
    ("An innovative company with old customers.", "innovation"),
    ("Integrity guides all that we do.", "integrity"),
    ("A culture of trust and short meetings.", "integrity"),
    ("Transparent salaries for every level.", "integrity"),
    ("A learning budget of 1,500 euros a year.", "learning"),
    ("Plenty of opportunities for professional growth.", "learning"),
    ("Mentoring from senior engineers.", "learning"),
    ("Clear career paths.", "learning"),
    ("A high-performing team with an appetite.", "performance"),
    ("We reward performance.", "performance"),
    ("We set a very high bar.", "performance"),
    ("Mutual respect is how we talk.", "respect"),
    ("Every voice counts.", "respect"),
    ("We treat everyone with dignity.", "respect"),
]
NONE = [
    "You write fast queries over large tables.",
    "Experience with diverse data sets.",
    "A diverse range of projects.",
    "You model customer churn.",
    "This is not a fast-paced environment.",
    "We do not offer flexible hours.",
    "Requirements: Python, SQL, transparency reports.",
    "You own the billing service.",
    "Knowledge of data integrity constraints.",
    "You test high performance computing clusters.",
    "Balance sheets and forecasts are yours.",
    "You train models and learn from data.",
    "Respect deadlines.",
    "Our product checks open ports.",
]


@pytest.mark.parametrize(("text", "value"), CLAIMS)
def test_a_claim_is_found_with_its_sentence(text: str, value: str) -> None:
    assert [(sign.value.value, sign.quote.text) for sign in culture_of(text) if sign.value == value] == [(value, text)]


@pytest.mark.parametrize("text", NONE)
def test_words_about_the_work_are_no_claim(text: str) -> None:
    assert culture_of(text) == ()


def test_one_sentence_may_claim_two_values_and_the_order_is_that_of_the_text() -> None:
    text = "Great pay.\n- Flexible hours and a learning budget.\n- We reward results.\n"
    assert [sign.value.value for sign in culture_of(text)] == ["balance", "learning", "performance"]


def test_no_value_fills_the_list() -> None:
    text = "\n".join(f"Flexible hours, rule {i}." for i in range(9))
    assert len(culture_of(text)) == 3


def test_a_very_long_sentence_is_cut_around_its_words() -> None:
    text = "word " * 200 + "flexible hours " + "word " * 200
    (sign,) = culture_of(text)
    assert "flexible hours" in sign.quote.text
    assert len(sign.quote.text) <= 300


@given(st.text(alphabet="flexible hoursWe.\n•!? -ü’", max_size=300), st.sampled_from([text for text, _ in CLAIMS]))
def test_a_quote_is_always_verbatim(noise: str, claim: str) -> None:
    text = f"{noise}\n{claim}\n{noise}"
    for sign in culture_of(text):
        assert text[sign.quote.start : sign.quote.end] == sign.quote.text
        assert sign.quote.text.strip() == sign.quote.text != ""
