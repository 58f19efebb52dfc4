"""A person's own resumes and notes. Face of the room."""

from verivita.features.library.model import (
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

__all__ = [
    "CandidateProfile",
    "Coverage",
    "Document",
    "DocumentKind",
    "DocumentStatus",
    "Evidence",
    "Fact",
    "FactKind",
    "LineNote",
    "Passage",
    "ReadResult",
    "ShownDegree",
    "ShownRole",
    "ShownSkill",
    "Span",
]
