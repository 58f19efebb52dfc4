"""Pay and place of work in other currencies, languages and phrasings than those that the code was written on."""

from __future__ import annotations

import pytest

from verivita.core.money import PayPeriod
from verivita.features.postings.model import LocationType
from verivita.features.postings.salary import find_pay
from verivita.features.postings.worktype import location_type_of

YEAR, MONTH, WEEK, DAY, HOUR = PayPeriod.YEAR, PayPeriod.MONTH, PayPeriod.WEEK, PayPeriod.DAY, PayPeriod.HOUR
Stated = tuple[float | None, float | None, str, PayPeriod] | None


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("Salary: £45k - £55k per annum plus bonus", (45_000, 55_000, "GBP", YEAR)),
        ("We pay €350-€450 per day, inside IR35", (350, 450, "EUR", DAY)),
        ("Competitive salary and benefits", None),
        ("Compensation: $140K–$180K base + 0.1% equity", (140_000, 180_000, "USD", YEAR)),
        ("CHF 110'000 - 130'000 / year", (110_000, 130_000, "CHF", YEAR)),
        ("Gehalt: 55.000 € bis 65.000 € brutto im Jahr", (55_000, 65_000, "EUR", YEAR)),
        ("Pay: $18.50 per hour", (18.5, 18.5, "USD", HOUR)),
        ("hourly rate of $25 to $32/hr depending on experience", (25, 32, "USD", HOUR)),
        ("₹12-18 LPA", (1_200_000, 1_800_000, "INR", YEAR)),
        ("AUD 95,000 + super", (95_000, 95_000, "AUD", YEAR)),
        ("Raised $40M Series B from top investors. DOE salary.", None),
        ("Up to £600/day", (None, 600, "GBP", DAY)),
        ("salary from 3500 EUR per month", (3_500, None, "EUR", MONTH)),
        ("SEK 45 000 - 52 000 per month", (45_000, 52_000, "SEK", MONTH)),
        ("C$80,000 to C$95,000 annually", (80_000, 95_000, "CAD", YEAR)),
        ("PLN 18 000 – 24 000 net / month B2B", (18_000, 24_000, "PLN", MONTH)),
        ("The base pay range for this role is $96,000.00 - $144,000.00 annually.", (96_000, 144_000, "USD", YEAR)),
        ("We serve 4,000 customers and process $2bn in payments. 401(k) match.", None),
        ("Salary $70,000/yr", (70_000, 70_000, "USD", YEAR)),
        ("¥6,000,000 - ¥9,000,000 a year", (6_000_000, 9_000_000, "JPY", YEAR)),
        ("OTE $120k (60/40 split)", (120_000, 120_000, "USD", YEAR)),
        ("R$ 8.000 por mês", (8_000, 8_000, "BRL", MONTH)),
        ("$1,200 per week", (1_200, 1_200, "USD", WEEK)),
        ("between 60 and 75k euros", (60_000, 75_000, "EUR", YEAR)),
        ("Learning budget of $2,000 per year, and a signing bonus of $5,000", None),
        ("30-35 EUR/h", (30, 35, "EUR", HOUR)),
        ("USD 200k+", (200_000, None, "USD", YEAR)),
        ("£28,500 FTE (pro rata £17,100)", (28_500, 28_500, "GBP", YEAR)),
    ],
)
def test_pay_as_others_write_it(text: str, stated: Stated) -> None:
    found = find_pay(text)
    pay = found.pay if found is not None else None
    assert (pay and (pay.minimum, pay.maximum, pay.currency, pay.period)) == stated


@pytest.mark.parametrize(
    ("location", "title", "text", "expected"),
    [
        ("Berlin", "Backend Engineer", "Hybrid: 3 days a week in our Berlin office, the rest from home.", "hybrid"),
        ("Remote - US", "Designer", "Work from anywhere in the US.", "remote"),
        ("London", "Analyst", "This role is office-based, five days a week.", "onsite"),
        ("Austin, TX", "Engineer", "This is not a remote position.", "onsite"),
        ("Munich", "Developer", "Bis zu 60% Homeoffice möglich.", "hybrid"),
        ("Paris", "Developer", "2 jours de télétravail par semaine.", "hybrid"),
        ("", "Support Agent", "You will work fully remotely within CET ± 2 hours.", "remote"),
        ("Chicago", "Nurse", "Care for patients on our ward.", "unknown"),
        (
            "New York",
            "PM",
            "We work together in the office Tuesday to Thursday and are flexible on other days.",
            "hybrid",
        ),
        ("Dublin", "Engineer", "Remote-first company; come to the office whenever you like.", "remote"),
        ("Toronto", "Sales", "You will manage remote teams across the country.", "unknown"),
        ("Madrid", "Dev", "100% teletrabajo", "remote"),
        ("Seattle", "SDE", "Relocation to Seattle is required; in-person collaboration every day.", "onsite"),
        (
            "Boston",
            "Engineer",
            "Candidates must be able to commute to our Boston HQ at least two days per week.",
            "hybrid",
        ),
        ("Oslo", "Engineer", "Remote work is not possible for this role.", "onsite"),
        ("US", "Engineer", "Telecommute 100%", "remote"),
        ("Denver", "Engineer", "Onsite or remote, your choice.", "remote"),
        ("Leeds", "Engineer", "Home based with occasional travel to client sites.", "remote"),
    ],
)
def test_place_of_work_as_others_write_it(location: str, title: str, text: str, expected: str) -> None:
    assert location_type_of("", location, title, text) is LocationType(expected)
