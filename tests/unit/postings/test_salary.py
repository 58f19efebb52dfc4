from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verivita.core.money import Pay, PayPeriod
from verivita.features.postings.amounts import currency_code, number
from verivita.features.postings.salary import find_pay, pay_of_field

HOUR, DAY, WEEK, MONTH, YEAR = PayPeriod.HOUR, PayPeriod.DAY, PayPeriod.WEEK, PayPeriod.MONTH, PayPeriod.YEAR

FIELDS: list[tuple[str, Pay | None]] = [
    ("$120k", Pay(120_000, 120_000, "USD", YEAR)),
    ("120000", Pay(120_000, 120_000, None, YEAR)),
    ("80000-95000", Pay(80_000, 95_000, None, YEAR)),
    ("$80,000 - $95,000", Pay(80_000, 95_000, "USD", YEAR)),
    ("€45.000 - €60.000 per year", Pay(45_000, 60_000, "EUR", YEAR)),
    ("45 000 – 60 000 EUR brutto/Jahr", Pay(45_000, 60_000, "EUR", YEAR)),
    ("CHF 100'000-120'000", Pay(100_000, 120_000, "CHF", YEAR)),
    ("£500/day", Pay(500, 500, "GBP", DAY)),
    ("500-600 per day", Pay(500, 600, None, DAY)),
    ("$50/hr", Pay(50, 50, "USD", HOUR)),
    ("$25.50 - $31.75 an hour", Pay(25.5, 31.75, "USD", HOUR)),
    ("12-15 EUR/h", Pay(12, 15, "EUR", HOUR)),
    ("up to £70k", Pay(None, 70_000, "GBP", YEAR)),
    ("from $90,000", Pay(90_000, None, "USD", YEAR)),
    ("$90,000+", Pay(90_000, None, "USD", YEAR)),
    ("at least 60k EUR", Pay(60_000, None, "EUR", YEAR)),
    ("$100K–$120K OTE $200K", Pay(100_000, 120_000, "USD", YEAR)),
    ("$53K-$91K (Glassdoor est.)", Pay(53_000, 91_000, "USD", YEAR)),
    ("$190K-$220K(Employer est.)", Pay(190_000, 220_000, "USD", YEAR)),
    ("$10-$17 Per Hour(Glassdoor est.)", Pay(10, 17, "USD", HOUR)),
    ("₹18-25 LPA", Pay(1_800_000, 2_500_000, "INR", YEAR)),
    ("INR 12,00,000 - 18,00,000 per annum", Pay(1_200_000, 1_800_000, "INR", YEAR)),
    ("PLN 15 000 - 20 000 net/month", Pay(15_000, 20_000, "PLN", MONTH)),
    ("4,500 € monthly", Pay(4_500, 4_500, "EUR", MONTH)),
    ("R$ 8.000/mês", Pay(8_000, 8_000, "BRL", MONTH)),
    ("$120k base + $30k bonus", Pay(120_000, 120_000, "USD", YEAR)),
    ("AUD $120,000 plus super", Pay(120_000, 120_000, "AUD", YEAR)),
    ("$200K - $250K + 401k", Pay(200_000, 250_000, "USD", YEAR)),
    ("between $80,000 and $100,000", Pay(80_000, 100_000, "USD", YEAR)),
    ("80-100K€", Pay(80_000, 100_000, "EUR", YEAR)),
    ("£25-40K + equity", Pay(25_000, 40_000, "GBP", YEAR)),
    ("£24-30,000", Pay(24_000, 30_000, "GBP", YEAR)),
    ("$150,000.00 - $180,000.00 / year", Pay(150_000, 180_000, "USD", YEAR)),
    ("USD 90,000 to 120,000", Pay(90_000, 120_000, "USD", YEAR)),
    ("$100k - 150k CAD", Pay(100_000, 150_000, "CAD", YEAR)),
    ("C$90,000 - C$110,000", Pay(90_000, 110_000, "CAD", YEAR)),
    ("420-780K MXN", Pay(420_000, 780_000, "MXN", YEAR)),
    ("$1,200 per week", Pay(1_200, 1_200, "USD", WEEK)),
    ("USD 80 - 135 per hour", Pay(80, 135, "USD", HOUR)),
    ("600.000 kr per år", Pay(600_000, 600_000, "SEK", YEAR)),
    ("Competitive", None),
    ("DOE", None),
    ("", None),
    ("-1", None),
    ("$0", None),
    ("0.5% - 1.5%", None),
    ("401k", None),
]

