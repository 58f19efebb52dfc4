"""Spans of time as resumes write them, in English, German, Spanish and French, to "YYYY-MM/YYYY-MM"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_MONTHS: dict[str, int] = {}
for _number, _names in enumerate(
    (
        "january jan januar jän jänner enero ene janvier janv",
        "february feb februar febrero février fevrier févr fév",
        "march mar märz mär maerz mrz marzo mars",
        "april apr abril abr avril avr",
        "may mai mayo",
        "june jun juni junio juin",
        "july jul juli julio juillet juil",
        "august aug agosto ago août aout",
        "september sept sep septiembre setiembre septembre",
        "october oct oktober okt octubre octobre",
        "november nov noviembre novembre",
        "december dec dezember dez diciembre dic décembre decembre déc",
    ),
    start=1,
):
    for _name in _names.split():
        _MONTHS[_name] = _number
_SEASONS = {
    "spring": (3, 5), "summer": (6, 8), "fall": (9, 11), "autumn": (9, 11), "winter": (12, 12), "frühling": (3, 5),
    "frühjahr": (3, 5), "sommer": (6, 8), "herbst": (9, 11), "sommersemester": (4, 9), "wintersemester": (10, 12),
    "primavera": (3, 5), "verano": (6, 8), "otoño": (9, 11), "invierno": (12, 12), "printemps": (3, 5), "été": (6, 8),
    "automne": (9, 11), "hiver": (12, 12),
}  # fmt: skip

_YEAR = r"(?:19[5-9]\d|20[0-4]\d)"
_MONTH = "|".join(sorted(map(re.escape, _MONTHS), key=len, reverse=True))
_SEASON = "|".join(sorted(map(re.escape, _SEASONS), key=len, reverse=True))
_POINT = (
    rf"(?:(?P<{{p}}m1>{_MONTH})\b[.,]?\s*(?:\d{{{{1,2}}}}(?:st|nd|rd|th)?,?\s+)?(?:of\s+|de\s+|del\s+)?"
    rf"(?:['’]?(?P<{{p}}y1>{_YEAR})|['’](?P<{{p}}s1>\d\d))"
    rf"|(?P<{{p}}season>{_SEASON})\s+(?:of\s+)?(?P<{{p}}y2>{_YEAR})"
    rf"|(?P<{{p}}y3>{_YEAR})\s?[-/.]\s?(?P<{{p}}m3>0[1-9]|1[0-2])(?:[-/.](?:[0-2]\d|3[01]))?(?!\d)"
    rf"|(?:(?P<{{p}}d4>[0-3]?\d)[./])?(?P<{{p}}m4>0?[1-9]|1[0-2])\s?[./-]\s?(?P<{{p}}y4>{_YEAR})"
    rf"|(?P<{{p}}m6>0[1-9]|1[0-2])/(?P<{{p}}s6>\d\d)(?![\d/])"
    rf"|(?P<{{p}}m5>{_MONTH})[-\s](?P<{{p}}s5>\d\d)(?!\d)"
    rf"|(?P<{{p}}y5>{_YEAR}))"
)
_NOW = (
    r"(?:present(?:ly)?|current(?:ly)?|now|today|ongoing|till\s+date|to\s+date|till\s+now|date|heute|jetzt|laufend"
    r"|aktuell|andauernd|actualidad|la\s+actualidad|actual(?:mente)?|presente|hoy|aujourd['’]hui|présent|en\s+cours"
    r"|ce\s+jour|continuing|continue)"
)
_TO = r"\s*(?:[-–—−‒~→‐]{1,2}|\b(?:to|until|till|til|through|thru|bis|a|al|hasta|à|au|jusqu['’]à|and)\b)\s*"
# A dash that a converter lost leaves its blanks: two dates side by side are a span too.
_LOST = rf"(?<=\d)\s*(?=(?:present|current|{_YEAR})\b)|(?<=\d\d)\s{{2,}}(?=(?:{_MONTH})\b[.,]?\s+(?:{_YEAR})\b)"
_TO = rf"(?:{_TO}|{_LOST})"
_RANGE = re.compile(
    rf"(?<![\w/])(?:from\s+|von\s+|desde\s+|de\s+|du\s+)?"
    rf"(?:{_POINT.format(p='a')}|(?P<bare>{_MONTH})\.?)"
    rf"(?:{_TO}(?:{_POINT.format(p='b')}|(?P<now>{_NOW})|(?P<short>\d\d)(?![\d/%,.]\d?))(?!\w))",
    re.IGNORECASE,
)
_SINCE = re.compile(rf"(?<!\w)(?:since|seit|depuis|desde)\s+{_POINT.format(p='a')}(?!\w)", re.IGNORECASE)
_HANGING = re.compile(
    rf"(?<![\w/]){_POINT.format(p='a')}(?:\s*[-–—−]\s*(?=$|[\t|,;)])|\s+(?:to|until|bis|hasta|à)$)", re.IGNORECASE
)
_ONLY_NOW = re.compile(rf"{_NOW}(?=$|[\t|,;)])", re.IGNORECASE)
_SINGLE = re.compile(rf"(?<![\w/.,$€£#]){_POINT.format(p='a')}(?![\w%]|[.,]\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DateSpan:
    """A span of time written at `start:end` of a line; `value` is "YYYY-MM/YYYY-MM", an open side is empty."""

    start: int
    end: int
    value: str
    is_range: bool


def find_dates(text: str) -> list[DateSpan]:
    """All spans of time in `text`, in order, not overlapping. A year alone stands for its twelve months."""
    if not any(c.isdigit() for c in text):
        return []
    found: list[DateSpan] = []
    for match in _RANGE.finditer(text):
        span = _range(match)
        if span is not None:
            found.append(span)
    for pattern in (_SINCE, _HANGING):
        for match in pattern.finditer(text):
            first = _point(match, "a")
            if first is not None and _free(match, found):
                found.append(DateSpan(match.start(), match.end(), f"{first[0]}/", True))
    for match in _SINGLE.finditer(text):
        first = _point(match, "a")
        if first is not None and _free(match, found):
            found.append(DateSpan(match.start(), match.end(), f"{first[0]}/{first[1]}", False))
    return sorted(found, key=lambda span: span.start)


def going_on(first: DateSpan, rest: str) -> tuple[DateSpan, int] | None:
    """`first` with the end that the next line `rest` begins with, and how much of that line it is; None without one.

    Narrow columns break "Nov 2004 – Aug 2008" behind the dash, which alone would say that it lasts.
    """
    if not first.is_range or not first.value.endswith("/"):
        return None
    now = _ONLY_NOW.match(rest)
    if now is not None:
        return first, now.end()
    found = find_dates(rest)
    if not found or found[0].start > 0 or found[0].is_range or rest[found[0].end :][:1] not in ("", *"\t|,;)"):
        return None
    value = f"{first.value}{found[0].value.partition('/')[2]}"
    start, _, end = value.partition("/")
    return (replace(first, value=value), found[0].end) if start <= end else None


def _free(match: re.Match[str], found: list[DateSpan]) -> bool:
    return all(match.end() <= span.start or match.start() >= span.end for span in found)


def _range(match: re.Match[str]) -> DateSpan | None:
    last = _last(match)
    if last is None:
        return None
    if match.group("bare"):
        first = f"{last[:4]}-{_MONTHS[match.group('bare').lower()]:02d}"
    else:
        point = _point(match, "a")
        if point is None:
            return None
        first = point[0]
    if last != "open" and first > last:
        return None
    return DateSpan(match.start(), match.end(), f"{first}/{'' if last == 'open' else last}", True)


def _last(match: re.Match[str]) -> str | None:
    """The end of a range as "YYYY-MM", "open", or None when it is no date after all."""
    if match.group("now"):
        return "open"
    if match.group("short"):
        point = _point(match, "a")
        if point is None or match.group("ay5") is None:
            return None
        return f"{point[0][:2]}{match.group('short')}-12"
    point = _point(match, "b")
    return point[1] if point is not None else None


def _point(match: re.Match[str], prefix: str) -> tuple[str, str] | None:
    """First and last month of one point in time, each "YYYY-MM"."""
    group = match.groupdict()

    def get(name: str) -> str | None:
        return group.get(prefix + name)

    if get("season"):
        first, last = _SEASONS[str(get("season")).lower()]
        return f"{get('y2')}-{first:02d}", f"{get('y2')}-{last:02d}"
    month = get("m1") or get("m5")
    if month:
        year = get("y1") or _century(get("s1") or get("s5"))
        return (f"{year}-{_MONTHS[month.lower()]:02d}",) * 2 if year else None
    for year_key, month_key in (("y3", "m3"), ("y4", "m4"), ("s6", "m6")):
        if get(year_key):
            year = get(year_key) if year_key != "s6" else _century(get("s6"))
            return (f"{year}-{int(str(get(month_key))):02d}",) * 2
    if get("y5"):
        return f"{get('y5')}-01", f"{get('y5')}-12"
    return None


def _century(short: str | None) -> str | None:
    """`19` -> `2019`, `87` -> `1987`."""
    if short is None:
        return None
    return f"20{short}" if int(short) < 50 else f"19{short}"
