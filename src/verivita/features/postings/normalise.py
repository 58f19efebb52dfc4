"""Raw posting -> Understood: every field cleaned and read, pure and fast."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from verivita.core.money import Pay
from verivita.core.text import sha256, squeeze
from verivita.engines.skills.model import SkillMention
from verivita.features.postings.company import company_key, company_name, company_size
from verivita.features.postings.dates import parse_date
from verivita.features.postings.dedupe import folded, signature
from verivita.features.postings.levels import employment_of, level_of
from verivita.features.postings.links import canonical_url
from verivita.features.postings.markup import clean_line, clean_text
from verivita.features.postings.model import RawPosting, Understood
from verivita.features.postings.names import title_name
from verivita.features.postings.place import city_keys, country_of
from verivita.features.postings.requirements import read_requirements
from verivita.features.postings.salary import find_pay, pay_of_field
from verivita.features.postings.worktype import location_type_of

Extract = Callable[[str], Sequence[SkillMention]]
"""Finds the skills of a text; offsets are those of the text given."""


def understand(raw: RawPosting, extract: Extract, today: date | None = None) -> Understood:
    """Normalise one raw posting. Never raises on odd input: what cannot be read is None, UNKNOWN or empty.

    `extract` names the skills; `today` is the day against which "3 days ago" is read (without it such dates are None).
    """
    description = clean_text(raw.description)
    title = title_name(raw.title)
    company = company_name(raw.company)
    location = clean_line(raw.location)
    requirements = read_requirements(description, extract)
    pay, pay_text = _pay(raw.salary, description)
    return Understood(
        source=raw.source,
        source_id=raw.source_id,
        url=raw.url.strip(),
        canonical_url=canonical_url(raw.url),
        title=title,
        company=company,
        company_key=company_key(company),
        description=description,
        location=location,
        country=country_of(location),
        location_type=location_type_of(raw.remote, location, title, description),
        level=level_of(title, raw.level, requirements.min_years),
        employment=employment_of(raw.employment, title, description),
        company_size=company_size(raw.company_size, description),
        industry=clean_line(raw.industry, 120),
        pay=pay,
        pay_text=pay_text,
        posted_on=parse_date(raw.posted, today),
        closes_on=parse_date(raw.closes, today),
        requirements=requirements,
        content_hash=content_hash(company, title, description, location, own=raw.url or raw.source_id),
        signature=signature(description),
    )


def _pay(field: str, description: str) -> tuple[Pay | None, str]:
    """The pay and the words that state it: of the source's own field, else of the text."""
    line = clean_line(field)
    if line and (pay := pay_of_field(line)):
        return pay, line
    mention = find_pay(description)
    if mention is None:
        return None, line
    return mention.pay, description[mention.start : mention.end].strip()


def content_hash(company: str, title: str, description: str, location: str = "", own: str = "") -> str:
    """SHA-256 over the folded company, title, description and cities: equal for texts that differ in case or blanks.

    A posting without a description is told apart by `own`, its address or id: its title alone proves nothing.
    """
    parts = [company_key(company), title, description, " ".join(sorted(city_keys(location)))]
    if not description:
        parts.append(own)
    return sha256("\x1f".join(squeeze(folded(part)) for part in parts))
