"""schema.org JobPosting objects, wherever they lie in a JSON value."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from verivita.adapters.sources.fields import plain
from verivita.features.postings.ports import RawPosting, Refused

_MAX_DEPTH = 12


def postings_in(value: object, depth: int = 0) -> Iterator[Mapping[str, object]]:
    """Every JobPosting inside arrays, `@graph`, `mainEntity` and other objects, down to a fixed depth."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, Mapping):
        kind = value.get("@type")
        kinds = kind if isinstance(kind, list) else [kind]
        if any(str(k).rsplit("/", 1)[-1] == "JobPosting" for k in kinds):
            yield value
            return
        for inner in value.values():
            if isinstance(inner, Mapping | list):
                yield from postings_in(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from postings_in(inner, depth + 1)


def posting_of_linked(item: Mapping[str, object], place: str, source: str, url: str = "") -> RawPosting | Refused:
    """A JobPosting as a raw posting; refused when it has no title."""
    title = plain(item.get("title") or item.get("name"))
    if not title:
        return Refused(place, "the JobPosting has no title")
    organisation = item.get("hiringOrganization")
    company_url = (
        plain(organisation.get("sameAs") or organisation.get("url")) if isinstance(organisation, Mapping) else ""
    )
    parts = [
        plain(item.get(key)) for key in ("description", "responsibilities", "qualifications", "experienceRequirements")
    ]
    description = "\n\n".join(part for i, part in enumerate(parts) if part and (i == 0 or part not in parts[0]))
    kind = plain(item.get("jobLocationType"))
    places = plain(item.get("jobLocation"))
    if "telecommute" in kind.lower() and not places:
        places = plain(item.get("applicantLocationRequirements"))
    return RawPosting(
        source=source,
        title=title,
        description=description,
        company=plain(organisation),
        company_url=company_url,
        url=plain(item.get("url")) or url,
        source_id=_identifier(item.get("identifier")),
        location=places,
        salary=_salary(item.get("baseSalary")),
        posted=plain(item.get("datePosted")),
        closes=plain(item.get("validThrough")),
        employment=plain(item.get("employmentType")).replace("_", " "),
        industry=plain(item.get("industry")),
        remote="remote" if "telecommute" in kind.lower() else "",
        raw=json.dumps(item, ensure_ascii=False, default=str)[:200_000],
        place=place,
        warning="" if description else "no description",
    )


def _identifier(value: object) -> str:
    return plain(value.get("value") or value.get("@id")) if isinstance(value, Mapping) else plain(value)


def _salary(value: object) -> str:
    if not isinstance(value, Mapping):
        return plain(value)
    amount = value.get("value", value)
    if not isinstance(amount, Mapping):
        return f"{plain(value.get('currency'))} {plain(amount)}".strip()
    low, high = plain(amount.get("minValue")), plain(amount.get("maxValue"))
    sums = " - ".join(s for s in (low, high) if s) or plain(amount.get("value"))
    unit = plain(amount.get("unitText") or value.get("unitText")).lower()
    return f"{plain(value.get('currency'))} {sums}{f' per {unit}' if unit else ''}".strip() if sums else ""
