"""Questions that a person could ask next, made from their own papers and jobs; pure."""

from __future__ import annotations

from collections.abc import Sequence

from verivita.core.text import squeeze
from verivita.features.library import CandidateProfile, Document, DocumentKind, DocumentStatus
from verivita.features.postings import Posting

MOST = 4
_LONGEST = 60


def suggestions(
    documents: Sequence[Document], sections: Sequence[str], profile: CandidateProfile, best: Sequence[Posting]
) -> list[str]:
    """At most four questions, each of which has something to be answered from."""
    found: list[str] = []
    found += [f"How do I stand for {_named(posting)}?" for posting in best[:1]]
    found += [f"What did I do at {_short(role.employer)}?" for role in profile.roles if role.employer][:1]
    found += [f"Where did I use {skill.name}?" for skill in profile.skills if skill.used][:1]
    notes = [d for d in documents if d.kind is DocumentKind.NOTES and d.is_active and d.status is DocumentStatus.READY]
    if sections and notes:
        found.append(f"What do my notes say about {_short(sections[0])}?")
    elif notes:
        found.append(f"What is “{_short(notes[0].title)}” about?")
    if best:
        found.append("Which skills do my best jobs ask for that I cannot show?")
        found.append("Which of my jobs are remote?")
    return found[:MOST]


def _named(posting: Posting) -> str:
    item = posting.understood
    return _short(item.title) + (f" at {_short(item.company)}" if item.company else "")


def _short(text: str) -> str:
    words = squeeze(text)
    return words if len(words) <= _LONGEST else words[:_LONGEST].rsplit(" ", 1)[0] + "…"
