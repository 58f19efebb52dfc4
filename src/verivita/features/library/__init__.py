"""A person's own resumes and notes. Face of the room."""

from verivita.features.library.ingest import DocumentEngines, passages_collection
from verivita.features.library.model import (
    Added,
    CandidateProfile,
    Coverage,
    Document,
    DocumentKind,
    DocumentStatus,
    Evidence,
    Fact,
    FactKind,
    LineNote,
    Passage,
    ReadResult,
    ShownDegree,
    ShownRole,
    ShownSkill,
    Span,
)
from verivita.features.library.record import Named, Record, Stay
from verivita.features.library.service import LibraryService, Opened
from verivita.features.library.shown import named_skills

__all__ = [
    "Added",
    "CandidateProfile",
    "Coverage",
    "Document",
    "DocumentEngines",
    "DocumentKind",
    "DocumentStatus",
    "Evidence",
    "Fact",
    "FactKind",
    "LibraryService",
    "LineNote",
    "Named",
    "Opened",
    "Passage",
    "ReadResult",
    "Record",
    "ShownDegree",
    "ShownRole",
    "ShownSkill",
    "Span",
    "Stay",
    "named_skills",
    "passages_collection",
]
