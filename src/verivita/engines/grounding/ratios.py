"""Shares and multiples told in words: a third, halved, doubled, twofold, 2x, dozens of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_SHARES = {"half": 50.0, "third": 100 / 3, "quarter": 25.0, "fifth": 20.0, "sixth": 100 / 6, "tenth": 10.0}
_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "": 1}
_TIMES = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12,
    "twenty": 20, "fifty": 50, "hundred": 100,
}  # fmt: skip
_NEARLY = r"(?:(?:about|around|roughly|some|nearly|almost|over|more than|at least|up to)\s+)?"
_SHARE = re.compile(
    rf"\bby\s+{_NEARLY}(?:(?P<n1>an?|one|two|three|four)[\s-]+)?(?P<s1>half|third|quarter|fifth|sixth|tenth)s?\b"
    r"(?!\s+of\s+(?:the\s+)?(?:year|day|month|century|season|term))"
    r"|(?:(?P<n2>\ban?|\bone|\btwo|\bthree|\bfour)[\s-]+|\b)(?P<s2>half|third|quarter|fifth|sixth|tenth)s?\s+of\b"
    r"(?!\s+(?:the\s+)?(?:year|day|month|century|season|term|an?\s))"
    r"|\b(?P<halved>halv(?:e|ed|es|ing))\b",
    re.IGNORECASE,
)
_FOLD = re.compile(
    r"\b(?P<verb>(?:re)?doubl(?:ed|es|ing)|tripl(?:ed|es|ing)|quadrupl(?:ed|es|ing)"
    r"|(?:double|triple|quadruple)(?=\s+(?:the|our|its|their|my|a|an|in|to)\b))"
    rf"|\b(?P<word>{'|'.join(_TIMES)})[\s-]?fold\b|\b(?P<digits>\d+(?:\.\d+)?)(?:[\s-]?fold\b|\s?[x×](?!\w))"
    r"|\b(?P<twice>twice|thrice)\s+(?:as|the|its|what)\b"
    rf"|\b(?P<times>{'|'.join(_TIMES)}|\d+(?:\.\d+)?)\s+times\s+(?:as|the|more|fewer|less|faster|higher|larger|bigger)\b",
    re.IGNORECASE,
)
_FAST = re.compile(r"\s*(?:as\s+)?(?:fast|quick)", re.IGNORECASE)
_MANY = re.compile(r"\b(?P<scale>dozens|hundreds|thousands|millions|billions)\b(?!\s+place)", re.IGNORECASE)
_SCALE = {"dozens": 12.0, "hundreds": 1e2, "thousands": 1e3, "millions": 1e6, "billions": 1e9}
_VERB = {"d": 2.0, "r": 2.0, "t": 3.0, "q": 4.0}


@lru_cache(maxsize=8192)
def ratios(text: str) -> tuple[tuple[float, str, str, int, int], ...]:
    """(value, unit, bound, start, end) of every share, multiple and vague count of a text, in order.

    The unit of a share is "%", of a multiple "fold", or "speed" where it says how fast.
    """
    return tuple(sorted((*_shares(text), *_folds(text), *_many(text)), key=lambda found: found[3]))


def _shares(text: str) -> Iterator[tuple[float, str, str, int, int]]:
    for match in _SHARE.finditer(text):
        name = (match["s1"] or match["s2"] or "half").lower()
        count = _COUNTS[(match["n1"] or match["n2"] or "").lower()]
        yield count * _SHARES[name], "%", "" if name == "half" else "about", match.start(), match.end()


def _folds(text: str) -> Iterator[tuple[float, str, str, int, int]]:
    for match in _FOLD.finditer(text):
        fast = match[0].lower().endswith("faster") or _FAST.match(text, match.end())
        yield _fold(match), "speed" if fast else "fold", "about", match.start(), match.end()


def _fold(match: re.Match[str]) -> float:
    if match["verb"]:
        return _VERB[match["verb"][0].lower()]
    if match["twice"]:
        return 2.0 if match["twice"].lower() == "twice" else 3.0
    word = (match["word"] or match["digits"] or match["times"]).lower()
    return float(_TIMES[word]) if word in _TIMES else float(word)


def _many(text: str) -> Iterator[tuple[float, str, str, int, int]]:
    for match in _MANY.finditer(text):
        yield 2 * _SCALE[match["scale"].lower()], "", "many", match.start(), match.end()
