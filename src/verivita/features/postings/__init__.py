"""Job postings, companies, sources. Face of the room."""

from verivita.features.postings.culture import CultureSign, culture_of
from verivita.features.postings.ingest import PostingEngines
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
from verivita.features.postings.place import read_places
from verivita.features.postings.ports import PostingReader
from verivita.features.postings.searchable import description_collection
from verivita.features.postings.service import PostingsService
from verivita.features.postings.upkeep import IndexState, PostingsUpkeep

__all__ = [
    "CompanySize",
    "Counts",
    "CultureSign",
    "Education",
    "Employment",
    "ImportRun",
    "IndexState",
    "Level",
    "LocationType",
    "Posting",
    "PostingEngines",
    "PostingReader",
    "PostingsService",
    "PostingsUpkeep",
    "Quote",
    "RawPosting",
    "Refused",
    "Requirements",
    "SkillWish",
    "Snapshot",
    "Understood",
    "culture_of",
    "description_collection",
    "read_places",
]
