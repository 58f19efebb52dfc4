"""Numbers with units and forms: digits and words, k and M, percent, money, spans of time, ranges, about, more than."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from verivita.engines.grounding.ratios import ratios
from verivita.engines.grounding.tokens import Token, bag, tokens
from verivita.engines.reading.dates import find_dates

_DIGIT_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TEN_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ONES = {word: n for n, word in enumerate(_DIGIT_WORDS.split())}
_TENS = {word: 10 * n for n, word in enumerate(_TEN_WORDS.split(), start=2)}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000, "dozen": 12}
_SUFFIX = {
    "k": 1e3, "m": 1e6, "mn": 1e6, "mm": 1e6, "mio": 1e6, "b": 1e9, "bn": 1e9, "thousand": 1e3, "million": 1e6,
    "billion": 1e9, "trillion": 1e12, "hundred": 1e2, "dozen": 12.0,
}  # fmt: skip
_MONEY = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "dollar": "USD", "euro": "EUR", "pound": "GBP"}
_CODES = "USD|EUR|GBP|JPY|CHF|PLN|SEK|NOK|DKK|INR|CAD|AUD|Rs\\.?"
_SECONDS = {"second": 1, "minut": 60, "min": 60, "hour": 3600, "hr": 3600, "h": 3600, "day": 86400, "week": 604800,
            "month": 2629800, "year": 31557600, "yr": 31557600}  # fmt: skip
_MEASURES = {
    "metr": ("metre", 1.0), "meter": ("metre", 1.0), "km": ("metre", 1e3), "kilometr": ("metre", 1e3),
    "kilomet": ("metre", 1e3), "mile": ("metre", 1609.344), "cm": ("metre", 0.01), "mm": ("metre", 0.001),
    "foot": ("metre", 0.3048), "ft": ("metre", 0.3048), "kg": ("gram", 1e3), "kilogram": ("gram", 1e3),
    "tonn": ("gram", 1e6), "lb": ("gram", 453.592), "lbs": ("gram", 453.592), "kb": ("byte", 1e3), "mb": ("byte", 1e6),
    "gb": ("byte", 1e9), "tb": ("byte", 1e12), "pb": ("byte", 1e15), "gigabyt": ("byte", 1e9),
    "terabyt": ("byte", 1e12), "megabyt": ("byte", 1e6), "petabyt": ("byte", 1e15),
    "kw": ("watt", 1e3), "mw": ("watt", 1e6), "gw": ("watt", 1e9),
    "kilowatt": ("watt", 1e3), "megawatt": ("watt", 1e6), "litr": ("litre", 1.0), "liter": ("litre", 1.0),
    "gallon": ("litre", 3.785), "ms": ("s", 1e-3), "millisecond": ("s", 1e-3),
}  # fmt: skip
_DIGITS = re.compile(
    rf"(?<![\w.])(?<![^\W\d]-)(?P<money>[$€£¥]|(?:{_CODES})\s?)?(?P<number>\d{{1,3}}(?:[,\u00a0'’]\d{{3}})+(?:\.\d+)?|\d+(?:[.,]\d+)?)"
    r"(?P<suffix>\s?(?:k|K|m|M|mn|mm|bn|B|thousand|million|billion|trillion|dozen)(?![^\W_]))?"
    rf"(?P<after>\s?(?:%|€|£|\$|(?:{_CODES})\b)|\+)?(?![\d])"
)
_ABOUT = bag("about around approximately roughly some circa ca approx nearly almost estimated close")
_MORE = ("more than", "over", "above", "exceeding", "at least", "upwards of", "beyond", "greater than", "well over")
_LESS = ("up to", "as many as", "at most", "maximum of", "under", "below", "less than", "fewer than", "as much as")
_A_SPAN = re.compile(
    r"\b(?:under|over|less than|more than|almost|nearly)\s+(?P<one>an?)\s+"
    r"(?:second|minute|hour|day|week|month|year)\b",
    re.IGNORECASE,
)
_ONWARD = re.compile(r"\s*\w+\s+to\s+(?:(?:about|around|less than|under|over|more than|just|only)\s+)?", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*(?:-|–|—|to|and|or)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number at `text[start:end]`. `unit` is "%", a currency, "s" (value in seconds), another unit's stem, or "".

    `bound` is "about", "more", "less" or "" as the words before it say.
    """

    value: float
    unit: str
    bound: str
    start: int
    end: int
    text: str
    alone: bool = False
    """True for the word "one", which is often no number at all."""


