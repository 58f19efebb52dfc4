"""Pay as a posting states it: which of the sums in a text is the pay, its range, currency and period."""

from __future__ import annotations

import re
from dataclasses import dataclass

from verivita.core.money import Pay, PayPeriod
from verivita.features.postings.amounts import STRONG, Money, amounts, bare_amounts

_PAY_BEFORE = re.compile(
    r"(?:salar\w*|compensation|comp\b|pay(?:s|ing)?\b|paid|wages?\b|base\b|rates?\b|remunerat\w+|earn\w*|make\b"
    r"|\bote\b|package|gehalt|salaire"
    r"|sueldo|stipendio|vergütung|on target|bill|income|budget for this role)[^|\n]{0,60}$",
    re.I,
)
_PAY_AFTER = re.compile(
    r"^[\s,)(*·|]{0,4}(?:(?:usd|eur|gbp|cad)\b)?\s?(?:\+|&|and|plus|w/|with|/|-)?\s?(?:\d|equity|stock|options"
    r"|bonus|benefits|ote\b|base\b|salary"
    r"|doe\b|depending|dependent|based on|negotiable|commission|shares|esop|rsu|gross|full[- ]time|perks|super\b)",
    re.I,
)
_NOT_BEFORE = re.compile(
    r"(?:rais\w+|fund(?:ed|ing|s)\b|\bseed\b|series [a-f]\b|revenue|valu(?:ed|ation)|invest\w+|financ\w+|worth"
    r"|bonus(?:es)?\b|stipend|relocation"
    r"|sign(?:ing|-?on|-?up)\b|referral|\brent\b|\bsav(?:e|es|ing|ings)\b|as little as|assets|market|industry"
    r"|\bgrants?\b|donat\w+|prizes?"
    r"|reimburs\w+|rimborso|allowance"
    r"|(?:learning|training|education|conference|home[- ]office|wellness|equipment)\s\w*\s?budget"
    r"|spend\w*|sales of|sold for|cost\w*|price\w*|profit\w*|turnover|credit"
    r"|deductible|up to date)"
    r"[^|\n.;]{0,28}$",
    re.I,
)
_NOT_AFTER = re.compile(
    r"^(?:\s?(?:usd|eur|gbp|cad)\b)?[ -](?:in |of |a |an |as |from |our |worth |per year in "
    r"|annual )?(?:\w+[\s-]){0,2}?(?:funding|seed|round|revenue"
    r"|raised|series|arr\b|gmv|million|billion|trillion|valuation|invest\w+|financing|stipend|sign(?:ing"
    r"|[- ]?on)|referral|relocation|credit"
    r"|deductible|gift|budget|market|industry|assets|worth|users|customers|companies|people|employees|students"
    r"|members|downloads|orders"
    r"|transactions|spend|prize|grant|startup|advertising|reward|education|learning|training|housing|food)",
    re.I,
)
_BONUS_AFTER = re.compile(r"^\s(?:\w+\s)?bonus", re.I)
_UP_TO = re.compile(
    r"(?:\bup to|\bupto|\bmax(?:imum)?(?: of)?:?|\bbis(?: zu)?|jusqu.à|\bunder|\bas much as|<)\s?$", re.I
)
_FROM = re.compile(
    r"(?:\bfrom|\bstart(?:s|ing)?(?: (?:at|from))?:?|\bat least|\bmin(?:imum)?(?: of)?:?|\bab|\bover"
    r"|\bmore than|>|\babove)\s?$",
    re.I,
)
_OR_MORE = re.compile(
    r"^\s?(?:\+(?!\s?(?:super|bonus|benefits|equity|stock|options|commission|perks|package|car\b))"
    r"|or more|and (?:up|above|more)|or (?:above|higher)"
    r"|minimum)",
    re.I,
)
_PERIOD_BEFORE = (
    (PayPeriod.HOUR, re.compile(r"\bhourly\b|\bper hour\b", re.I)),
    (PayPeriod.DAY, re.compile(r"\bdaily\b|\bday rate\b", re.I)),
    (PayPeriod.MONTH, re.compile(r"\bmonthly\b|\bper month\b", re.I)),
    (PayPeriod.WEEK, re.compile(r"\bweekly\b", re.I)),
    (PayPeriod.YEAR, re.compile(r"\bannual\w*\b|\byearly\b|\bper annum\b|\bbase salary\b", re.I)),
)
# Lowest and highest sum of each period that is taken for pay in a currency of STRONG.
_PLAUSIBLE = {
    PayPeriod.HOUR: (3, 1_500),
    PayPeriod.DAY: (40, 8_000),
    PayPeriod.WEEK: (80, 30_000),
    PayPeriod.MONTH: (150, 90_000),
    PayPeriod.YEAR: (8_000, 3_000_000),
}
_AT_THE_HEAD = re.compile(r"[\s\-•*(]*(?:(?:up to|bis zu|hasta|jusqu['’]à|from|ab|circa|c\.|around)\s+)?", re.I)
_ENOUGH = 3
_MAX_TEXT = 40_000


