"""Filters of a search as the indexes and the database understand them; pure."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

from verivita.core.text import fold, squeeze
from verivita.engines.retrieval.ports import AnyOf, Between, Condition, Filter
from verivita.features.postings import read_places
from verivita.features.search.model import PostingFilters

_LISTS = {
    "location_type": "location_type",
    "level": "level",
    "company_size": "company_size",
    "sources": "source",
    "employment": "employment",
}


def merged(understood: PostingFilters, given: PostingFilters) -> PostingFilters:
    """The understood filters with every field replaced that was given."""
    empty = PostingFilters()
    stated = {f.name: getattr(given, f.name) for f in fields(given)}
    return replace(understood, **{k: v for k, v in stated.items() if v != getattr(empty, k)})


def for_index(filters: PostingFilters, today: date) -> Filter:
    """Conditions on the fields that the search indexes hold. Every skill asked for must be there."""
    found: list[Condition] = [
        AnyOf(held, tuple(getattr(filters, name))) for name, held in _LISTS.items() if getattr(filters, name)
    ]
    found += [AnyOf("skills", (skill,)) for skill in filters.skills]
    if filters.location:
        found.append(AnyOf("places", places_of(filters.location)))
    if filters.salary_min is not None:
        found.append(Between("salary", minimum=filters.salary_min))
    if filters.posted_after_days is not None:
        found.append(Between("posted", minimum=_since(filters, today).toordinal()))
    return tuple(found)


def for_database(filters: PostingFilters, today: date) -> dict[str, Any]:
    """The same conditions for a list from the database."""
    found: dict[str, Any] = {held: getattr(filters, name) for name, held in _LISTS.items() if getattr(filters, name)}
    if filters.skills:
        found["skills"] = filters.skills
    if filters.location:
        found["places"] = places_of(filters.location)
    if filters.salary_min is not None:
        found["salary_min"] = filters.salary_min
    if filters.posted_after_days is not None:
        found["posted_after"] = _since(filters, today)
    return found


def places_of(location: str) -> tuple[str, ...]:
    """Names under which a posting of this place is held: its folded name, and for a country its code."""
    name = squeeze(fold(location))
    return tuple(dict.fromkeys(filter(None, (name, _country(location)))))


def _country(location: str) -> str | None:
    """The lower-case code of a country that was named as such; None for cities and regions."""
    places = read_places(location)
    named = places[0] if len(places) == 1 else None
    return named.country.lower() if named and named.country and not named.city and not named.region else None


def _since(filters: PostingFilters, today: date) -> date:
    return today - timedelta(days=min(filters.posted_after_days or 0, 36_500))
