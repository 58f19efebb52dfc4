"""What kind of thing a question asks for (a number, a time, a name), and whether a sentence holds one."""

from __future__ import annotations

import re
from enum import StrEnum

from verivita.core.text import fold


class Wanted(StrEnum):
    """What would answer the question; `ANY` where its words do not tell."""

    NUMBER = "number"
    TIME = "time"
    PERSON = "person"
    PLACE = "place"
    ANY = "any"


_ASKS = (
    (
        Wanted.NUMBER,
        re.compile(
            r"\bhow (?:many|much|often|long|far|old|tall|large|big|high|fast)\b|\bwhat (?:number|percent\w*|share|"
            r"amount|figure)\b|\bwie (?:viele?n?|oft|lange|gross|hoch|alt)\b|\bcuant[oa]s?\b|"
            r"\bcombien\b|\bquant[oiae]s?\b"
        ),
    ),
    (
        Wanted.TIME,
        re.compile(
            r"\bwhen\b|\b(?:what|which) (?:year|date|day|month|century|decade)\b|\bwann\b|\bin welchem jahr\w*|"
            r"\bcuando\b|\ben que (?:ano|fecha|siglo)\b|\bquand\b|\bquando\b"
        ),
    ),
    (Wanted.PERSON, re.compile(r"\bwho(?:se|m)?\b|\bwe[rmn]\b|\bwessen\b|\bquien(?:es)?\b|\bqui\b|\bchi\b|\bquem\b")),
    (Wanted.PLACE, re.compile(r"\bwhere\b|\bwo(?:her|hin)?\b|\bdonde\b|\bou\b|\bdove\b|\bonde\b")),
)
_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred|thousand|"
    r"million|billion|half|third|quarter|dozen|ein|zwei|drei|vier|funf|sechs|sieben|acht|neun|zehn|dos|tres|cuatro|"
    r"cinco|seis|siete|ocho|nueve|diez)\b"
)
_TIME = re.compile(
    r"\b(?:1\d{3}|20\d{2})s?\b|\b\d{1,2}(?:st|nd|rd|th) century\b|\b(?:january|february|march|april|may|june|july|"
    r"august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|yesterday)\b|"
    r"\b\d+ (?:years?|months?|weeks?|days?|hours?) (?:ago|later|after|before)\b|\bin \d{2}\b|"
    r"\b\d{3} (?:ad|bc|ce|bce)\b"
)
_NAME = re.compile(r"(?<=\S )[A-ZÀ-Þ][\w'’.-]+(?: (?:[a-z]{2,3} )?[A-ZÀ-Þ][\w'’.-]+)+")
_NAMED = re.compile(r"(?<=\S )[A-ZÀ-Þ][\w'’-]+")


def wanted(question: str) -> Wanted:
    """What the question asks for, by its own words in some European languages."""
    plain = fold(question)
    return next((kind for kind, pattern in _ASKS if pattern.search(plain)), Wanted.ANY)


def holds(kind: Wanted, sentence: str) -> bool:
    """True where the sentence holds a thing of this kind; always for `ANY`."""
    if kind is Wanted.NUMBER:
        return _NUMBER.search(fold(sentence)) is not None
    if kind is Wanted.TIME:
        return _TIME.search(fold(sentence)) is not None
    if kind is Wanted.PERSON:
        return _NAME.search(sentence) is not None or _NAMED.search(sentence) is not None
    return _NAMED.search(sentence) is not None if kind is Wanted.PLACE else True