@dataclass(frozen=True, slots=True)
class PayMention:
    """Pay and the words that state it: `text[start:end]`."""

    pay: Pay
    start: int
    end: int


def pay_of_field(field: str) -> Pay | None:
    """The pay that a source's own salary field states, or None ("competitive", empty, a percentage of equity).

    Plain numbers count: `80000-95000`. Of several sums the first plausible one is taken.
    """
    best: tuple[int, Pay] | None = None
    for money in bare_amounts(field):
        pay = _pay(money, field)
        if pay is None or (money.currency is None and money.low < 5 and not money.thousands):
            continue
        score = _score(money, field) - (20 if _BONUS_AFTER.search(field[money.end :]) else 0)
        if score > -4 and (best is None or score > best[0]):
            best = (score, pay)
    return best[1] if best else None


def find_pay(text: str) -> PayMention | None:
    """The most likely statement of pay in a posting's text, or None.

    Every sum is scored by what stands around it (pay words, period, equity; funding, revenue, bonuses against); the
    best one above a floor wins, the earlier one at a tie.
    """
    text = text[:_MAX_TEXT]
    best: tuple[int, PayMention] | None = None
    for money in amounts(text):
        if money.currency is None and not (money.thousands or money.period or money.low >= 1000):
            continue
        pay = _pay(money, text)
        if pay is None:
            continue
        score = _score(money, text)
        if score >= _ENOUGH and (best is None or score > best[0]):
            best = (score, PayMention(pay, money.start, money.end))
    return best[1] if best else None


def _score(money: Money, text: str) -> int:
    before = text[max(0, money.start - 80) : money.start]
    after = text[money.end : money.end + 60]
    score = 3 if _PAY_BEFORE.search(before) else 0
    if money.high is not None:
        score += 3 if money.currency else 1
    score += 2 if money.period else 0
    score += 2 if _PAY_AFTER.search(after) else 0
    score += 2 if _in_head(text, money) else 0
    score += 1 if money.currency or (money.thousands and money.high is not None) else -1
    if _NOT_BEFORE.search(before):
        score -= 5
    if _NOT_AFTER.search(after) or _BONUS_AFTER.search(after):
        score -= 6
    return score


def _in_head(text: str, money: Money) -> bool:
    """True for a sum that is a part of its own in a line like `Acme | Engineer | $100k`."""
    start = text.rfind("\n", 0, money.start) + 1
    end = text.find("\n", money.end)
    line = text[start : end if end >= 0 else len(text)]
    left, right = text[start : money.start], text[money.end : end if end >= 0 else len(text)]
    if line.count("|") >= 1 and len(left.rsplit("|", 1)[-1]) < 25:
        return True
    return len(line) < 60 and _AT_THE_HEAD.fullmatch(left) is not None and len(right) < 40


def _pay(money: Money, text: str) -> Pay | None:
    before = text[max(0, money.start - 45) : money.start]
    period = money.period or _period_before(before)
    low: float | None = money.low
    high = money.high if money.high is not None else money.low
    top = max(money.low, high)
    if money.high is not None and money.high < money.low:
        return None
    period = period if period and _plausible(top, money.currency, period) else _guess(top, money)
    if not _plausible(top, money.currency, period):
        return None
    upper: float | None = high
    if money.high is None:
        low, upper = _ends(money, before, text[money.end : money.end + 20])
    elif money.open_ended and money.high == money.low:
        upper = None
    return Pay(low, upper, money.currency, period)


def _ends(money: Money, before: str, after: str) -> tuple[float | None, float | None]:
    if _UP_TO.search(before):
        return None, money.low
    if money.open_ended or _FROM.search(before) or _OR_MORE.search(after):
        return money.low, None
    return money.low, money.low


def _period_before(before: str) -> PayPeriod | None:
    return next((period for period, pattern in _PERIOD_BEFORE if pattern.search(before)), None)


def _guess(top: float, money: Money) -> PayPeriod | None:
    """The period of a sum that names none: a year for a large one, an hour for a small one, else unknown."""
    if money.currency in STRONG or money.currency is None:
        if top >= 10_000:
            return PayPeriod.YEAR
        return PayPeriod.HOUR if top < 300 and money.currency and not money.thousands else None
    return PayPeriod.YEAR if top >= 200_000 else None


def _plausible(top: float, currency: str | None, period: PayPeriod | None) -> bool:
    if currency is not None and currency not in STRONG:
        return top >= 10
    if period is None:
        return 3 <= top <= 3_000_000
    low, high = _PLAUSIBLE[period]
    return low <= top <= high
