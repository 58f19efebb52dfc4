# ruff: noqa: E501, SIM905 - one written form a line
from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verivita.core.money import Pay, PayPeriod
from verivita.engines.skills import SkillMention, extract, load_taxonomy
from verivita.features.postings.model import CompanySize, Employment, Level, LocationType, RawPosting
from verivita.features.postings.normalise import content_hash, understand


def skills(text: str) -> tuple[SkillMention, ...]:
    return extract(text, load_taxonomy())


@pytest.mark.acceptance("JOB-15")
@pytest.mark.acceptance("MAT-03")
def test_a_posting_is_understood_whole() -> None:
    raw = RawPosting(
        source="board",
        title="SENIOR PYTHON ENGINEER (m/f/d)",
        company="Acme, Inc.",
        location="Berlin, Germany",
        url="https://www.acme.example/jobs/7/?utm_source=x",
        posted="3 days ago",
        closes="2026-12-31",
        description="&lt;h2&gt;Requirements&lt;/h2&gt;&lt;ul&gt;&lt;li&gt;5+ years of Python&lt;/li&gt;&lt;li&gt;PostgreSQL or MySQL&lt;/li&gt;&lt;/ul&gt;"
        "&lt;h2&gt;Nice to have&lt;/h2&gt;&lt;ul&gt;&lt;li&gt;Kubernetes&lt;/li&gt;&lt;/ul&gt;"
        "&lt;p&gt;Full time, hybrid. The salary is €70,000 - €90,000. We are a company of 120 people.&lt;/p&gt;",
    )
    got = understand(raw, skills, date(2026, 11, 21))
    assert (got.title, got.company, got.company_key) == ("Senior Python Engineer", "Acme, Inc.", "acme")
    assert got.canonical_url == "https://acme.example/jobs/7"
    assert (got.country, got.location_type, got.level) == ("DE", LocationType.HYBRID, Level.SENIOR)
    assert (got.employment, got.company_size) == (Employment.FULL_TIME, CompanySize.SMALL)
    assert got.pay == Pay(70_000, 90_000, "EUR", PayPeriod.YEAR)
    assert got.pay_text == "€70,000 - €90,000"
    assert (got.posted_on, got.closes_on) == (date(2026, 11, 18), date(2026, 12, 31))
    wishes = {wish.name: wish for wish in got.requirements.skills}
    assert wishes["Python"].required
    assert wishes["Python"].years == 5
    assert not wishes["Kubernetes"].required
    assert wishes["PostgreSQL"].any_of == wishes["MySQL"].any_of is not None
    assert got.requirements.min_years == 5
    assert all(got.description[w.quote.start : w.quote.end] == w.quote.text for w in wishes.values())


def test_the_source_s_salary_field_comes_before_the_text() -> None:
    got = understand(RawPosting("x", "Cook", "The salary is $50k.", salary="$60k-$70k"), skills)
    assert got.pay == Pay(60_000, 70_000, "USD", PayPeriod.YEAR)
    vague = understand(RawPosting("x", "Cook", "The salary is $50k.", salary="Competitive"), skills)
    assert vague.pay == Pay(50_000, 50_000, "USD", PayPeriod.YEAR)


def test_unknown_stays_unknown() -> None:
    got = understand(RawPosting("x", "Cook", ""), skills)
    assert (got.pay, got.country, got.location_type) == (None, None, LocationType.UNKNOWN)
    assert (got.level, got.company_size, got.signature) == (Level.UNKNOWN, None, ())


def test_the_hash_ignores_case_and_blanks_but_not_words() -> None:
    assert content_hash("Acme Inc", "Cook", "Make  soup") == content_hash("ACME", "cook", "make soup")
    assert content_hash("Acme", "Cook", "Make soup") != content_hash("Acme", "Cook", "Make tea")
    assert content_hash("Acme", "Cook", "Make soup", "Rome") != content_hash("Acme", "Cook", "Make soup", "Oslo")


@given(
    st.fixed_dictionaries(
        {
            name: st.text(max_size=80)
            for name in ("title", "description", "company", "location", "salary", "url", "posted", "remote")
        }
    )
)
def test_odd_input_never_breaks_it(fields: dict[str, str]) -> None:
    once = understand(RawPosting(source="x", **fields), lambda _: (), date(2026, 1, 1))
    assert once == understand(RawPosting(source="x", **fields), lambda _: (), date(2026, 1, 1))
