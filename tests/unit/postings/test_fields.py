from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verivita.features.postings.company import company_key, company_name, company_size, size_of
from verivita.features.postings.dates import parse_date
from verivita.features.postings.levels import employment_of, level_of
from verivita.features.postings.links import canonical_url
from verivita.features.postings.model import CompanySize, Employment, Level
from verivita.features.postings.names import title_name

TODAY = date(2026, 11, 21)


@pytest.mark.acceptance("JOB-15")
@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-11-30T06:38:00.000Z", date(2025, 11, 30)),
        ("2025-11-30", date(2025, 11, 30)),
        ("2024-02-09 10:00:00 UTC", date(2024, 2, 9)),
        ("20250401", date(2025, 4, 1)),
        ("1293901121", date(2011, 1, 1)),
        ("1764484680000", date(2025, 11, 30)),
        ("Fri, 13 Jun 2025 10:11:12 +0000", date(2025, 6, 13)),
        ("13 June 2025", date(2025, 6, 13)),
        ("June 13, 2025", date(2025, 6, 13)),
        ("12th Sept. 2025", date(2025, 9, 12)),
        ("03/04/2025", date(2025, 3, 4)),
        ("25/04/2025", date(2025, 4, 25)),
        ("25.04.2025", date(2025, 4, 25)),
        ("2025/04/25", date(2025, 4, 25)),
        ("4/5/25", date(2025, 4, 5)),
        ("3 days ago", date(2026, 11, 18)),
        ("4 hours ago", TODAY),
        ("1 week ago", date(2026, 11, 14)),
        ("a month ago", date(2026, 10, 22)),
        ("30+ days ago", date(2026, 10, 22)),
        ("5d", date(2026, 11, 16)),
        ("yesterday", date(2026, 11, 20)),
        ("Posted today", TODAY),
        ("just now", TODAY),
        ("2025-02-31", None),
        ("2025-03", date(2025, 3, 1)),
        ("soon", None),
        ("", None),
        ("99999999999999999", None),
        ("Mon, nonsense", None),
    ],
)
def test_dates_as_sources_write_them(text: str, day: date | None) -> None:
    assert parse_date(text, TODAY) == day


def test_relative_dates_need_a_today() -> None:
    assert parse_date("3 days ago") is None


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_dates_round_trip(day: date) -> None:
    assert parse_date(day.isoformat()) == day
    assert parse_date(day.strftime("%d %B %Y")) == day


@given(st.text(max_size=60))
def test_no_text_breaks_the_date(text: str) -> None:
    parse_date(text, TODAY)


@pytest.mark.acceptance("JOB-15")
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Acme, Inc.", "ACME"),
        ("Acme GmbH", "Acme"),
        ("Acme Ltd.", "acme limited"),
        ("The Acme Company", "Acme"),
        ("Acme (YC S12)", "Acme"),
        ("Société Générale S.A.", "Societe Generale"),
        ("Procter & Gamble", "Procter and Gamble"),
        ("Dick's Sporting Goods", "DICKS Sporting Goods"),
        ("Rank Group PLC", "Rank"),
        ("Evenly GmbH & Co. KG", "Evenly"),
    ],
)
def test_spellings_of_one_employer_share_a_key(first: str, second: str) -> None:
    assert company_key(first) == company_key(second)


def test_different_employers_keep_their_keys() -> None:
    assert company_key("Meta") != company_key("Metabase")
    assert company_key("Inc.") == "inc"
    assert company_key("") == ""


@pytest.mark.parametrize(
    ("source", "name"),
    [("<b>Acme</b> &amp; Co", "Acme & Co"), ("Glassdoor\n3.8", "Glassdoor"), ("h2o.ai 4.1", "h2o.ai")],
)
def test_the_name_of_an_employer(source: str, name: str) -> None:
    assert company_name(source) == name


@pytest.mark.acceptance("JOB-15")
@pytest.mark.parametrize(
    ("field", "text", "size"),
    [
        ("11-50 employees", "", CompanySize.STARTUP),
        ("1 to 50 employees", "", CompanySize.STARTUP),
        ("51 to 200 employees", "", CompanySize.SMALL),
        ("501 to 1000 employees", "", CompanySize.MEDIUM),
        ("5001 to 10000 employees", "", CompanySize.LARGE),
        ("10000+ employees", "", CompanySize.ENTERPRISE),
        ("10,001+", "", CompanySize.ENTERPRISE),
        ("startup", "", CompanySize.STARTUP),
        ("Mid-size", "", CompanySize.MEDIUM),
        ("large", "", CompanySize.LARGE),
        ("enterprise", "", CompanySize.ENTERPRISE),
        ("-1", "", None),
        ("", "We're a team of 7 people.", CompanySize.STARTUP),
        ("", "We have 2,500 employees world-wide.", CompanySize.LARGE),
        ("", "We serve 5,000,000 people every day.", None),
        ("", "Nothing here.", None),
    ],
)
def test_company_size(field: str, text: str, size: CompanySize | None) -> None:
    assert company_size(field, text) is size