TEXTS: list[tuple[str, Pay | None]] = [
    ("We offer competitive pay ($100k-$200k), equity (0.5%-1.5%).", Pay(100_000, 200_000, "USD", YEAR)),
    ("Acme | Engineer | Berlin | 40-65k € + bonus\nWe build.", Pay(40_000, 65_000, "EUR", YEAR)),
    (
        "The base salary range for this role is USD$223,000 per year - USD$248,000 per year.",
        Pay(223_000, 248_000, "USD", YEAR),
    ),
    ("Cook\nup to 80.000 € brutto\nHamburg", Pay(None, 80_000, "EUR", YEAR)),
    ("Cook\nUp to $5,000 sign-on bonus\nHamburg", None),
    ("Salary: $80k guaranteed, up to $120k + Bonus DOE", Pay(80_000, 120_000, "USD", YEAR)),
    ("I'm looking to pay anywhere between $100-$200 per hour based on your skills.", Pay(100, 200, "USD", HOUR)),
    ("We just raised $375 million from Alphabet.", None),
    ("We have raised $750,000 as part of a seed round.", None),
    ("A $185 billion market with $2.3mm in funding.", None),
    ("$20K relocation bonus and $1K/month food stipend", None),
    ("Sign-up bonus 8,000 USD", None),
    ("Our rent is $1,200/month in SoMa.", None),
    ("Competitive salary, 401k, and stock options.", None),
    ("Over $4 billion in assets, 300k customers, 12 million users.", None),
    ("Equity of 0.1% – 0.25%", None),
    ("A 4.5 star rating by 10,000 people.", None),
]


@pytest.mark.acceptance("JOB-15")
@pytest.mark.parametrize(("field", "expected"), FIELDS)
def test_a_salary_field_is_read(field: str, expected: Pay | None) -> None:
    assert pay_of_field(field) == expected


@pytest.mark.acceptance("JOB-15")
@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_pay_is_found_in_prose_and_other_sums_are_not(text: str, expected: Pay | None) -> None:
    mention = find_pay(text)
    assert (mention.pay if mention else None) == expected
    if mention:
        assert any(c.isdigit() for c in text[mention.start : mention.end])


@pytest.mark.parametrize(
    ("digits", "value"),
    [
        ("1,234.50", 1234.5),
        ("1.234,50", 1234.5),
        ("60.000", 60_000),
        ("12'500", 12_500),
        ("37,5", 37.5),
        ("1 000", 1000),
        ("0.5", 0.5),
    ],
)
def test_numbers_of_any_custom(digits: str, value: float) -> None:
    assert number(digits) == value


@pytest.mark.parametrize(
    ("mark", "code"), [("US$", "USD"), ("€", "EUR"), ("usd $", "USD"), ("zł", "PLN"), ("xyz", None)]
)
def test_currency_marks(mark: str, code: str | None) -> None:
    assert currency_code(mark) == code


_PERIODS = {
    HOUR: ("/hr", "per hour", "an hour"),
    DAY: ("/day", "per day"),
    MONTH: ("/month", "a month"),
    YEAR: ("/yr", "per annum", "a year"),
}
_RANGE = {HOUR: (10, 400), DAY: (100, 3_000), MONTH: (1_000, 30_000), YEAR: (15_000, 900_000)}


@st.composite
def written_pay(draw: st.DrawFn) -> tuple[str, Pay]:
    """A sum in one of the usual forms, and what it means."""
    period = draw(st.sampled_from(list(_PERIODS)))
    low = draw(st.integers(*_RANGE[period]))
    high = draw(st.integers(low, _RANGE[period][1]))
    symbol, code = draw(
        st.sampled_from([("$", "USD"), ("€", "EUR"), ("£", "GBP"), ("CHF ", "CHF"), ("USD ", "USD"), ("C$", "CAD")])
    )
    if period is YEAR and draw(st.booleans()):
        low, high = low // 1000 * 1000, high // 1000 * 1000
        sums = [f"{low // 1000}k", f"{high // 1000}k"]
    else:
        separator = draw(st.sampled_from([",", "", "'"] + (["."] if code in ("EUR", "CHF") else [])))
        sums = [f"{value:,}".replace(",", separator) for value in (low, high)]
    joint = draw(st.sampled_from([" - ", "-", " – ", " to "]))
    again = symbol if draw(st.booleans()) else ""
    words = draw(st.sampled_from(_PERIODS[period]))
    gap = "" if words.startswith("/") else " "
    return f"{symbol}{sums[0]}{joint}{again}{sums[1]}{gap}{words}", Pay(low, high, code, period)


@given(written_pay())
def test_what_is_written_is_read_back(pair: tuple[str, Pay]) -> None:
    text, expected = pair
    assert pay_of_field(text) == expected
    mention = find_pay(f"Good people. The salary is {text}, paid on time.")
    assert mention is not None
    assert mention.pay == expected


@given(st.text(max_size=300))
def test_odd_text_never_breaks_it(text: str) -> None:
    for pay in (pay_of_field(text), (found := find_pay(text)) and found.pay):
        if pay:
            assert pay.minimum is not None or pay.maximum is not None
            if pay.minimum is not None and pay.maximum is not None:
                assert pay.minimum <= pay.maximum


@pytest.mark.edge
@pytest.mark.parametrize("text", ["$" * 50_000, "1," * 30_000, "$1 - " * 20_000, "9" * 60_000, "€ " * 30_000])
def test_hostile_repeats_end(text: str) -> None:
    find_pay(text)
    pay_of_field(text[:5_000])
