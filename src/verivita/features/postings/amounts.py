"""Amounts of money in running text: the number, its multiplier, its currency and what period it is for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from verivita.core.money import PayPeriod

_SYMBOLS = {
    "US$": "USD", "CA$": "CAD", "CAD$": "CAD", "C$": "CAD", "CDN$": "CAD", "AU$": "AUD", "A$": "AUD", "NZ$": "NZD",
    "S$": "SGD",
    "SG$": "SGD", "HK$": "HKD", "R$": "BRL", "MX$": "MXN", "NT$": "TWD", "$": "USD", "€": "EUR", "£": "GBP",
    "¥": "JPY", "₹": "INR",
    "₽": "RUB", "₩": "KRW", "₪": "ILS", "₺": "TRY", "₴": "UAH", "₱": "PHP", "฿": "THB", "₫": "VND", "ZŁ": "PLN",
    "KČ": "CZK",
    "RS.": "INR", "RS": "INR", "EURO": "EUR", "EUROS": "EUR", "DOLLARS": "USD", "POUNDS": "GBP", "FR.": "CHF",
    "KR": "SEK",
    "RMB": "CNY", "CDN": "CAD", "SFR": "CHF",
}  # fmt: skip
_CODES = (
    "USD EUR GBP CHF SEK NOK DKK PLN CZK HUF CAD AUD NZD SGD HKD INR JPY CNY BRL MXN ZAR AED ILS TRY RUB UAH"
    " RON BGN KRW THB MYR IDR"
    " TWD SAR EGP ARS CLP COP VND QAR PKR"
)
STRONG = frozenset({"USD", "EUR", "GBP", "CHF", "CAD", "AUD", "NZD", "SGD"})
"""Currencies in which a year's pay has five or six digits."""

_CUR = (
    r"(?:(?:US|CAD|CDN|CA|AU|NZ|SG|HK|MX|NT|[CASR])\$|(?:USD|CAD|AUD|NZD|SGD|EUR|GBP)\s?[$€£]|[$€£¥₹₽₩₪₺₴₱฿₫]"
    r"|zł|kč|(?<![a-z])kr\.?(?![a-z])|rs\.?(?=\s?\d)"
    r"|(?<![a-z])(?:" + "|".join(_CODES.split()) + r"|rmb|cdn|sfr|euros?|dollars|pounds)(?![a-z]))"
)
_NUMBER = (
    r"\d{1,2}(?:,\d{2})+,\d{3}(?![\d,])|\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+(?!\d)(?:[.,]\d{1,2}(?!\d))?"
    r"|\d+(?:[.,]\d{1,2}(?!\d))?"
)
_TIMES = (
    r"(?:k|m|mm|mln|mio|thousand|tsd|million|billion|trillion|bn|b|lakhs?|lacs?|lpa|crores?|cr)(?![a-z0-9])(?!\.[a-z])"
)
_PERIODS = (
    (
        PayPeriod.HOUR,
        r"(?:per|an?|each|the|/|pro|par|por|de l’|de l')\s?(?:hours?|hrs?\.?|h|stunde|heure|hora)\b"
        r"|p\.?/?h\.?\b|\bhourly\b|\bph\b",
    ),
    (
        PayPeriod.DAY,
        r"(?:per|a|each|/|pro|par|por|al)\s?(?:day|diem|d|tag|jour|día|dia)\b"
        r"|\bdaily\b|\bp\.?d\.?\b|\bday rate\b",
    ),
    (PayPeriod.WEEK, r"(?:per|a|each|/|pro)\s?(?:week|wk|w|woche|semaine)\b|\bweekly\b|\bp\.?w\.?\b"),
    (
        PayPeriod.MONTH,
        r"(?:per|a|each|/|pro|par|al|por|im)\s?(?:month|mon|mo|mth|m|monat|mois|mes|mese|maand|mês)\b|\bmonthly\b|\bmensual(?:es)?\b"
        r"|\bp\.?c?\.?m\.?\b|\bmensuel\w*",
    ),
    (
        PayPeriod.YEAR,
        r"(?:per|an?|each|/|pro|par|al|por|im|brutto im)\s?(?:years?|yrs?|y|annum|jahr|an|anno|año|jaar|ano|år)\b"
        r"|\bannual(?:ly"
        r"|ized)?\b|\byearly\b|\bp\.?\s?a\b"
        r"|\bsalaried\b",
    ),
)
_PERIOD = "|".join(f"(?P<{period.value}>{pattern})" for period, pattern in _PERIODS)
PERIOD = re.compile(rf"[\s(,*]{{0,3}}(?:USD|EUR|GBP|CAD|gross|brutto|net|pre-?tax)?[\s(,]{{0,2}}(?:{_PERIOD})", re.I)
_PERIOD_INSIDE = r"(?:\s?(?:per|an?|/)\s?(?:hour|hr|h|day|week|month|mo|year|yr|annum)\b)?"
_AMOUNT = r"(?P<c{0}>{cur})?\s?(?P<n{0}>{number})(?:[\s-]?(?P<x{0}>{times}))?(?:\s?(?P<d{0}>{cur}))?"
_FIRST = _AMOUNT.format(1, cur=_CUR, number=_NUMBER, times=_TIMES)
_SECOND = _AMOUNT.format(2, cur=_CUR, number=_NUMBER, times=_TIMES)
_JOIN = (
    r"(?:\s?(?:-{1,2}|–|—|−|~|‒|‑|->|\.\.\.?|…)\s?|\s(?:to|and|or|bis|à|till|until|through)\s(?:up to\s)?"
    r"|(?:\s[a-z]{1,12})?,?\s(?:up )to\s)"
)
_MONEY = re.compile(
    rf"(?<![\w.,$€£#/@=&?])(?<!:(?=\d))(?<!\d[-–])"
    rf"(?:{_FIRST})(?P<p1>\+)?(?:{_PERIOD_INSIDE}{_JOIN}(?:{_SECOND}))?(?P<plus>\+)?(?![\w%]|\s?%|[.,]?\d)",
    re.I,
)
_FACTOR = {"k": 1e3, "thousand": 1e3, "tsd": 1e3, "m": 1e6, "mm": 1e6, "mln": 1e6, "mio": 1e6, "million": 1e6}
_HINT = re.compile(
    r"[$€£¥₹₽₩₪₺₴₱฿₫]|\d\s?[kK](?![a-zA-Z])|\d{2}[.,' ]?\d{3}|\d\s?/\s?h"
    r"|\d per hour|[A-Z]{3} ?\d|\d (?:EUR|USD|GBP|CHF|[Ee]uros?)"
    r""
)
_RETIREMENT = frozenset({"401", "403", "457", "529"})


