"""What the search indexes hold of a posting: the text of its vector, and the fields to filter by; pure."""

from __future__ import annotations

import re

from verivita.core.text import fold, squeeze
from verivita.engines.retrieval.ports import ModelInfo, Payload
from verivita.features.postings.model import Posting, Understood

_PARTS = re.compile(r"[,;/|()\u2022\u00b7]| - ")
_DESCRIPTION_CHARS = 640
"""About 130 tokens: what a posting is about stands at its start, and the time to encode grows with the length."""


def description_collection(model: ModelInfo) -> str:
    """The collection of description vectors that this encoder made: other models' vectors never mix with them."""
    return f"job_description/{model.key}"


def text_of_description(understood: Understood) -> str:
    """The text for the description vector: title first, because encoders weigh what comes first."""
    head = f"{understood.title}. {understood.company}. {understood.location}."
    return f"{head}\n{understood.description[:_DESCRIPTION_CHARS]}"


def payload(posting: Posting) -> Payload:
    """The fields to filter by: `posted` is the day's ordinal, `salary` the highest yearly pay that is stated."""
    item = posting.understood
    pay = item.pay
    return {
        "location_type": item.location_type.value,
        "level": item.level.value,
        "employment": item.employment.value,
        "source": item.source,
        "company_size": item.company_size.value if item.company_size else None,
        "skills": sorted({wish.skill_id for wish in item.requirements.skills}),
        "places": list(place_keys(item.location, item.country)),
        "salary": (pay.yearly_maximum or pay.yearly_minimum) if pay else None,
        "posted": item.posted_on.toordinal() if item.posted_on else None,
    }


def about(posting: Posting) -> dict[str, str]:
    """What an engine beside the database keeps of a posting, to be read, not to filter by."""
    item = posting.understood
    return {"job_id": str(posting.id), "title": item.title, "company": item.company}


def place_keys(location: str, country: str | None) -> tuple[str, ...]:
    """Folded names by which a place is asked for: "San Francisco, CA (US)" -> san francisco, ca, us."""
    parts = [squeeze(fold(part)) for part in _PARTS.split(location)]
    whole = squeeze(fold(location))
    return tuple(dict.fromkeys(part for part in (*parts, whole, (country or "").lower()) if part))
