"""Resumes and postings of the sets as the match score reads them."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

from verivita.core.ids import DocumentId
from verivita.engines.skills import Taxonomy, extract
from verivita.features.library import CandidateProfile, Evidence, ShownSkill, Span
from verivita.features.postings import RawPosting, Understood
from verivita.features.postings.normalise import understand

AS_OF = date(2026, 1, 1)
_PIECE = re.compile(r"\n|(?<=[.;!?])\s|\s{3,}|\s[\u2022*]\s")


def profile_of(text: str, taxonomy: Taxonomy) -> CandidateProfile:
    """What a plain resume text shows without its layout: every skill that it names and every sentence."""
    id, lines, at = DocumentId(UUID(int=0)), [], 0
    for piece in _PIECE.split(text):
        start = text.index(piece, at) if piece else at
        if len(piece.split()) > 2:
            lines.append(Evidence(id, None, piece, Span(start, start + len(piece), 1)))
        at = start + len(piece)
    shown: dict[str, ShownSkill] = {}
    for mention in extract(text, taxonomy):
        words = Evidence(id, None, text[mention.start : mention.end], Span(mention.start, mention.end, 1))
        shown.setdefault(mention.skill_id, ShownSkill(mention.skill_id, mention.name, (words,)))
    return CandidateProfile(skills=tuple(shown.values()), lines=tuple(lines))


def posting_of(title: str, text: str, taxonomy: Taxonomy) -> Understood:
    """A posting as the product understands it."""
    raw = RawPosting(source="bench", title=title, description=text)
    return understand(raw, lambda words: extract(words, taxonomy), AS_OF)
