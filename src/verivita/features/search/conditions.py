"""Filters of a search as the indexes and the database understand them; pure."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta
from functools import cache
from typing import Any

from verivita.core.text import fold, squeeze
from verivita.engines.retrieval.ports import AnyOf, Between, Condition, Filter
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
    code = country_of(name)
    return tuple(dict.fromkeys(filter(None, (name, code))))


@cache
def country_of(name: str) -> str | None:
    """The lower-case ISO code of a country by its folded name, usual short name or code; None for other places."""
    import pycountry

    common = {"uk": "gb", "usa": "us", "uae": "ae", "england": "gb", "south korea": "kr", "russia": "ru"}
    if name in common:
        return common[name]
    try:
        return str(pycountry.countries.lookup(name).alpha_2).lower()
    except LookupError:
        return None


def _since(filters: PostingFilters, today: date) -> date:
    return today - timedelta(days=min(filters.posted_after_days or 0, 36_500))