@dataclass(frozen=True, slots=True)
class Money:
    """One amount or range at `start:end`; `high` is None for a single amount; `open_ended`: a plus sign."""

    low: float
    high: float | None
    currency: str | None
    period: PayPeriod | None
    thousands: bool
    open_ended: bool
    start: int
    end: int


def amounts(text: str) -> Iterator[Money]:
    """Every amount or range of money-like numbers in `text`, in order; the caller decides which of them is pay."""
    if not _HINT.search(text):
        return
    for match in _MONEY.finditer(text):
        if found := _money(match, text):
            yield found


def bare_amounts(text: str) -> Iterator[Money]:
    """Like `amounts`, for a text that is known to be about money: plain numbers count too."""
    for match in _MONEY.finditer(text):
        if found := _money(match, text):
            yield found


def currency_code(mark: str) -> str | None:
    """ISO 4217 code of a symbol, word or code as written; None where unknown."""
    key = re.sub(r"\s", "", mark).upper()
    if key in _SYMBOLS:
        return _SYMBOLS[key]
    code = key[:3]
    return code if code in _CODES.split() else None


def number(text: str) -> float:
    """The value of digits with separators of any custom: `1,234.50`, `1.234,50`, `60.000`, `12'500`, `37,5`."""
    plain = re.sub(r"['’\s\u00a0\u202f]", "", text)
    last = max(plain.rfind("."), plain.rfind(","))
    if last < 0:
        return float(plain)
    if len(plain) - last - 1 == 3 and plain[:last] not in ("0", ""):
        return float(re.sub(r"[.,]", "", plain))
    return float(re.sub(r"[.,]", "", plain[:last]) + "." + plain[last + 1 :])


def _money(match: re.Match[str], text: str) -> Money | None:
    low, factor = number(match["n1"]), _factor(match["x1"])
    if match["n1"] in _RETIREMENT and (factor == 1e3 or text[match.end("n1") : match.end("n1") + 1] == "("):
        return None
    marks = [match[key] for key in ("d2", "c2", "d1", "c1") if match[key]]
    codes = [code for mark in marks if (code := currency_code(mark))]
    code = next((c for c, mark in zip(codes, marks, strict=False) if len(mark) > 1), codes[0] if codes else None)
    high: float | None = None
    thousands = factor == 1e3
    if match["n2"]:
        high, second = number(match["n2"]), _factor(match["x2"])
        if second != 1 and factor == 1 and low < 1000:
            factor = second
        elif second == 1 and factor != 1 and high < 1000:
            second = factor
        elif second == 1 and factor == 1 and low < 1000 <= high and low * 1000 <= high:
            factor = 1e3
        thousands = thousands or second == 1e3
        high *= second
    if (match["x1"] and match["x1"].lower() in ("lpa", "lakh", "lakhs")) or (match["x2"] or "").lower() in (
        "lpa",
        "lakh",
        "lakhs",
    ):
        code = code or "INR"
    period = period_after(text, match.end()) or period_after(text, match.end("d1") if match["d1"] else match.end("n1"))
    plus = bool(match["plus"]) or (bool(match["p1"]) and high is None)
    return Money(low * factor, high, code, period, thousands, plus, match.start(), match.end())


def _factor(word: str | None) -> float:
    key = (word or "").lower()
    if not key:
        return 1.0
    if key in ("lpa",) or key.startswith(("lakh", "lac")):
        return 1e5
    if key.startswith("cr"):
        return 1e7
    return _FACTOR.get(key, 1e9)


def period_after(text: str, at: int) -> PayPeriod | None:
    """The period named right behind position `at`: `/hr`, `per annum`, `a month`."""
    match = PERIOD.match(text, at, at + 40)
    return next((PayPeriod(name) for name, value in match.groupdict().items() if value), None) if match else None
