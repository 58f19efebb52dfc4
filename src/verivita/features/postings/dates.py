"""Dates of a posting as sources write them: ISO, epoch seconds or milliseconds, mail dates, "3 days ago"."""

# ruff: noqa: SIM905 - lists of words read better as one string
from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:$|[T\s])")
_ISO_MONTH = re.compile(r"(\d{4})-(\d{2})$")
_COMPACT = re.compile(r"(20\d{2})(\d{2})(\d{2})$")
_EPOCH = re.compile(r"\d{9,13}(?:\.\d+)?$")
_SLASHED = re.compile(r"(\d{1,4})[/.](\d{1,2})[/.](\d{2,4})(?:\s|$)")
_MONTHS = {m: i + 1 for i, m in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split())}
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_DAY_MONTH = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?\.?\s+(?:of\s+)?{_MONTH},?\s+(\d{{4}})", re.I)
_MONTH_DAY = re.compile(rf"{_MONTH}\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})", re.I)
_AGO = re.compile(
    r"(\d{1,3}|an?|one|two|three|four|five|six|seven)\s*(\+)?\s*(second|sec|minute|min|hour|hr|h|day|d|week|wk"
    r"|w|month|mo|year|yr|y)s?\b",
    re.I,
)
_WORDS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}
_UNIT_DAYS = {"d": 1, "w": 7, "mo": 30, "y": 365, "h": 0, "s": 0, "m": 0}
_TODAY = re.compile(r"\b(?:today|just (?:now|posted)|now|moments? ago)\b", re.I)


def parse_date(text: str, today: date | None = None) -> date | None:
    """The day that `text` names, or None. Relative forms ("3 days ago", "yesterday") need `today`.

    Of `03/04/2025` the first number is the month, as on American boards, unless it cannot be one.
    """
    value = " ".join(text.split())[:80]
    if not value:
        return None
    for read in (_iso, _epoch, _slashed, _named, _mail):
        if found := read(value):
            return found
    return _relative(value, today) if today else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1990 <= year <= 2100 else None
    except ValueError:
        return None


def _iso(value: str) -> date | None:
    if match := _ISO.match(value):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _COMPACT.match(value):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _ISO_MONTH.match(value):
        return _day(int(match[1]), int(match[2]), 1)
    return None


def _epoch(value: str) -> date | None:
    if not _EPOCH.match(value):
        return None
    seconds = float(value)
    if seconds > 1e11:
        seconds /= 1000
    moment = datetime.fromtimestamp(seconds, UTC).date()
    return moment if 1990 <= moment.year <= 2100 else None


def _slashed(value: str) -> date | None:
    match = _SLASHED.match(value)
    if not match:
        return None
    first, second, third = int(match[1]), int(match[2]), int(match[3])
    if first > 31:
        return _day(first, second, third)
    year = third + 2000 if third < 100 else third
    if first > 12 or "." in value:
        return _day(year, second, first)
    return _day(year, first, second) or _day(year, second, first)


def _named(value: str) -> date | None:
    if match := _DAY_MONTH.search(value):
        return _day(int(match[3]), _MONTHS[match[2].lower()], int(match[1]))
    if match := _MONTH_DAY.search(value):
        return _day(int(match[3]), _MONTHS[match[1].lower()], int(match[2]))
    return None


def _mail(value: str) -> date | None:
    if not re.match(r"(?:mon|tue|wed|thu|fri|sat|sun)", value, re.I):
        return None
    try:
        return parsedate_to_datetime(value).date()
    except (ValueError, TypeError, IndexError):
        return None


def _relative(value: str, today: date) -> date | None:
    if _TODAY.search(value):
        return today
    if re.search(r"\byesterday\b", value, re.I):
        return today - timedelta(days=1)
    match = _AGO.search(value)
    if not match or not re.search(r"\bago\b|\bposted\b|\+|^\d{1,3}\s*(?:d|w|mo|h|y)$", value, re.I):
        return None
    count = _WORDS.get(match[1].lower()) or int(match[1])
    unit = match[3].lower()
    key = "mo" if unit.startswith("mo") else unit[0]
    return today - timedelta(days=count * _UNIT_DAYS[key])
