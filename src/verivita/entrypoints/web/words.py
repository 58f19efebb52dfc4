"""How times, sums and numbers are said on a page; pure, the present moment is always given."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from verivita.core.money import Pay, PayPeriod
from verivita.entrypoints.web.views import Moment

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "INR": "₹", "JPY": "¥"}
_PER = {PayPeriod.HOUR: "an hour", PayPeriod.DAY: "a day", PayPeriod.WEEK: "a week", PayPeriod.MONTH: "a month"}


def number(value: float) -> str:
    """1204 -> "1,204"; a fraction keeps one decimal."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def plural(count: int, one: str, many: str = "") -> str:
    """ "1 job", "38 jobs"; `many` where an s is not enough."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def day(when: date, now: datetime) -> str:
    """ "19 November", with the year where it is not this one."""
    said = f"{when.day} {when:%B}"
    return said if when.year == now.year else f"{said} {when.year}"


def ago(when: datetime, now: datetime) -> Moment:
    """ "just now", "5 min ago", "2 h ago", "3 d ago", then the day; the full time (UTC) goes into the title."""
    gap = now - when
    if gap < timedelta(minutes=1):
        text = "just now"
    elif gap < timedelta(hours=1):
        text = f"{gap.seconds // 60} min ago"
    elif gap < timedelta(days=1):
        text = f"{gap.seconds // 3600} h ago"
    elif gap < timedelta(days=14):
        text = f"{gap.days} d ago"
    else:
        text = day(when.date(), now)
    return Moment(text, when.isoformat(), _full(when, now))


def short_age(when: date, now: datetime) -> Moment:
    """The age of a posting for a narrow column: "today", "2 d", "5 w", "3 mo"; dates to come are "today"."""
    days = max(0, (now.date() - when).days)
    if days == 0:
        text = "today"
    elif days < 28:
        text = f"{days} d"
    elif days < 90:
        text = f"{days // 7} w"
    else:
        text = f"{days // 30} mo"
    return Moment(text, when.isoformat(), day(when, now))


def on_day(when: date, now: datetime) -> Moment:
    """The day as it is said."""
    return Moment(day(when, now), when.isoformat(), day(when, now))


def at_midnight(when: date) -> datetime:
    """The first moment of a day, UTC, to put days and times in one order."""
    return datetime.combine(when, time(), UTC)


def pay(amount: Pay | None, written: str = "") -> str:
    """ "$165,000–195,000", "€48 an hour", "from £40,000"; else what was written; else "not said"."""
    if amount is None:
        return written or "not said"
    sign, tail = _sign(amount.currency)
    low, high = amount.minimum, amount.maximum
    if low is not None and high is not None and low != high:
        text = f"{sign}{number(low)}–{number(high)}"
    elif low is not None:
        text = f"{sign}{number(low)}" if high is not None else f"from {sign}{number(low)}"
    else:
        text = f"up to {sign}{number(high or 0)}"
    period = _PER.get(amount.period) if amount.period else None
    return " ".join(part for part in (text + tail, period) if part)


def short_pay(amount: Pay | None, written: str = "") -> str:
    """The same for a narrow column: "$165–195k", "€52k+", "$48/h"."""
    if amount is None:
        return written if written and len(written) <= 16 else "as written" if written else "not said"
    sign, tail = _sign(amount.currency)
    low, high = amount.minimum, amount.maximum
    thousands = max(low or 0, high or 0) >= 10_000
    said = [_k(value, thousands) for value in (low, high) if value is not None]
    if low is None:
        text = f"to {sign}{said[0]}"
    elif high is None:
        text = f"{sign}{said[0]}{'k' if thousands else ''}+"
    else:
        text = sign + ("–".join(said) if said[0] != said[1] else said[0])
    unit = "k" if thousands and not text.endswith("+") else ""
    short = {PayPeriod.HOUR: "/h", PayPeriod.DAY: "/d", PayPeriod.WEEK: "/wk", PayPeriod.MONTH: "/mo"}
    return text + unit + tail + (short.get(amount.period, "") if amount.period else "")


def _k(value: float, thousands: bool) -> str:
    if not thousands:
        return number(value)
    return f"{value / 1000:.1f}".removesuffix(".0")


def _sign(currency: str | None) -> tuple[str, str]:
    """What stands before the number, and what stands after it."""
    if currency is None:
        return "", ""
    sign = _SIGNS.get(currency)
    return (sign, "") if sign else ("", f" {currency}")


def _full(when: datetime, now: datetime) -> str:
    return f"{day(when.date(), now)}, {when.astimezone(UTC):%H:%M} UTC"
