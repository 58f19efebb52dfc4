"""A posting as columns and back, and what the search indexes hold of it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from uuid import UUID

import pytest

from tests.unit.matching.builders import posting
from verivita.core.ids import CompanyId, PostingId
from verivita.core.money import Pay, PayPeriod
from verivita.features.postings.model import (
    CompanySize,
    Education,
    Employment,
    Level,
    LocationType,
    Posting,
    Quote,
    Requirements,
)
from verivita.features.postings.records import columns_of, posting_of, requirements_json, requirements_of
from verivita.features.postings.searchable import payload, place_keys, text_of_description

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FULL = replace(
    posting(required=["python"], preferred=["sql"], any_of=["docker", "german"], years=3, duties=["deploy services"]),
    source="board",
    canonical_url="https://a.example/1",
    url="https://a.example/1",
    company="Acme",
    company_key="acme",
    location="San Francisco, CA (US)",
    country="US",
    location_type=LocationType.HYBRID,
    level=Level.SENIOR,
    employment=Employment.FULL_TIME,
    company_size=CompanySize.SMALL,
    industry="Ships",
    pay=Pay(50.0, 70.5, "USD", PayPeriod.HOUR),
    pay_text="$50 - $70.5 an hour",
    posted_on=date(2026, 3, 1),
    closes_on=date(2026, 9, 1),
    content_hash="f" * 64,
    signature=(1, 2, 2**32 - 1),
)


def row_of(understood, **changes):
    values = columns_of(understood) | {
        "id": UUID(int=1),
        "company_id": UUID(int=2),
        "company_name": understood.company,
        "company_key": understood.company_key,
        "company_size": understood.company_size and understood.company_size.value,
        "company_industry": understood.industry,
        "is_active": True,
        "version": 3,
        "created_at": NOW,
        "updated_at": NOW,
    }
    values["requirements"] = json.loads(json.dumps(values["requirements"]))
    return SimpleNamespace(**(values | changes))


def test_a_posting_comes_back_whole():
    row = row_of(FULL)
    assert posting_of(row).understood.signature == ()  # only what is compared needs it
    back = posting_of(row, tuple(row.signature))
    assert back.understood == replace(FULL, source_id="")
    assert (back.id, back.company_id, back.version, back.is_active) == (UUID(int=1), UUID(int=2), 3, True)
    for wish in back.understood.requirements.skills:
        assert back.understood.description[wish.quote.start : wish.quote.end] == wish.quote.text


def test_a_bare_posting_comes_back_too():
    bare = replace(
        posting(), pay=None, company_size=None, posted_on=None, closes_on=None, country=None, company="", company_key=""
    )
    back = posting_of(row_of(bare, company_id=None, company_name=None, company_key=None, company_industry=None))
    assert back.company_id is None
    assert back.understood == replace(bare, source_id="", source=bare.source)


def test_requirements_keep_everything_and_empty_ones_take_no_room():
    assert requirements_json(Requirements()) == {}
    assert requirements_of({}) == Requirements()
    quote = Quote("x", 0, 1)
    whole = replace(
        FULL.requirements, education=Education.MASTER, education_required=True, education_or_experience=True,
        education_quote=quote, lines=(quote, quote), visa_quote=quote, visa_sponsored=True, travel_quote=quote,
        travel_share=0.25,
    )  # fmt: skip
    assert requirements_of(json.loads(json.dumps(requirements_json(whole)))) == whole


def test_a_no_and_a_nothing_that_were_said_are_not_the_same_as_unsaid():
    said = replace(FULL.requirements, visa_sponsored=False, travel_share=0.0, min_years=0.0)
    assert requirements_of(json.loads(json.dumps(requirements_json(said)))) == said


@pytest.mark.edge
@pytest.mark.parametrize(("amount", "kept"), [(2**31 - 1, 2**31 - 1), (2**31, None), (-5, None), (0, 0)])
def test_pay_that_no_column_holds_is_left_out_and_loses_no_posting(amount, kept):
    columns = columns_of(replace(FULL, pay=Pay(amount, amount, "EUR", PayPeriod.YEAR)))
    assert (columns["salary_min"], columns["salary_max"]) == (kept, kept)


@pytest.mark.edge
def test_long_words_are_cut_to_their_columns():
    columns = columns_of(replace(FULL, title="t" * 900, location="l" * 900, pay_text="p" * 900, source="s" * 90))
    assert [len(columns[name]) for name in ("title", "location", "salary_text", "source")] == [500, 255, 200, 50]


def test_the_indexes_hold_what_is_filtered_by():
    held = payload(Posting(PostingId(UUID(int=1)), FULL, CompanyId(UUID(int=2)), True, 1, NOW, NOW))
    assert held == {
        "location_type": "hybrid",
        "level": "senior",
        "employment": "full_time",
        "source": "board",
        "company_size": "small",
        "skills": ["docker", "german", "python", "sql"],
        "places": list(place_keys(FULL.location, "US")),
        "salary": round(70.5 * 2080),
        "posted": date(2026, 3, 1).toordinal(),
    }


def test_what_is_unknown_is_none():
    bare = replace(FULL, pay=Pay(10, None, None, None), posted_on=None, company_size=None)
    held = payload(Posting(PostingId(UUID(int=1)), bare, None, True, 1, NOW, NOW))
    assert (held["salary"], held["posted"], held["company_size"]) == (10, None, None)
    assert payload(Posting(PostingId(UUID(int=1)), replace(bare, pay=None), None, True, 1, NOW, NOW))["salary"] is None


@pytest.mark.parametrize(
    ("location", "country", "wanted"),
    [
        ("San Francisco, CA (US)", "US", {"san francisco", "ca", "us"}),
        ("Köln / Berlin", "DE", {"koln", "berlin", "de"}),
        ("Paris • Remote", None, {"paris", "remote"}),
        ("", None, set()),
        ("", "PT", {"pt"}),
    ],
)
def test_places_are_held_by_each_name(location, country, wanted):
    keys = place_keys(location, country)
    assert wanted <= set(keys)
    assert len(keys) == len(set(keys))
    assert "" not in keys


def test_the_text_for_the_vector_begins_with_the_title():
    text = text_of_description(replace(FULL, title="Baker", description="x" * 5000))
    assert text.startswith("Baker. Acme. San Francisco")
    assert len(text) < 1200
