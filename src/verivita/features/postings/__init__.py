"""Job postings, companies, sources. Face of the room."""

from verivita.features.postings.model import (
    CompanySize,
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
    Understood,
)

__all__ = [
    "CompanySize",
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
    "Understood",
]
