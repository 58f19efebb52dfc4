"""Pay in a job query: "$150k+", "between 90k and 110k", "€500/day", "15 LPA"; always a lower bound for a year."""

from __future__ import annotations

import re

from verivita.core.money import PER_YEAR, PayPeriod
from verivita.features.search.sheet import Sheet

_SIGN = (
    r"(?:us\$|ca?\$|au?\$|nz\$|s\$|hk\$|r\$|r(?=\d{4})|[$€£₹¥₽₺₩₪]|rs\.?|inr|usd|eur|euros?|gbp|chf|cad|"
    r"aud|nzd|sgd|sek|"
    r"nok|dkk|pln|zl|czk|huf|aed|zar|jpy|dollars?|pounds?|francs?|quid)"
)
_NUMBER = r"\d{1,3}(?:[ ,.'\u2019]\d{3})+(?!\d)|\d+(?:[.,]\d{1,2})?"
_SCALE = r"(?:k\b|thousand\b|lakhs?\b|lacs?\b|lpa\b|crores?\b|m\b|mm\b|mn\b|mil\b|million\b|bn\b|billion\b|b\b)"
_SUM = (
    rf"(?:(?<![a-z])(?P<before{{0}}>{_SIGN})\s?|(?<![\d.,a-z]))(?P<number{{0}}>{_NUMBER})(?:\s?(?P<scale{{0}}>{_SCALE}))?"
    rf"(?:\s?(?P<after{{0}}>{_SIGN})(?![a-z]))?(?:\s?(?P<late{{0}}>k\b))?"
)
_FIRST, _SECOND = _SUM.replace("{0}", ""), _SUM.replace("{0}", "2")
_PERIOD = (
    r"(?P<period>\s?(?:/|\bper\s|\ban?\s|\bp[ /.]?(?=[hd]\b)|\bevery\s)\s?(?:hours?|hrs?|h|days?|d|weeks?|"
    r"wk|w|months?|mo|m|years?|yr|y|annum|year)\b"
    r"|\s(?:hr|hour)\b|\s?\b(?:hourly|daily|weekly|monthly|yearly|annually|annual|pa|p\.a\.?|pcm|pw|ph|brutto|tc)\b)"
)
_PAY = re.compile(
    rf"(?P<lead>\b(?:between|from|at least|min(?:imum)?(?: of)?|over|above|more than|starting at|upwards of|>=?|"
    rf"up to|max(?:imum)?(?: of)?|under|below|less than|at most|no more than|<=?)\s*)?"
    rf"{_FIRST}(?:\s?\+)?(?:\s?(?P<range>-|to\b|and\b)\s?{_SECOND})?(?:\s?\+)?{_PERIOD}?\s?\+?"
    rf"(?P<min>\s(?:minimum|min|or more|and up|upwards|plus|total comp(?:ensation)?|ote|base|gross)\b)?"
)
_CEILING = re.compile(r"up to|max|under|below|less than|at most|no more than|<")
_PAY_WORD = re.compile(
    r"\b(?:salar(?:y|ies)|pay(?:s|ing)?|paid|earn(?:s|ing)?|compensation|comp|wage|wages|rate|tc|"
    r"remuneration)\b[^\d.;]{0,20}$"
)
_NOT_PAY = re.compile(
    r"\s*\+?\s*(?:annual |monthly |daily |yearly |active |paying |unique |concurrent |registered |github |"
    r"annually )*(?:users?|employees?|people|persons?|staff|"
    r"downloads?|followers?|customers?|requests?|rows|"
    r"students?|subscribers?|members?|clients?|records?|lines|steps|miles|km|run|race|visitors?|"
    r"transactions?|qps|rps|stars|"
    r"budgets?|arr|mrr|revenue|funding|raised|valuation|portfolio|quota|deals?|fund|bonus|sign-?on|stipend|grant|"
    r"years?|yrs?|yoe|hours?(?! rate)|hrs|days?|weeks?|months?|beds?|units?|sites?|accounts?|"
    r"devices|servers|nodes)\b"
)
_BEFORE_NOT_PAY = re.compile(
    r"(?:budget|arr|mrr|revenue|funding|raised|valuation|portfolio|quota|bonus|worth|series \w) (?:of |up to )?$"
)
_SIX = re.compile(r"\b(?:six|6)[- ]?figures?(?: salary)?\b")
_WORTH = {
    "k": 1e3,
    "thousand": 1e3,
    "lakh": 1e5,
    "lakhs": 1e5,
    "lac": 1e5,
    "lacs": 1e5,
    "lpa": 1e5,
    "crore": 1e7,
    "crores": 1e7,
}
_SYMBOL = {
    "$": "$", "us$": "$", "usd": "$", "dollar": "$", "dollars": "$",
    "€": "€", "eur": "€", "euro": "€", "euros": "€", "£": "£",
    "gbp": "£", "pound": "£", "pounds": "£", "quid": "£", "₹": "₹", "inr": "₹", "rs": "₹", "rs.": "₹",
}  # fmt: skip


