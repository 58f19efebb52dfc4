"""How long the texts of one posting may be; pure."""

from __future__ import annotations

from dataclasses import fields

from verivita.features.postings.model import RawPosting, Refused

LONGEST = {"title": 500, "description": 200_000, "raw": 2_000_000}
"""Characters of a field. The longest real description seen has some 30,000."""
LONGEST_OTHER = 5_000


def within_limits(record: RawPosting | Refused) -> RawPosting | Refused:
    """The record as it is (all its fields are strings), or a refusal that names the field that is too long."""
    if isinstance(record, Refused):
        return record
    for field in fields(record):
        most = LONGEST.get(field.name, LONGEST_OTHER)
        length = len(getattr(record, field.name))
        if length > most:
            reason = f"its {field.name} has {length:,} characters; at most {most:,} are taken"
            return Refused(record.place, reason, record.title[:80])
    return record
