"""How times, sums and numbers are said."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from verivita.core.money import Pay, PayPeriod
from verivita.entrypoints.web import render, words

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(hours=2, minutes=59), "2 h ago"),
        (timedelta(days=3), "3 d ago"),
        (timedelta(days=20), "1 November"),
        (timedelta(days=400), "17 October 2025"),
    ],
)
def test_times_are_said_short_and_kept_in_full(gap: timedelta, said: str) -> None:
    moment = words.ago(NOW - gap, NOW)
    assert moment.text == said
    assert moment.title.endswith(" UTC")
    assert datetime.fromisoformat(moment.iso) == NOW - gap


@pytest.mark.parametrize(("days", "said"), [(0, "today"), (-3, "today"), (6, "6 d"), (29, "4 w"), (95, "3 mo")])
def test_age_of_a_posting(days: int, said: str) -> None:
    assert words.short_age(NOW.date() - timedelta(days=days), NOW).text == said


@pytest.mark.parametrize(
    ("amount", "written", "long", "short"),
    [
        (Pay(165000, 195000, "USD", PayPeriod.YEAR), "", "$165,000–195,000", "$165–195k"),
        (Pay(52500, None, "EUR", None), "", "from €52,500", "€52.5k+"),
        (Pay(None, 90000, "GBP", None), "", "up to £90,000", "to £90k"),
        (Pay(48, 48, "USD", PayPeriod.HOUR), "", "$48 an hour", "$48/h"),
        (Pay(41.5, 52, "USD", PayPeriod.HOUR), "", "$41.5–52 an hour", "$41.5–52/h"),
        (Pay(95000, 130000, "CZK", PayPeriod.MONTH), "", "95,000–130,000 CZK a month", "95–130k CZK/mo"),
        (Pay(50000, 60000, None, None), "", "50,000–60,000", "50–60k"),
        (None, "by scale E13", "by scale E13", "by scale E13"),
        (None, "competitive, with a bonus that depends", "competitive, with a bonus that depends", "as written"),
        (None, "", "not said", "not said"),
    ],
)
def test_pay(amount: Pay | None, written: str, long: str, short: str) -> None:
    assert words.pay(amount, written) == long
    assert words.short_pay(amount, written) == short


def test_numbers_and_plurals() -> None:
    assert words.number(1204) == "1,204"
    assert words.number(0.5) == "0.5"
    assert words.plural(1, "job") == "1 job"
    assert words.plural(1204, "job") == "1,204 jobs"
    assert words.plural(2, "line was", "lines were") == "2 lines were"


def test_days() -> None:
    assert words.on_day(date(2026, 11, 19), NOW).text == "19 November"
    assert words.at_midnight(date(2026, 11, 19)) == datetime(2026, 11, 19, tzinfo=UTC)


def test_filters_say_the_same() -> None:
    env = render.environment()
    text = env.from_string("{{ when | ago(now) }} {{ amount | pay }} {{ 1204 | number }}").render(
        when=NOW - timedelta(hours=2), now=NOW, amount=Pay(1, 2, "USD", None)
    )
    assert ">2 h ago</time> $1–2 1,204" in text
