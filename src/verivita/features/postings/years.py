"""Years of experience that a sentence asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "a couple": 2,    "couple": 2, "a few": 3, "few": 3, "several": 3, "a": 1, "fifteen": 15, "twelve": 12,
}  # fmt: skip
_NUMBER = r"\d{1,2}(?:\.\d)?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|a couple|couple"
_YEARS = re.compile(
    rf"(?<![\w.,$€£/])(?P<low>{_NUMBER})(?:\s?\(\d{{1,2}}\+?\))?\s?(?P<plus>\+)?(?:\s?(?:-|–|—|to"
    rf"|or)\s?(?P<high>{_NUMBER}))?\s?\+?\s?(?:or more |plus |full )?"
    r"(?:\s?-?\s?(?:years?|yrs?)\b\.?['’]?)",
    re.I,
)
_ABOUT_WORK = re.compile(
    r"experience|\bexp\b|\b(?:in|of|with|as|using|working|programming|developing|building|leading|managing"
    r"|writing|doing|coding|selling|within)\b|minimum|at least"
    r"|required|professional|industry|relevant|work|preferred|background|track record|post",
    re.I,
)
_NOT_ASKED = re.compile(
    r"(?:over|past|last|next|within|for|in|first|after|every|than|the|been|previous|founded|since"
    r"|about) (?:the )?(?:past |last |next |over )?(?:nearly |almost |about )?$",
    re.I,
)
_NOT_AFTER = re.compile(
    r"^\s?(?:ago|old|in a row|from now|later|running|into|contract|in business|of (?:age|service|history|growth"
    r"|funding|runway|age))\b|^['’]? (?:and we|we)\b",
    re.I,
)
_WE = re.compile(
    r"\b(?:we(?:['’]ve| have)|our (?:company|team|founders?|ceo|history)|i(?:['’]ve| have)|company has|combined"
    r"|collectively|has been (?:in|around))\b",
    re.I,
)

_MAX_SENTENCE = 3_000


@dataclass(frozen=True, slots=True)
class Years:
    """A number of years asked at `start:end` of the sentence."""

    years: float
    start: int
    end: int


def years_in(sentence: str) -> tuple[Years, ...]:
    """Every number of years of experience that the sentence asks for, in order; the lower end of a range."""
    if "year" not in sentence and "yr" not in sentence and "YEAR" not in sentence and "Year" not in sentence:
        return ()
    found: list[Years] = []
    for match in _YEARS.finditer(sentence, 0, _MAX_SENTENCE):
        before, after = sentence[max(0, match.start() - 30) : match.start()], sentence[match.end() : match.end() + 90]
        if _NOT_AFTER.search(after) or _WE.search(sentence[max(0, match.start() - 120) : match.start()]):
            continue
        if _NOT_ASKED.search(before) and not re.search(r"(?:for|than|the) $", before + "") and not match["plus"]:
            continue
        if not (_ABOUT_WORK.search(after) or _ABOUT_WORK.search(before)):
            continue
        value = _value(match["low"])
        if 0 <= value <= 30:
            found.append(Years(value, match.start(), match.end()))
    return tuple(found)


def _value(text: str) -> float:
    key = text.lower()
    return float(_WORDS[key]) if key in _WORDS else float(key)