@lru_cache(maxsize=8192)
def quantities(text: str) -> tuple[Quantity, ...]:
    """Every number of a text in order, dates left out."""
    found = [Quantity(value, unit, bound, a, b, text[a:b]) for value, unit, bound, a, b in ratios(text)]
    if any(map(str.isdigit, text)):
        apart = [(q.start, q.end) for q in found]
        found += [q for q in _written(text) if not _over(q, apart)]
    taken = [(q.start, q.end) for q in found]
    if found or _any_word(text) or _A_SPAN.search(text):
        dates = [(d.start, d.end) for d in find_dates(text)]
        spelled = (q for q in (*_spelled(text), *_an_hour(text)) if not _over(q, taken))
        found = [q for q in (*found, *spelled) if not _over(q, dates)]
    return _ranged(text, sorted(found, key=lambda q: q.start))


def missing(said: Iterable[Quantity], known: Iterable[Quantity], durations: Iterable[float] = ()) -> list[Quantity]:
    """The numbers of a claim that no number of the sources carries; `durations` are spans of time in years."""
    there, spans = list(known), list(durations)
    return [q for q in said if not q.alone and not any(carries(k, q) for k in there) and not _lasted(q, spans)]


def carries(known: Quantity, said: Quantity) -> bool:
    """True when a known number is what is said: the same value in a fitting unit, or inside a bound that is said."""
    if known.unit != said.unit and {known.unit, said.unit} & {"fold", "speed"}:
        one, two = _as_percent(known), _as_percent(said)
        return one.unit == two.unit == "%" and carries(one, two)
    if not _units_fit(known.unit, said.unit) or (known.bound == "many" != said.bound):
        return False
    if said.bound == "many":
        return said.value <= known.value <= 5 * said.value
    if abs(known.value - said.value) <= 1e-6 * max(abs(known.value), 1.0):
        return True
    if said.bound == "about":
        return _digits(said) <= _digits(known) and abs(known.value - said.value) <= 0.025 * abs(known.value)
    if said.bound == "more":
        return said.value < known.value <= 1.15 * said.value
    return False


def _digits(q: Quantity) -> int:
    """How many digits a number is told with; of one that was converted and of a share in words, none."""
    return (
        0
        if q.unit in ("s", *(unit for unit, _ in _MEASURES.values())) or not q.text[:1].isdigit()
        else len(f"{q.value:.2f}".rstrip("0").rstrip(".").rstrip("0"))
    )


def _as_percent(q: Quantity) -> Quantity:
    """Twice as much is 100 % more, twice as fast 50 % less time."""
    if q.unit == "speed" and q.value:
        return replace(q, unit="%", value=(1 - 1 / q.value) * 100)
    return replace(q, unit="%", value=(q.value - 1) * 100) if q.unit == "fold" else q


def strengthened(said: Quantity, known: Iterable[Quantity]) -> bool:
    """True when the sources give the number only as about or at most, and the claim gives it as exact or more."""
    same = [k for k in known if carries(k, said)]
    if not same or any(k.bound == said.bound for k in same):
        return False
    return said.bound == "more" or (said.bound == "" and all(k.bound in ("about", "less") for k in same))


def _units_fit(known: str, said: str) -> bool:
    if known == said or not known or not said:
        return known == said or "%" not in (known, said)
    strict = {"%", "s", *_MONEY.values(), *(unit for unit, _ in _MEASURES.values())}
    return known not in strict and said not in strict


def _lasted(said: Quantity, years: list[float]) -> bool:
    if said.unit != "s" or said.value < 2 * _SECONDS["month"]:
        return False
    want = said.value / _SECONDS["year"]
    slack = {"about": 0.6, "more": 0.05, "less": 0.0}.get(said.bound, 0.3)
    upper = 1.0 if said.bound == "more" or want == int(want) else slack
    return any(-slack <= have - want < upper for have in years)


def _written(text: str) -> Iterator[Quantity]:
    for match in _DIGITS.finditer(text):
        value = _value(match["number"])
        suffix = (match["suffix"] or "").strip()
        if suffix == "m" and not match["money"]:
            yield _measured(text, value, "", match.start(), match.end("number"), "")
            continue
        value *= _SUFFIX.get(suffix.lower(), 1.0)
        sign = ((match["money"] or "") or (match["after"] or "")).strip()
        unit = _MONEY.get(sign, sign if sign.isalpha() else "%" if "%" in (match["after"] or "") else "")
        plus = (match["after"] or "").strip() == "+"
        yield _measured(text, value, unit, match.start(), match.end(), "more" if plus else "")


def _value(digits: str) -> float:
    if re.fullmatch(r"\d{1,3}(?:[,\u00a0'’]\d{3})+(?:\.\d+)?", digits):
        return float(re.sub(r"[,\u00a0'’]", "", digits))
    return float(digits.replace(",", "."))


def _any_word(text: str) -> bool:
    return any(token.low in _ONES or token.low in _TENS or token.low in _SCALES for token in tokens(text))


