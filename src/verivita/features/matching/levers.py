"""What would move the score most: the score again with one wish met; never advice to claim it."""

from __future__ import annotations

from dataclasses import replace

from verivita.features.matching.model import Lever
from verivita.features.matching.prepared import (
    EDUCATION_ORDER,
    LISTED_CREDIT,
    Closure,
    PreparedPosting,
    PreparedProfile,
)
from verivita.features.matching.score import band_of, education, experience, overall, overall_with, shared_terms
from verivita.features.postings import Understood

CAVEAT = "Only if it is true of you."
"""Stands beside every lever that is shown."""
MOST = 6


def levers(
    profile: PreparedProfile, posting: PreparedPosting, understood: Understood, closure: Closure
) -> tuple[Lever, ...]:
    """Up to six single changes that raise the score, best first, ties by label."""
    now = overall(profile, posting)
    if now is None:
        return ()
    hits = shared_terms(profile, posting)
    found = _skill_levers(now, profile, posting, understood, closure)
    wants = understood.requirements
    if posting.min_years and experience(profile, posting, hits) < 1:
        text = f"{posting.min_years:g} years of relevant work"
        found.append(_lever("years", text, now, overall_with(profile, posting, "experience")))
    if posting.education and education(profile, posting, hits) < 1:
        text = f"a degree at the level of {EDUCATION_ORDER[posting.education].value}"
        if wants.education is not EDUCATION_ORDER[0]:
            found.append(_lever("education", text, now, overall_with(profile, posting, "education")))
    raising = [lever for lever in found if lever.to_score > now]
    return tuple(sorted(raising, key=lambda lever: (-lever.to_score, lever.kind, lever.label))[:MOST])


def _skill_levers(
    now: float, profile: PreparedProfile, posting: PreparedPosting, understood: Understood, closure: Closure
) -> list[Lever]:
    found: list[Lever] = []
    done: set[str] = set()
    for wish in understood.requirements.skills:
        if wish.skill_id in done or wish.skill_id in profile.skills:
            continue
        done.add(wish.skill_id)
        gained = {skill: LISTED_CREDIT for skill in sorted({wish.skill_id, *closure((wish.skill_id,))})}
        more = replace(profile, skills={**gained, **profile.skills})
        found.append(_lever("skill", wish.name, now, overall(more, posting), wish.skill_id))
    return found


def _lever(kind: str, label: str, now: float, then: float | None, skill_id: str | None = None) -> Lever:
    after = now if then is None else then
    return Lever(kind, label, now, after, band_of(after), skill_id)
