"""How near a person and a posting are in meaning: three vectors of the one, two of the other, weighed in pairs.

It stands beside the score and is no part of it: a vector cannot name the line that proves anything.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

import numpy as np

from verivita.engines.retrieval.ports import Vector
from verivita.features.library import CandidateProfile
from verivita.features.postings import Understood

Pairing = tuple[str, str]
"""A side of the person (`skills`, `experience`, `goals`) and one of the posting (`description`, `requirements`)."""

Embed = Callable[[Sequence[str]], Awaitable[Vector | Sequence[Sequence[float]]]]
"""Texts to unit vectors, in the order given."""

WEIGHTS: Mapping[Pairing, float] = {
    ("skills", "requirements"): 0.4,
    ("experience", "description"): 0.4,
    ("goals", "description"): 0.2,
}
"""What each pair counts where nobody says otherwise; a pair that one side says nothing of is left out."""
_LONGEST = 640


def sides_of_person(profile: CandidateProfile, goals: str = "") -> dict[str, str]:
    """The texts of a person's three vectors; `goals` are the person's own words."""
    skills = ", ".join(skill.name for skill in profile.skills)
    work = "\n".join(line for role in profile.roles for line in (role.title, *(duty.text for duty in role.duties)))
    return {"skills": skills[:_LONGEST], "experience": work[:_LONGEST], "goals": goals[:_LONGEST]}


def sides_of_posting(posting: Understood) -> dict[str, str]:
    """The texts of a posting's two vectors."""
    wants = posting.requirements
    asked = [wish.name for wish in wants.skills] + [quote.text for quote in wants.lines]
    about = f"{posting.title}.\n{posting.description}" if posting.description else posting.title
    return {"description": about[:_LONGEST], "requirements": "\n".join(asked)[:_LONGEST]}


def nearness(
    person: Mapping[str, Vector], posting: Mapping[str, Vector], weights: Mapping[Pairing, float] = WEIGHTS
) -> float:
    """Weighted mean of the cosines of all pairs that both sides speak of, -1 to 1; 0 when there is none.

    Vectors have length 1, or 0 for a side that says nothing.
    """
    total = whole = 0.0
    for (mine, theirs), weight in weights.items():
        one, other = person[mine], posting[theirs]
        if weight > 0 and one.any() and other.any():
            total, whole = total + weight * float(one @ other), whole + weight
    return total / whole if whole else 0.0


async def by_nearness(
    person: Mapping[str, str],
    postings: Sequence[Mapping[str, str]],
    embed: Embed,
    weights: Mapping[Pairing, float] = WEIGHTS,
) -> list[tuple[int, float]]:
    """Places of the postings and their nearness, nearest first, ties in the order given; sides are given as texts."""
    vectors = await embed([text for sides in (person, *postings) for text in sides.values()])
    rows = iter(np.asarray(vectors, np.float32))
    mine, *theirs = ({name: next(rows) for name in sides} for sides in (person, *postings))
    found = [(place, nearness(mine, one, weights)) for place, one in enumerate(theirs)]
    return sorted(found, key=lambda item: -item[1])
