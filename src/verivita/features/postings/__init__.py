"""Job postings, companies, sources. Face of the room."""

from verivita.features.postings.model import (
    CompanySize,
    Counts,
    Education,
    Employment,
    ImportRun,
    Level,
    LocationType,
    Posting,
    Quote,
    RawPosting,
    Refused,
    Requirements,
    SkillWish,
    Snapshot,
    Understood,
)
from verivita.features.postings.searchable import description_collection, requirement_collection

__all__ = [
    "CompanySize",
    "Counts",
    "Education",
    "Employment",
    "ImportRun",
    "Level",
    "LocationType",
    "Posting",
    "Quote",
    "RawPosting",
    "Refused",
    "Requirements",
    "SkillWish",
    "Snapshot",
    "Understood",
    "description_collection",
    "requirement_collection",
]
