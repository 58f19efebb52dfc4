"""What a number of a claim does: how much per what, from which to which, by how much, and shares and multiples."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from verivita.engines.grounding.numbers import Quantity, carries, quantities
from verivita.engines.grounding.tokens import stem

_UNITS = "second|minute|hour|day|night|shift|week|fortnight|month|quarter|season|term|semester|year"
_ORDINALS = "(?:other|second|third|fourth|fifth|sixth)"
RATE = re.compile(
    rf"(?<!in )(?<!within )(?<!over )(?<!under )(?<!than )(?<!for )(?<!after )(?<!almost )(?<!about )(?<!of )(?<!half )"
    rf"\b(?:an?|per|each|every|any|most)\s+(?:{_ORDINALS}\s+|single\s+|working\s+|school\s+)?(?P<unit>{_UNITS})\b"
    rf"|(?:/|\bp\.?)(?P<short>s|h|hr|d|wk|mo|yr|day|week|month|year|a|pa)\b(?!\.\w)"
    r"|\b(?P<adverb>hourly|daily|nightly|weekly|biweekly|fortnightly|monthly|quarterly|yearly|annual(?:ly)?)\b",
    re.IGNORECASE,
)
_SHORT = {"s": "second", "h": "hour", "hr": "hour", "d": "day", "wk": "week", "mo": "month", "yr": "year", "a": "year"}
_SHORT |= {"day": "day", "week": "week", "month": "month", "year": "year"}
_ADVERB = {"hourly": "hour", "daily": "day", "nightly": "night", "weekly": "week", "biweekly": "fortnight"}
_ADVERB |= {"fortnightly": "fortnight", "monthly": "month", "quarterly": "quarter", "yearly": "year"}
_FROM = re.compile(r"\b(?:from|between)\s+(?:\w+\s+){0,2}?[$€£~]?\s*$", re.IGNORECASE)
_ONWARD = re.compile(r"[^.;\n]{0,24}?(?:\bto\b|\band\b|->|→|[-–—])\s*(?:\w+\s+){0,2}?[$€£~]?\s*", re.IGNORECASE)
_BACKWARD = re.compile(r"[^.;\n\d]{0,40}?\b(?:up|down|from)\s+(?:from\s+)?(?:\w+\s+){0,2}?[$€£~]?\s*", re.IGNORECASE)
_BY = re.compile(r"\bby\s+(?:(?:about|around|roughly|some|nearly|almost|over|more than|up to|at least)\s+)?[$€£~]?\s*$")
_TO = re.compile(r"\bto\s+(?:(?:about|around|roughly|some|nearly|almost|over|just|more than)\s+)?[$€£~]?\s*$")

_WORDS_FROM = re.compile(
    r"\bfrom\s+(?:an?\s+|the\s+)?(?P<one>[\w+#.-]*[\w+#])\s+to\s+(?:an?\s+|the\s+)?(?P<two>[\w+#.-]*[\w+#])",
    re.IGNORECASE,
)
_SIDE = re.compile(
    r"\b(?P<side>before|after|above|below)\s+(?:(?:an?|the|each|every|all|any|our|their|its)\s+)*(?P<thing>\w+)",
    re.IGNORECASE,
)
_OPPOSITE = {"before": "after", "after": "before", "above": "below", "below": "above"}

Pair = tuple[Quantity, Quantity]


@lru_cache(maxsize=8192)
def rates(text: str) -> frozenset[str]:
    """The units of time by which a text counts: "a month", "per month" and "monthly" give "month"."""
    return frozenset(_unit(match) for match in RATE.finditer(text))


def _unit(match: re.Match[str]) -> str:
    if match["unit"]:
        return match["unit"].lower()
    if match["short"]:
        return _SHORT[match["short"].lower()]
    return _ADVERB.get(match["adverb"].lower(), "year")


@lru_cache(maxsize=8192)
def pairs(text: str) -> tuple[Pair, ...]:
    """(before, after) of every change that a text tells with both ends: "from 9 to 5", "5, down from 9"."""
    found, out = quantities(text), []
    for one, two in pairwise(found):
        between = text[one.end : two.start]
        if _FROM.search(text[: one.start]) and _ONWARD.fullmatch(between):
            out.append((one, two))
        elif re.search(r"\bfrom\b", between) and _BACKWARD.fullmatch(between):
            out.append((two, one))
    return tuple(out)


def turned(claim: str, texts: Iterable[str]) -> Iterator[str]:
    """The changes of a claim that the texts tell the other way round."""
    told = [pair for text in texts for pair in pairs(text)]
    for first, last in pairs(claim):
        straight = any(carries(a, first) and carries(b, last) for a, b in told)
        if not straight and any(carries(b, first) and carries(a, last) for a, b in told):
            yield f"{first.text} to {last.text}"


def swapped(claim: str, texts: Sequence[str]) -> Iterator[str]:
    """What a claim puts on the other side than the texts: "from A to B" and "from B to A", before and after a thing."""
    told = {pair for text in texts for pair in _ways(text)}
    for one, two in _ways(claim):
        if (one, two) not in told and (_OPPOSITE.get(one, two), one if one not in _OPPOSITE else two) in told:
            yield f"{one} {two}"


def _ways(text: str) -> Iterator[tuple[str, str]]:
    for match in _WORDS_FROM.finditer(text):
        yield stem(match["one"].lower()), stem(match["two"].lower())
    for match in _SIDE.finditer(text):
        yield match["side"].lower(), stem(match["thing"].lower())


def misplaced(claim: str, texts: Sequence[str]) -> Iterator[str]:
    """Numbers that a claim gives as the difference and the texts only as an end, or as an end and only as a difference.

    Also those that it counts in one unit while the texts count another thing with it, and this one with another number.
    """
    known = [(text, q) for text in texts for q in quantities(text)]
    ends = [q for text in texts for pair in pairs(text) for q in pair]
    for said in quantities(claim):
        holding = [(text, q) for text, q in known if carries(q, said)]
        if holding and (_moved(claim, said, holding, ends) or _of_another(said, known, holding)):
            yield said.text


def _moved(claim: str, said: Quantity, holding: Sequence[tuple[str, Quantity]], ends: Sequence[Quantity]) -> bool:
    """Whether "by 5" became "to 5", or one end of "from 9 to 5" became "by 5"."""
    before = claim[: said.start]
    if _BY.search(before):
        return all(q in ends for _, q in holding)
    return bool(_TO.search(before)) and all(_BY.search(text[: q.start]) for text, q in holding)


def _of_another(said: Quantity, known: Sequence[tuple[str, Quantity]], holding: Sequence[tuple[str, Quantity]]) -> bool:
    """Whether the texts count this unit with another number, and another unit with this number."""
    if not said.unit or any(not q.unit or q.unit == said.unit for _, q in holding):
        return False
    return any(q.unit == said.unit for _, q in known)


def derived(texts: Iterable[str]) -> Iterator[Quantity]:
    """What follows from the ends of a change: the difference, the percent, and how many times as much."""
    for text in texts:
        for one, two in pairs(text):
            if one.unit != two.unit or one.value <= 0 or two.value <= 0:
                continue
            yield _made(one, abs(two.value - one.value), one.unit)
            yield _made(one, abs(two.value - one.value) / one.value * 100, "%")
            if one.unit == "%":
                yield _made(one, abs(two.value - one.value), "point")
            yield _made(one, max(one.value, two.value) / min(one.value, two.value), "fold")


def _made(one: Quantity, value: float, unit: str) -> Quantity:
    return Quantity(round(value, 2), unit, "", one.start, one.end, one.text)


def uneven(claim: str, texts: Iterable[str]) -> Iterator[str]:
    """The units of time by which a claim counts and the texts, where they count by another one or by none, do not."""
    said = rates(claim)
    if said and quantities(claim):
        known = frozenset[str]().union(*(rates(text) for text in texts))
        if "night" in known or "shift" in known:
            known |= {"day", "night"}
        yield from sorted(said - known)
