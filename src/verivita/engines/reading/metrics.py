"""Figures that a line claims: shares, money, multiples, counts of people and things."""

from __future__ import annotations

import re

_NUMBER = r"\d{1,3}(?:[,.]\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?"
_SCALE = r"(?:\s?(?:k|m|mm|bn?|thousand|million|billion|trillion|mio|mrd|millionen|milliarden|millones|millions)\b)?"
_MONEY = (
    rf"(?:(?:US|CA|AU)?[$€£¥₹]|\b(?:USD|EUR|GBP|INR|CHF|Rs\.?)\s?)\s?(?:{_NUMBER}){_SCALE}\+?"
    rf"|(?:{_NUMBER}){_SCALE}\s?(?:€|£|\b(?:USD|EUR|GBP|CHF|dollars|euros?|lakhs?|crores?)\b)"
)
_SHARE = (
    rf"(?:\d+(?:\.\d+)?\s?[-–]\s?)?(?:{_NUMBER})\s?(?:%|percent\b|per cent\b|prozent\b|por ciento\b"
    rf"|pour cent\b|percentage points?\b|bps\b)"
)
_MULTIPLE = r"\b\d+(?:\.\d+)?\s?x\b(?!\s?\d)|\b\d+[- ]fold\b|\b(?:doubled|tripled|quadrupled|halved)\b"
_TEAM = (
    r"\bteams? of (?:over |about |up to |more than )?(?:\d+\+?|two|three|four|five|six|seven|eight|nine|ten"
    r"|twelve|fifteen|twenty)\b|\b\d+[- ](?:person|member|people|strong)(?: \w+)? team\b"
)
_UNIT = (
    r"people|persons?|employees|engineers|developers|staff|members|users|customers|clients|students|patients"
    r"|subscribers|requests|transactions"
    r"|queries|records|servers|services|microservices|stores|locations|sites|countries|states|cities|offices"
    r"|projects|products|accounts|orders|calls"
    r"|tickets|downloads|stars|contributors|papers|articles|patents|companies|vendors|partners|hours|days|weeks"
    r"|months|devices|machines|nodes"
    r"|tests|pages|documents|events|campaigns|leads|reports|units|beds|children|volunteers|visitors|followers"
    r"|views|apps?|applications|teams"
    r"|departments|branches|interns|analysts|nurses|teachers|agents|associates|technicians|workers|guests|seats"
    r"|gpus?|tb|gb|pb|mph|rps|qps|ms"
    r"|seconds|minutes|lines of code|loc"
)
_COUNT = (
    rf"(?:\bmore than |\bover |\bup to )?(?<![\w$€£.,/-])(?:{_NUMBER}){_SCALE}\+?(?:[ -](?!and\b|of\b|in\b"
    rf"|to\b)[a-z][\w-]*){{0,2}}[ -](?:{_UNIT})\b"
)
_METRIC = re.compile("|".join((_MONEY, _SHARE, _TEAM, _MULTIPLE, _COUNT)), re.IGNORECASE)
_YEARLY = re.compile(r"^(?:19|20)\d\d\b")


def find_metrics(text: str) -> list[tuple[int, int]]:
    """Spans of figures in `text` ("30%", "$1.2M", "team of 8", "2M+ monthly API requests"), in order."""
    if not any(c.isdigit() for c in text) and "team" not in text.lower() and "ed" not in text:
        return []
    return [match.span() for match in _METRIC.finditer(text) if not _YEARLY.match(match.group())]
