"""Seniority, against labels: titles and phrases that we labelled by hand, and the level of the labelled postings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import bench
from verivita.features.postings.levels import level_of

pytestmark = pytest.mark.acceptance("MAT-05")

TITLES = {
    "intern": ("Software Engineering Intern", "Internship: Data Analysis", "Werkstudent Marketing (m/w/d)"),
    "entry": ("Junior Backend Developer", "Graduate Engineer", "Entry Level Clerk", "Jr. QA Tester", "Trainee Chef"),
    "mid": ("Mid-Level Java Developer", "Software Engineer II"),
    "senior": ("Senior Data Engineer", "Sr. Product Designer", "Senior Nurse (m/f/d)", "Software Engineer III"),
    "staff": ("Staff Engineer", "Principal Scientist", "Staff Machine Learning Engineer"),
    "lead": ("Tech Lead", "Lead Frontend Developer", "Team Lead, Payments"),
    "manager": ("Engineering Manager", "Product Marketing Manager", "Store Manager"),
    "director": ("Director of Engineering", "Head of Finance", "Sales Director EMEA"),
    "executive": ("VP of Engineering", "Chief Technology Officer", "CTO", "Vice President, Operations"),
    "unknown": ("Software Engineer", "Nurse", "Lead Generation Specialist", "Baker", "Internal Auditor"),
}  # fmt: skip
PHRASES = (
    ("Mid-Senior level", None, {"mid", "senior"}),
    ("Entry level", None, {"entry"}),
    ("Internship", None, {"intern"}),
    ("Director", None, {"director"}),
    ("", 1.0, {"entry"}),
    ("", 3.0, {"mid"}),
    ("", 8.0, {"senior"}),
    ("Not Applicable", None, {"unknown"}),
)
LABELLED = [(title, level) for level, titles in TITLES.items() for title in titles]


def test_labelled_titles() -> None:
    wrong = [(title, level, level_of(title).value) for title, level in LABELLED if level_of(title).value != level]
    assert len(wrong) <= 0.1 * len(LABELLED), wrong


@pytest.mark.parametrize(("field", "years", "right"), PHRASES)
def test_labelled_phrases_beside_a_title_that_says_nothing(field: str, years: float | None, right: set[str]) -> None:
    assert level_of("Software Engineer", field, years).value in right


def test_levels_of_labelled_postings_whose_title_is_known() -> None:
    text = (Path(bench.__file__).parent / "gold/requirements.jsonl").read_text("utf-8")
    rows = [json.loads(line) for line in text.split("\n") if line]
    labelled = [row for row in rows if row["level"] and row["title"]]
    right = [row for row in labelled if level_of(row["title"], "", row["min_years"]).value == row["level"]]
    assert len(labelled) >= 15
    assert len(right) >= 0.9 * len(labelled)