@given(st.integers(1, 10**6))
def test_sizes_only_grow(people: int) -> None:
    order = list(CompanySize)
    assert order.index(size_of(people)) <= order.index(size_of(people + 1))


@pytest.mark.parametrize(
    ("title", "field", "years", "level"),
    [
        ("Senior Software Engineer", "", None, Level.SENIOR),
        ("Sr. Engineer", "", None, Level.SENIOR),
        ("Software Engineer III", "", None, Level.SENIOR),
        ("Staff Engineer", "", None, Level.STAFF),
        ("Principal Scientist", "", None, Level.STAFF),
        ("Tech Lead", "", None, Level.LEAD),
        ("Engineering Manager", "", None, Level.MANAGER),
        ("Product Manager", "", None, Level.UNKNOWN),
        ("Technical Program Manager II", "", None, Level.MID),
        ("Head of Data", "", None, Level.DIRECTOR),
        ("Director, Analytics", "", None, Level.DIRECTOR),
        ("VP of Engineering", "", None, Level.EXECUTIVE),
        ("CTO", "", None, Level.EXECUTIVE),
        ("Data Engineer Intern", "", None, Level.INTERN),
        ("Internal Auditor", "", None, Level.UNKNOWN),
        ("Junior Data Analyst", "", None, Level.ENTRY),
        ("Software Engineer", "Mid-Senior level", None, Level.MID),
        ("Software Engineer", "Entry level", None, Level.ENTRY),
        ("Software Engineer", "Not Applicable", None, Level.UNKNOWN),
        ("Software Engineer", "", 1.0, Level.ENTRY),
        ("Software Engineer", "", 3.0, Level.MID),
        ("Software Engineer", "", 8.0, Level.SENIOR),
        ("Software Engineer", "", None, Level.UNKNOWN),
    ],
)
def test_levels(title: str, field: str, years: float | None, level: Level) -> None:
    assert level_of(title, field, years) is level


@pytest.mark.parametrize(
    ("field", "title", "text", "kind"),
    [
        ("Full-Time", "", "", Employment.FULL_TIME),
        ("FULL TIME", "", "", Employment.FULL_TIME),
        ("Part-time", "", "", Employment.PART_TIME),
        ("Internship", "", "", Employment.INTERNSHIP),
        ("CONTRACTOR", "", "", Employment.CONTRACT),
        ("Temporary", "", "", Employment.TEMPORARY),
        ("Permanent", "", "", Employment.FULL_TIME),
        ("", "Data Engineer Intern", "", Employment.INTERNSHIP),
        ("", "Engineer", "A 6 month contract to start with.", Employment.CONTRACT),
        ("", "Engineer", "Full time, with lunch.", Employment.FULL_TIME),
        ("", "Engineer", "Smart contracts on a chain.", Employment.UNKNOWN),
    ],
)
def test_employment(field: str, title: str, text: str, kind: Employment) -> None:
    assert employment_of(field, title, text) is kind


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("  Senior   Engineer ", "Senior Engineer"),
        ("Data Scientist (f/m/d)", "Data Scientist"),
        ("Engineer m/w/d", "Engineer"),
        ("SENIOR SYSTEMS ACCOUNTANT", "Senior Systems Accountant"),
        ("QA", "QA"),
        ("Job Title: Cook", "Cook"),
        ("Engineer - Req #12345", "Engineer"),
        ("<b>Cook</b> &amp; Baker", "Cook & Baker"),
        ("", ""),
    ],
)
def test_titles(source: str, title: str) -> None:
    assert title_name(source) == title


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://www.Example.com:80/Jobs/12/?utm_source=x&b=2&a=1#apply", "https://example.com/Jobs/12?a=1&b=2"),
        ("https://example.com/jobs?gh_jid=7&gh_src=abc", "https://example.com/jobs?gh_jid=7"),
        ("https://example.com/#/job/12", "https://example.com#/job/12"),
        ("https://example.com:8443/a//b/", "https://example.com:8443/a/b"),
        ("https://example.com/a%20b", "https://example.com/a%20b"),
        ("javascript:alert(1)", ""),
        ("ftp://example.com/x", ""),
        ("https://", ""),
        ("https://[bad", ""),
        ("not a url", ""),
        ("", ""),
    ],
)
def test_addresses(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


@given(st.text(max_size=80))
def test_canonical_is_a_fixed_point(tail: str) -> None:
    once = canonical_url(f"https://example.com/{tail}")
    assert canonical_url(once) == once