def _spelled(text: str) -> Iterator[Quantity]:
    words = tokens(text)
    i = 0
    while i < len(words):
        value, count = _spoken(words, i)
        if count == 0:
            i += 1
            continue
        first, last = words[i], words[i + count - 1]
        found = _measured(text, value, "", first.start, last.end, "")
        yield replace(found, alone=value == 1.0 and found.unit != "%")
        i += count


def _an_hour(text: str) -> Iterator[Quantity]:
    """The article in "under a week" is a one."""
    for match in _A_SPAN.finditer(text):
        yield _measured(text, 1.0, "", match.start("one"), match.end("one"), "")


def _spoken(words: tuple[Token, ...], at: int) -> tuple[float, int]:
    """The value of the number words that begin at a word, and how many words they are."""
    total, count = 0.0, 0
    current: float | None = None
    for token in words[at:]:
        low = token.low
        if low in _ONES:
            current = (current or 0) + _ONES[low]
        elif low in _TENS:
            current = (current or 0) + _TENS[low]
        elif low in _SCALES and (current is not None or low != "dozen" or count == 0):
            current = (current if current is not None else 1) * _SCALES[low]
            if _SCALES[low] >= 1000:
                total, current = total + current, 0.0
        elif low == "and" and count and _goes_on(words, at + count, total + (current or 0)):
            pass
        elif low == "half" and count and words[at + count - 2].low == "and":
            return total + (current or 0) + 0.5, count + 1
        elif not (low == "a" and count and words[at + count - 1].low == "and" and _half(words, at + count + 1)):
            break
        count += 1
    return (total + (current or 0), count) if current is not None else (0.0, 0)


def _goes_on(words: tuple[Token, ...], i: int, so_far: float) -> bool:
    """Whether "and" at word i is inside a number: "two and a half", "hundred and twenty"."""
    following = words[i + 1].low if i + 1 < len(words) else ""
    return (following == "a" and _half(words, i + 2)) or (
        so_far >= 100 and so_far % 100 == 0 and (following in _ONES or following in _TENS)
    )


def _half(words: tuple[Token, ...], i: int) -> bool:
    return i < len(words) and words[i].low == "half"


def _measured(text: str, value: float, unit: str, start: int, end: int, bound: str) -> Quantity:
    """With the unit that follows and the bound that stands before."""
    after = tokens(text[end : end + 40])
    near = after[0] if after and not text[end : end + after[0].start].strip(" -\u00a0‑") else None
    if near is not None and not unit:
        low, stem = near.low, near.stem
        if low in ("percent", "percentage") or (low == "per" and len(after) > 1 and after[1].low == "cent"):
            unit = "%"
        elif stem in _MONEY:
            unit = _MONEY[stem]
        elif stem in _SECONDS:
            unit, value = "s", value * _SECONDS[stem]
        elif stem in _MEASURES:
            unit, value = _MEASURES[stem][0], value * _MEASURES[stem][1]
        elif near.content and low.isalpha():
            unit = stem
    before = text[max(0, start - 24) : start]
    if unit == "s" and before.lower().rstrip().endswith(" over"):
        before = ""
    return Quantity(value, unit, bound or _bound(before), start, end, text[start:end].strip())


def _bound(before: str) -> str:
    low = before.lower().rstrip(" $€£~>≥<≤(")
    if before.rstrip(" $€£").endswith(("~", "≈")) or (low.split() or [""])[-1].rstrip(".") in _ABOUT:
        return "about"
    if low.endswith(_MORE) or before.rstrip().endswith((">", "≥")):
        return "more"
    return "less" if low.endswith(_LESS) or (low.endswith("close to") and not low) else ""


def _over(q: Quantity, spans: list[tuple[int, int]]) -> bool:
    return any(q.start < end and start < q.end for start, end in spans)


def _ranged(text: str, found: list[Quantity]) -> tuple[Quantity, ...]:
    """A number of a range takes the unit of the other: "from 34 to 29 percent", "from nine days to less than seven"."""
    for i in range(len(found) - 2, -1, -1):
        one, two = found[i], found[i + 1]
        if not one.unit and two.unit and _BETWEEN.fullmatch(text[one.end : two.start]):
            scale = _scale(text[two.start : two.end + 16])
            found[i] = replace(one, unit=two.unit, value=one.value * scale)
        elif one.unit == "s" and not two.unit and _ONWARD.fullmatch(text[one.end : two.start]):
            found[i + 1] = replace(two, unit="s", value=two.value * _scale(text[one.start : two.start]))
    return tuple(found)


def _scale(words: str) -> float:
    """How much one of the unit that stands in some words is."""
    known = ({**_SECONDS, **{name: size for name, (_, size) in _MEASURES.items()}}.get(t.stem) for t in tokens(words))
    return next((float(size) for size in known if size), 1.0)
