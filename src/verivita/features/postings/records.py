"""Stored form of a posting: `Understood` to columns and back; pure."""

from __future__ import annotations

import dataclasses
from typing import Any

from verivita.core.ids import CompanyId, PostingId, RunId
from verivita.core.money import Pay, PayPeriod
from verivita.features.postings.model import (
    CompanySize,
    Education,
    Employment,
    ImportRun,
    Level,
    LocationType,
    Posting,
    Quote,
    Refused,
    Requirements,
    SkillWish,
    Understood,
)
from verivita.features.postings.searchable import place_keys


def columns_of(understood: Understood) -> dict[str, Any]:
    """The columns of the table `jobs` that an understood posting fills, company excepted."""
    pay = understood.pay
    return {
        "url": understood.canonical_url,
        "title": understood.title[:500],
        "location": understood.location[:255],
        "places": list(place_keys(understood.location, understood.country)),
        "country": understood.country,
        "location_type": understood.location_type.value,
        "level": understood.level.value,
        "employment": understood.employment.value,
        "salary_min": _fits(pay.yearly_minimum) if pay else None,
        "salary_max": _fits(pay.yearly_maximum) if pay else None,
        "salary_currency": pay.currency if pay else None,
        "salary_text": understood.pay_text[:200],
        "pay": [pay.minimum, pay.maximum, pay.currency, pay.period and pay.period.value] if pay else None,
        "description": understood.description,
        "requirements": requirements_json(understood.requirements),
        "skills": sorted({wish.skill_id for wish in understood.requirements.skills}),
        "posted_date": understood.posted_on,
        "closes_date": understood.closes_on,
        "source": understood.source[:50],
        "content_hash": understood.content_hash,
        "signature": list(understood.signature),
    }


def posting_of(row: Any, signature: tuple[int, ...] = ()) -> Posting:
    """A stored posting from a row of `jobs` joined with its company (columns company_name, company_key, ...).

    Only those that are compared with others need their `signature`.
    """
    understood = Understood(
        source=row.source,
        source_id="",
        url=row.url,
        canonical_url=row.url,
        title=row.title,
        company=row.company_name or "",
        company_key=row.company_key or "",
        description=row.description,
        location=row.location,
        country=row.country,
        location_type=LocationType(row.location_type),
        level=Level(row.level),
        employment=Employment(row.employment),
        company_size=CompanySize(row.company_size) if row.company_size else None,
        industry=row.company_industry or "",
        pay=_pay(row.pay),
        pay_text=row.salary_text,
        posted_on=row.posted_date,
        closes_on=row.closes_date,
        requirements=requirements_of(row.requirements),
        content_hash=row.content_hash,
        signature=signature,
    )
    return Posting(
        id=PostingId(row.id),
        understood=understood,
        company_id=CompanyId(row.company_id) if row.company_id else None,
        is_active=row.is_active,
        version=row.version,
        first_seen=row.created_at,
        updated_at=row.updated_at,
    )


def requirements_json(requirements: Requirements) -> dict[str, Any]:
    """Requirements as JSON, without what is empty."""
    full, empty = dataclasses.asdict(requirements), dataclasses.asdict(Requirements())
    return {key: value for key, value in full.items() if value != empty[key]}


def requirements_of(stored: dict[str, Any]) -> Requirements:
    """Requirements from their JSON."""
    values: dict[str, Any] = dict(stored)
    for name in ("min_years_quote", "education_quote", "visa_quote", "travel_quote"):
        if values.get(name):
            values[name] = Quote(**values[name])
    for name in ("duties", "lines"):
        values[name] = tuple(Quote(**quote) for quote in values.get(name, ()))
    values["skills"] = tuple(
        SkillWish(**(wish | {"quote": Quote(**wish["quote"])})) for wish in values.get("skills", ())
    )
    values["education"] = Education(values.get("education", "none"))
    return Requirements(**values)


def _pay(stored: list[Any] | None) -> Pay | None:
    if not stored:
        return None
    minimum, maximum, currency, period = stored
    return Pay(minimum, maximum, currency, PayPeriod(period) if period else None)


def _fits(amount: int | None) -> int | None:
    # A column of four bytes; a sum beyond it was misread anyway and must not lose the posting.
    return amount if amount is None or 0 <= amount < 2**31 else None


def run_of(row: Any) -> ImportRun:
    """The import that a row of `import_runs` tells of."""
    return ImportRun(
        id=RunId(row.id),
        source=row.source,
        status=row.status,
        fetched=row.position,
        new=row.new,
        changed=row.changed,
        unchanged=row.unchanged,
        duplicates=row.duplicates,
        closed=row.closed,
        refused=tuple(Refused(place, reason, title) for place, reason, title in row.refused),
        refused_count=row.refused_count,
        started_at=row.started_at,
        finished_at=row.finished_at,
        error=row.error,
    )
