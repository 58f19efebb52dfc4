"""The place of work: its parts and its country."""

from __future__ import annotations

import re
from dataclasses import dataclass

from verivita.core.text import fold, squeeze
from verivita.features.postings.countries import (
    CA_CODES,
    CA_PROVINCES,
    CITIES,
    COUNTRIES,
    ISO_CODES,
    US_CODES,
    US_STATES,
)
from verivita.features.postings.markup import clean_line

_WORKTYPE = re.compile(
    r"\b(?:100% |fully |full )?(?:remote(?:[- ](?:ok|only|friendly|first|possible|work))?|hybrid"
    r"|on-?\s?site(?: only)?|in[- ]office|work from home|wfh"
    r"|telecommute|anywhere|worldwide|global|flexible)\b(?: (?:in|within|from|-|–|or))?",
    re.I,
)
_SPLIT = re.compile(r"\s*[|;/•&+]\s*|(?<=[^,\s])\s+(?:or|and|OR|AND)\s+")
_NOISE = re.compile(
    r"\b(?:greater|metro(?:politan)?|area|downtown|region|metroplex|county of|city of|headquarters|hq|office|county)\b",
    re.I,
)
_ZIP = re.compile(r"\b\d{4,6}(?:-\d{4})?\b")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in parts; every unknown part is empty or None. `country` is ISO 3166-1 alpha-2."""

    city: str = ""
    region: str = ""
    country: str | None = None


def read_places(location: str) -> tuple[Place, ...]:
    """The places that a location field names, in order: `Berlin, Germany | Remote (US)` has two."""
    text = clean_line(location, 600)
    text = re.sub(r"[()\[\]]", " | ", text)
    places: list[Place] = []
    for piece in _SPLIT.split(text):
        bare = squeeze(_WORKTYPE.sub(" ", piece)).strip(" ,-–—:.*")
        if not bare:
            continue
        places.extend(place for place in _places(bare) if place.country or place.city)
    return tuple(places)


def country_of(location: str) -> str | None:
    """The country of the first place that has one."""
    return next((place.country for place in read_places(location) if place.country), None)


def city_keys(location: str) -> frozenset[str]:
    """Folded cities (or, without one, regions or countries) that a location names: for comparing two postings."""
    keys = set()
    for place in read_places(location):
        name = place.city or place.region or (place.country or "")
        if name:
            keys.add(_SAME_CITY.get(_key(name), _key(name)))
    return frozenset(keys)


_SAME_CITY = {
    "nyc": "new york", "ny": "new york", "new york city": "new york", "manhattan": "new york", "brooklyn": "new york",
    "sf": "san francisco",
    "bay area": "san francisco", "san francisco bay area": "san francisco", "sf bay area": "san francisco",
    "soma": "san francisco",
    "philly": "philadelphia", "munchen": "munich", "muenchen": "munich", "bengaluru": "bangalore", "kyiv": "kiev",
    "washington dc": "washington", "washington d.c.": "washington", "dc": "washington", "slc": "salt lake city",
    "koln": "cologne",
    "wien": "vienna", "lisboa": "lisbon", "milano": "milan", "warszawa": "warsaw", "cracow": "krakow",
}  # fmt: skip


def _key(name: str) -> str:
    return squeeze(_NOISE.sub(" ", fold(name))).strip(" .,-'")


def _places(text: str) -> list[Place]:
    """One place, or several where the commas stand between cities: `Berlin, Paris and Madrid`."""
    parts = [part.strip() for part in text.split(",")]
    cities = [part for i, part in enumerate(parts) if _key(part) in CITIES and not (i and _key(part) in US_STATES)]
    if len(parts) > 1 and len(cities) == len(parts) and len({_key(city) for city in cities}) > 1:
        return [_single(city) for city in cities]
    return [_place(text)]


def _place(text: str) -> Place:
    parts = [part for part in (squeeze(_ZIP.sub(" ", p)).strip(" .-–") for p in re.split(r",| - | – ", text)) if part]
    if not parts:
        return Place()
    if len(parts) == 1:
        return _single(parts[0])
    country, region, rest = _tail(parts)
    city = rest[0] if rest else ""
    if country is None and city:
        country = CITIES.get(_key(city))
    return Place(city, region or (rest[-1] if len(rest) > 1 else ""), country)


def _tail(parts: list[str]) -> tuple[str | None, str, list[str]]:
    """Country and region from the last parts, and what is left before them."""
    last, rest = parts[-1], parts[:-1]
    code = COUNTRIES.get(_key(last))
    known = CITIES.get(_key(rest[0]))
    upper = last.upper().strip(".") if len(last.strip(".")) == 2 else ""
    if upper and known and upper == known and upper not in ("US",):
        return known, "", rest
    if code and not (upper and upper in US_CODES and code != "US"):
        region = rest[-1] if len(rest) > 1 else ""
        return code, region, rest[:1] if rest else []
    return _state(last, upper, known, parts)


def _state(last: str, upper: str, known: str | None, parts: list[str]) -> tuple[str | None, str, list[str]]:
    rest = parts[:-1]
    if upper in US_CODES and (known in (None, "US") or upper not in ISO_CODES):
        return "US", upper, rest
    if upper in CA_CODES or _key(last) in CA_PROVINCES:
        return "CA", last, rest
    if _key(last) in US_STATES and known in (None, "US"):
        return "US", last, rest
    if upper in ISO_CODES:
        return upper, "", rest
    return CITIES.get(_key(last)) or known, "", parts


def _single(text: str) -> Place:
    key = _key(text)
    if key in COUNTRIES:
        return Place(country=COUNTRIES[key])
    if key in CITIES:
        return Place(text, "", CITIES[key])
    if key in US_STATES or (text in US_CODES):
        return Place(region=text, country="US")
    if key in CA_PROVINCES:
        return Place(region=text, country="CA")
    words = key.split()
    for size in (3, 2, 1):
        tail = " ".join(words[-size:])
        if len(words) > size and (
            tail in COUNTRIES or tail in US_STATES or (size == 1 and tail.upper() in US_CODES - {"IN", "OR", "ME"})
        ):
            head = " ".join(text.split()[:-size])
            return Place(head, "" if tail in COUNTRIES else tail, COUNTRIES.get(tail, "US"))
    return Place(city=text)