def read_pay(sheet: Sheet) -> None:
    """Read the first sum that is pay as `salary_min`, yearly; a mere ceiling is dropped with the reason."""
    six = _SIX.search(sheet.flat)
    if six:
        sheet.read("salary_min", 100_000, "pay from 100,000 a year", *six.span())
        return
    for found in _PAY.finditer(sheet.flat):
        if not _is_pay(found, sheet.flat):
            continue
        start, end = _span(found, sheet.flat)
        if found["lead"] and _CEILING.match(found["lead"]):
            sheet.drop("salary_min", "a highest pay does not narrow the search", start, end)
            continue
        amount, note = _yearly(found)
        if amount is None:
            continue
        sheet.read("salary_min", amount, f"pay from {_money(found, amount)} a year{note}", start, end)
        return


def _span(found: re.Match[str], flat: str) -> tuple[int, int]:
    start, end = found.span()
    while end > start and flat[end - 1] == " ":
        end -= 1
    return start, end


def _is_pay(found: re.Match[str], flat: str) -> bool:
    scales = {found["scale"], found["scale2"]} - {None}
    if any(s not in _WORTH for s in scales if s):
        return False
    signed = any(found[name] for name in ("before", "after", "before2", "after2"))
    end = found.end()
    period = found["period"] or ""
    if not period and _NOT_PAY.match(flat, end):
        return False
    if _BEFORE_NOT_PAY.search(flat, 0, found.start()) or flat.startswith(("(k)", " (k)"), end):
        return False
    return _plausible(found, signed, bool(_PAY_WORD.search(flat, 0, found.start())))


def _plausible(found: re.Match[str], signed: bool, said: bool) -> bool:
    """Whether the size of the number, its sign and its period make it a wage."""
    number = _number(found["number"])
    kilo = bool(found["scale"] or found["scale2"] or found["late"] or found["late2"])
    if kilo:
        return not (found["number"] == "401" and not signed)
    timed = bool(found["period"]) and bool(
        re.search(
            r"/|per|hr|hour|\ba\b|\ban\b|hourly|daily|pa\b|annum|annual|ph|yearly|monthly|gross|brutto", found["period"]
        )
    )
    if signed:
        return number >= 1000 or timed or (said and number >= 1000)
    if number >= 10_000:
        written_out = len(found["number"]) > 5 and number % 1000 == 0 and not found["number"].isdigit()
        if written_out and 20_000 <= number <= 1_000_000:
            return True
        return timed or said or bool(found["lead"]) or bool(found["min"]) or "+" in found.group()
    return (
        timed
        and _unit(found["period"]) in (PayPeriod.HOUR, PayPeriod.DAY)
        and 8 <= number <= 3000
        and not _hours(found)
    )


def _hours(found: re.Match[str]) -> bool:
    return bool(re.search(r"\b(?:days?|hours?|shifts?)\s*$", found.string[max(0, found.start() - 8) : found.start()]))


def _number(text: str) -> float:
    digits = re.sub(r"[ ,.'\u2019](?=\d{3}(?!\d))", "", text)
    return float(digits.replace(",", "."))


def _unit(period: str | None) -> PayPeriod | None:
    said = re.sub(r"^\s*(?:/|per\s|an?\s|every\s|p[ /.]?(?=[hd]\b))?\s*", "", period or "").strip()
    for letters, unit in (
        (("hour", "hr", "h", "ph"), PayPeriod.HOUR), (("month", "mo", "m", "pcm"), PayPeriod.MONTH),
        (("day", "dai", "d"), PayPeriod.DAY), (("week", "wk", "w", "pw"), PayPeriod.WEEK),
    ):  # fmt: skip
        if said in letters or any(len(word) > 1 and said.startswith(word) for word in letters):
            return unit
    return PayPeriod.YEAR if said else None


def _yearly(found: re.Match[str]) -> tuple[int | None, str]:
    scale = (
        found["scale"]
        or (found["scale2"] if found["range"] else None)
        or found["late"]
        or (found["late2"] if found["range"] else None)
    )
    number = _number(found["number"])
    amount = number * _WORTH.get(scale or "", 1.0) if number < 1000 or scale not in ("k", "thousand") else number
    unit = _unit(found["period"])
    note = ""
    if unit is None and 1000 <= amount < 10_000:
        unit, note = PayPeriod.MONTH, " (read as a sum for a month)"
    elif unit in (PayPeriod.HOUR, PayPeriod.DAY, PayPeriod.WEEK, PayPeriod.MONTH):
        note = f" ({found['number'].strip()} per {unit.value})"
    if unit is PayPeriod.HOUR and amount > 1000:
        unit, note = None, ""
    yearly = round(amount * PER_YEAR[unit or PayPeriod.YEAR])
    return (yearly, note) if 5_000 <= yearly < 10**9 else (None, "")


def _money(found: re.Match[str], amount: int) -> str:
    sign = next((found[name] for name in ("before", "after", "before2", "after2") if found[name]), "")
    shown = _SYMBOL.get(sign, sign.upper())
    return f"{shown}{amount:,}" if len(shown) < 2 or shown.endswith("$") else f"{shown} {amount:,}"
