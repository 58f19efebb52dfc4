"""Filters of a search as conditions for the indexes and for the database: both mean the same."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from verivita.engines.retrieval.ports import AnyOf, Between
from verivita.features.search.conditions import for_database, for_index, merged, places_of
from verivita.features.search.model import PostingFilters

TODAY = date(2026, 6, 15)
FULL = PostingFilters(
    location_type=("remote", "hybrid"),
    location="Köln",
    salary_min=70_000,
    company_size=("startup",),
    sources=("a", "b"),
    posted_after_days=30,
    level=("senior",),
    skills=("python", "sql"),
    employment=("full_time",),
)


def test_no_filter_is_no_condition():
    assert for_index(PostingFilters(), TODAY) == ()
    assert for_database(PostingFilters(), TODAY) == {}


def test_every_filter_is_a_condition_on_the_indexes():
    since = TODAY - timedelta(days=30)
    assert set(for_index(FULL, TODAY)) == {
        AnyOf("location_type", ("remote", "hybrid")),
        AnyOf("level", ("senior",)),
        AnyOf("company_size", ("startup",)),
        AnyOf("source", ("a", "b")),
        AnyOf("employment", ("full_time",)),
        AnyOf("skills", ("python",)),
        AnyOf("skills", ("sql",)),
        AnyOf("places", ("koln",)),
        Between("salary", minimum=70_000),
        Between("posted", minimum=since.toordinal()),
    }


def test_every_filter_is_a_condition_for_the_database():
    assert for_database(FULL, TODAY) == {
        "location_type": ("remote", "hybrid"),
        "level": ("senior",),
        "company_size": ("startup",),
        "source": ("a", "b"),
        "employment": ("full_time",),
        "skills": ("python", "sql"),
        "places": ("koln",),
        "salary_min": 70_000,
        "posted_after": TODAY - timedelta(days=30),
    }


def test_zero_is_a_wish_too():
    zero = PostingFilters(salary_min=0, posted_after_days=0)
    assert for_database(zero, TODAY) == {"salary_min": 0, "posted_after": TODAY}
    assert len(for_index(zero, TODAY)) == 2


@pytest.mark.edge
def test_a_huge_age_does_not_leave_the_calendar():
    assert for_database(PostingFilters(posted_after_days=10**9), TODAY)["posted_after"] > date.min


@pytest.mark.parametrize(
    ("place", "keys"),
    [
        ("Germany", ("germany", "de")),
        ("UK", ("uk", "gb")),
        ("usa", ("usa", "us")),
        ("  São   Paulo ", ("sao paulo",)),
        ("England", ("england", "gb")),
        ("de", ("de",)),
    ],
)
def test_places_are_looked_for_by_name_and_code(place, keys):
    assert places_of(place) == keys


@pytest.mark.parametrize("place", ["Atlantis", "Berlin, Germany", "Texas"])
def test_what_is_no_country_has_no_code(place):
    assert all(len(key) != 2 for key in places_of(place))


def test_what_is_given_wins_over_what_was_understood():
    understood = PostingFilters(location_type=("remote",), salary_min=50_000, location="Berlin")
    given = PostingFilters(location_type=("onsite",), skills=("go",))
    assert merged(understood, given) == PostingFilters(
        location_type=("onsite",), salary_min=50_000, location="Berlin", skills=("go",)
    )
    assert merged(understood, PostingFilters()) == understood
    assert merged(PostingFilters(), FULL) == FULL
