"""E-mail addresses, phone numbers, links and places in a line of text."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources

from verivita.core.text import fold

Span = tuple[int, int]

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}(?!\w)")
_PHONE = re.compile(
    r"(?<![\w./-])(?:\(?\+\d{1,3}\)?[\s.()-]*)?(?:\(\d{1,5}\)[\s./-]*)?\d{2,5}(?:[\s./-]{1,3}\d{2,8}){1,4}(?!\w)"
)
_LONG = re.compile(r"(?<![\w./-])\+?\d{10,14}(?![\w/])")
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s|,;<>()]+[^\s|,;<>().]"
    r"|(?<![\w@./])(?:[a-z0-9-]+\.)*(?:linkedin|github|gitlab|behance|dribbble|medium|stackoverflow|bitbucket|twitter"
    r"|kaggle|scholar\.google|researchgate|xing|hackerrank|leetcode|facebook|instagram|indeed)\.(?:com|net|org|io|de)"
    r"(?:/[^\s|,;<>()]*[^\s|,;<>().])?"
    r"|(?<![\w@./])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|io|dev|me|co|ai|app|tech|info|edu|de|fr|es|uk|ca|eu|ch|at)"
    r"(?:/[^\s|,;<>()]*[^\s|,;<>().])?(?![\w@.])",
    re.IGNORECASE,
)
_CITY = r"[A-ZÀ-ÖØ-ÝŞĞİÇ][\w.'’-]*(?:[ -](?:[A-ZÀ-ÖØ-ÝŞĞİÇ][\w.'’-]*|of|de|la|del|am|an der|sur|the)){0,3}"
_CAPITAL = r"[A-ZÀ-ÖØ-ÝŞĞİÇ][\w.'’-]*"
_PLACE = re.compile(
    rf"(?<![\w@])(?P<city>{_CITY}),\s*(?P<region>{_CAPITAL}(?: {_CAPITAL}){{0,3}})"
    rf"(?:,\s*(?P<third>{_CAPITAL}(?: {_CAPITAL}){{0,2}}))?(?:,?\s+\d{{5}}(?:-\d{{4}})?)?"
)


@lru_cache(maxsize=1)
def regions() -> frozenset[str]:
    """Names and short forms of countries, states and provinces, lower case, with and without accents."""
    rows = resources.files("verivita.engines.reading").joinpath("data/regions.txt").read_text("utf-8").splitlines()
    names = [row.strip().lower() for row in rows if row.strip() and not row.startswith("#")]
    return frozenset(names) | frozenset(fold(name) for name in names)


def emails(text: str) -> list[Span]:
    """Spans of e-mail addresses."""
    return [match.span() for match in _EMAIL.finditer(text)] if "@" in text else []


def phones(text: str) -> list[Span]:
    """Spans of phone numbers: 7 to 15 digits, no years, no spans of dates."""
    out: list[Span] = []
    for pattern in (_PHONE, _LONG):
        for match in pattern.finditer(text):
            digits = re.sub(r"\D", "", match.group())
            dated = re.fullmatch(
                r"(?:19|20)\d\d\D+(?:19|20)\d\d|\d{1,2}/\d{1,2}/\d{2,4}|(?:19|20)\d\d-\d\d-\d\d", match.group()
            )
            if 7 <= len(digits) <= 15 and not dated and all(match.end() <= s or match.start() >= e for s, e in out):
                out.append(match.span())
    return sorted(out)


def links(text: str) -> list[Span]:
    """Spans of web addresses, with or without a scheme; domains of e-mail addresses are none."""
    if "." not in text:
        return []
    mails = emails(text)
    spans = (match.span() for match in _LINK.finditer(text))
    return [span for span in spans if all(span[1] <= s or span[0] >= e for s, e in mails)]


def places(text: str) -> list[Span]:
    """Spans of places written "City, Region" where the region is known, "Remote", or "City , State" as it stands."""
    known = regions()
    out: list[Span] = []
    for match in _PLACE.finditer(text):
        region, third = match.group("region"), match.group("third")
        if third and third.lower().rstrip(".") in known:
            whole = region.lower().rstrip(".") in known
            out.append((match.start() if whole else match.start("region"), match.end()))
        elif region.lower().rstrip(".") in known:
            out.append((match.start(), match.end() if third is None else match.end("region")))
    for match in re.finditer(r"\bCity\s?,\s*State(?:\s*,\s*Country)?\b|(?<!\w)Remote(?!\s+\w*(?:ly|ing))\b", text):
        out.append(match.span())
    return sorted(out)
