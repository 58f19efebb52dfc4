"""Queries in plain words -> filters, readings, and what became of each word."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verivita.engines.skills import load_taxonomy
from verivita.features.search.model import PostingFilters
from verivita.features.search.query import understand_query

pytestmark = pytest.mark.acceptance("APP-10")


def filters(text: str, **more) -> dict[str, object]:
    """Only the filters that were set."""
    found = understand_query(text, **more).filters
    return {name: getattr(found, name) for name in PostingFilters.__slots__ if getattr(found, name)}


def test_the_seed_query():
    found = understand_query("remote ML engineer $150k+ startups")
    assert found.text == "ML engineer"
    assert found.filters == PostingFilters(location_type=("remote",), salary_min=150_000, company_size=("startup",))
    assert [(r.field, r.said, r.value) for r in found.readings] == [
        ("location_type", "remote", "remote"),
        ("salary_min", "$150k+", "150000"),
        ("company_size", "startups", "startup"),
    ]
    assert found.readings[1].reading == "pay from $150,000 a year"


@pytest.mark.parametrize(
    "text",
    [
        "remote sensing engineer",
        "Go developer",
        "senior care nurse",
        "lead generation specialist",
        "junior high teacher",
        "hybrid vehicles engineer",
        "startup founder coach",
        "small animal veterinarian",
        "last mile delivery driver",
        "app used by 100k users",
        "staff nurse",
        "contract lawyer",
        "machine operator lever press",
        "growth marketer with 1M ARR",
        "data entry clerk",
        "Mobile developer",
        "reading specialist",
        "401k plan administrator",
    ],
)
def test_compounds_and_other_numbers_are_no_filters(text):
    assert filters(text) == {}
    assert understand_query(text).text.split()[0] == text.split()[0]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("nurse $70/h", 145_600),
        ("nurse €500 a day", 130_000),
        ("nurse £4,000 per month", 48_000),
        ("nurse $1500 a week", 78_000),
        ("nurse 80.000 €", 80_000),
        ("nurse CHF 120'000", 120_000),
        ("nurse 90-110k", 90_000),
        ("nurse between 90k and 110k", 90_000),
        ("nurse 15 LPA", 1_500_000),
        ("nurse six figures", 100_000),
        ("nurse at least 95000", 95_000),
        ("nurse R350000 per year", 350_000),
        ("nurse $19 hr", 39_520),
        ("nurse 3500€", 42_000),
    ],
)
def test_pay_is_a_lower_bound_for_a_year(text, amount):
    found = understand_query(text)
    assert found.filters.salary_min == amount
    assert found.text == "nurse"


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("posted today", 1),
        ("last week", 7),
        ("past 3 days", 3),
        ("in the last 24 hours", 1),
        ("within two weeks", 14),
        ("this month", 30),
    ],
)
def test_age_of_the_posting(text, days):
    assert filters(f"cook {text}") == {"posted_after_days": days}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("teilzeit", "part_time"),
        ("vollzeit", "full_time"),
        ("temps partiel", "part_time"),
        ("contract 6 months", "contract"),
        ("on contract", "contract"),
    ],
)
def test_kind_of_employment(text, kind):
    assert filters(f"cook {text}") == {"employment": (kind,)}


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("under 50 people", ("startup",)),
        ("50-200 employees", ("small",)),
        ("1000+ employees", ("large", "enterprise")),
        ("10k+ employees", ("enterprise",)),
        ("mid-size company", ("medium",)),
        ("FAANG", ("large", "enterprise")),
        ("small companies", ("startup", "small")),
    ],
)
def test_size_of_the_company(text, sizes):
    assert filters(f"cook {text}") == {"company_size": sizes}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("cook in Berlin", "Berlin"),
        ("cook berlin", "Berlin"),
        ("cook NYC", "New York"),
        ("cook Austin TX", "Austin, TX"),
        ("cook Waukesha, WI", "Waukesha, WI"),
        ("cook in Łódź", "Łódź"),
        ("cook in Ouagadougou", "Ouagadougou"),
        ("cook Phoenix AZ", "Phoenix, AZ"),
        ("cook Washington DC", "Washington, DC"),
        ("remote cook, Georgia", "Georgia"),
    ],
)
def test_place(text, place):
    assert understand_query(text).filters.location == place
    assert understand_query(text).text == "cook"


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("jr cook", ("entry",)),
        ("senior or lead cook", ("senior", "lead")),
        ("staff software engineer", ("staff",)),
        ("principal engineer", ("staff",)),
        ("CTO", ("executive",)),
        ("head of data", ("director",)),
        ("cook internship", ("intern",)),
        ("mid to senior backend", ("mid", "senior")),
    ],
)
def test_level(text, levels):
    assert filters(text) == {"level": levels}


def test_skills_only_where_they_are_asked_for():
    assert filters("backend engineer with Kubernetes and Go") == {"skills": ("kubernetes", "go")}
    assert filters("R and Python required") == {"skills": ("r", "python")}
    assert filters("python kubernetes engineer") == {}
    assert filters("writer with passion") == {}


def test_skills_are_ids_of_the_taxonomy():
    taxonomy = load_taxonomy()
    found = understand_query("engineer with k8s and golang", taxonomy=taxonomy).filters.skills
    assert found == (taxonomy.find("Kubernetes").id, taxonomy.find("Go").id)
    assert understand_query("engineer with phrenology", taxonomy=taxonomy).filters.skills == ()


def test_sources():
    assert filters("rust on Hacker News") == {"sources": ("hn",)}
    assert filters("cook from indeed or dice") == {"sources": ("indeed", "dice")}
    assert filters("greenhouse technician") == {}


def test_kind_of_contract():
    assert filters("part-time cook") == {"employment": ("part_time",)}
    assert filters("cook, contract") == {"employment": ("contract",)}


def test_not_is_honest():
    found = understand_query("not remote, office manager, no startups")
    assert found.filters == PostingFilters(location_type=("hybrid", "onsite"))
    assert [(r.field, r.said) for r in found.unused] == [("not", "no startups")]


def test_what_is_not_used_says_why():
    found = understand_query("graphic designer up to 60k, 5 years experience, I have a dog")
    assert found.text == "graphic designer"
    assert {r.said: r.reading for r in found.unused} == {
        "up to 60k": "a highest pay does not narrow the search",
        "5 years experience": "the search has no filter for this; a match shows it",
        "I have a dog": "about you, not about the job",
    }


def test_typing_slips_are_understood_and_quoted_as_written():
    found = understand_query("remtoe senoir cook")
    assert [(r.said, r.value) for r in found.readings] == [("remtoe", "remote"), ("senoir", "senior")]


def test_a_reading_can_be_switched_off():
    text = "remote cook $90k"
    assert filters(text, without=frozenset({"location_type"})) == {"salary_min": 90_000}
    found = understand_query(text, without=frozenset({"salary_min:$90k"}))
    assert found.filters == PostingFilters(location_type=("remote",))
    assert found.text == "cook $90k"
    assert [r.field for r in found.readings] == ["location_type"]


@pytest.mark.edge
@pytest.mark.parametrize("text", ["", "   ", "???", "jobs", "\x00", "a" * 5000, "🦀 " * 300, "ﬁnance İstanbul"])
def test_odd_queries_are_accepted(text):
    found = understand_query(text)
    assert found.query == text


def test_long_queries_are_searched_whole():
    assert understand_query("cook " * 200).text.count("cook") == 200


_WORDS = """
remote senior in Berlin $150k+ with Kubernetes last week startups not Go developer posted today , or and (hybrid) 100k
users Zürich ﬁ 🦀 NYC 50-200 employees
"""
_PIECES = st.sampled_from(_WORDS.split())


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=12).map(" ".join) | st.text(max_size=80))
def test_every_reading_quotes_the_query(text):
    found = understand_query(text)
    assert all(reading.said in text for reading in (*found.readings, *found.unused))
    assert found == understand_query(text)
    fields = [reading.field for reading in found.readings]
    set_fields = {name for name in PostingFilters.__slots__ if getattr(found.filters, name)}
    assert set_fields == set(fields)
