"""Raw posting -> Understood: every field cleaned and read, pure and fast."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from verivita.core.text import fold, sha256, squeeze
from verivita.engines.skills.model import SkillMention
from verivita.features.postings.company import company_key, company_name, company_size
from verivita.features.postings.dates import parse_date
from verivita.features.postings.dedupe import signature
from verivita.features.postings.levels import employment_of, level_of
from verivita.features.postings.links import canonical_url
from verivita.features.postings.markup import clean_line, clean_text
from verivita.features.postings.model import LocationType, RawPosting, Requirements, Understood
from verivita.features.postings.names import title_name

Extract = Callable[[str], Sequence[SkillMention]]
"""Finds the skills of a text; offsets are those of the text given."""


def understand(raw: RawPosting, extract: Extract, today: date | None = None) -> Understood:
    """Normalise one raw posting. Never raises on odd input: what cannot be read is None, UNKNOWN or empty.

    `extract` names the skills; `today` is the day against which "3 days ago" is read (without it such dates are None).
    """
    description = clean_text(raw.description)
    title = title_name(raw.title)
    company = company_name(raw.company)
    return Understood(
        source=raw.source,
        source_id=raw.source_id,
        url=raw.url.strip(),
        canonical_url=canonical_url(raw.url),
        title=title,
        company=company,
        company_key=company_key(company),
        description=description,
        location=clean_line(raw.location),
        country=None,
        location_type=LocationType.UNKNOWN,
        level=level_of(title, raw.level),
        employment=employment_of(raw.employment, title, description),
        company_size=company_size(raw.company_size, description),
        industry=clean_line(raw.industry, 120),
        pay=None,
        pay_text=clean_line(raw.salary),
        posted_on=parse_date(raw.posted, today),
        closes_on=parse_date(raw.closes, today),
        requirements=Requirements(),
        content_hash=content_hash(company, title, description),
        signature=signature(description),
    )


def content_hash(company: str, title: str, description: str) -> str:
    """SHA-256 over the folded company, title and description: equal for texts that differ in case, accents or blanks."""
    return sha256("\x1f".join(squeeze(fold(part)) for part in (company_key(company), title, description)))
