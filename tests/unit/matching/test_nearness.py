"""Three vectors of a person, two of a posting: the order follows the weights, as computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.matching.builders import line, posting, role, skill
from verivita.adapters.embedders.hashing import HashingEmbedder
from verivita.features.library.model import CandidateProfile
from verivita.features.matching.nearness import by_nearness, nearness, sides_of_person, sides_of_posting

pytestmark = pytest.mark.acceptance("RET-29")


def unit(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


PERSON = {"skills": unit(1, 0), "experience": unit(0, 1), "goals": unit(0.6, 0.8)}
LIKE_SKILLS = {"description": unit(1, 0), "requirements": unit(1, 0)}
LIKE_WORK = {"description": unit(0, 1), "requirements": unit(0, 1)}


def test_by_hand() -> None:
    # .4 * (1,0)(1,0) + .4 * (0,1)(1,0) + .2 * (.6,.8)(1,0) = .4 + 0 + .12; and .4 * 0 + .4 * 1 + .2 * .8
    assert nearness(PERSON, LIKE_SKILLS) == pytest.approx(0.52)
    assert nearness(PERSON, LIKE_WORK) == pytest.approx(0.56)


def test_other_weights_another_order() -> None:
    skills_first = {("skills", "requirements"): 0.7, ("experience", "description"): 0.1, ("goals", "description"): 0.2}
    assert nearness(PERSON, LIKE_SKILLS, skills_first) == pytest.approx(0.82)
    assert nearness(PERSON, LIKE_WORK, skills_first) == pytest.approx(0.26)
    only_work = {("experience", "description"): 3.0}
    assert nearness(PERSON, LIKE_SKILLS, only_work) == pytest.approx(0.0)
    assert nearness(PERSON, LIKE_WORK, only_work) == pytest.approx(1.0)


def test_what_one_side_does_not_say_is_left_out() -> None:
    silent = {**PERSON, "goals": unit(0, 0)}
    assert nearness(silent, LIKE_SKILLS) == pytest.approx(0.5)
    assert nearness({name: unit(0, 0) for name in PERSON}, LIKE_SKILLS) == 0.0


async def test_texts_become_vectors_and_weights_change_the_order() -> None:
    profile = CandidateProfile(
        skills=(skill("welding"),), roles=(role("Payroll Clerk", None, None, "pay wages and keep payroll accounts"),)
    )
    profile = CandidateProfile(profile.skills, profile.roles, (), (line("anything"),))
    welder = sides_of_posting(posting("Welder", required=("welding",), duties=("weld frames",)))
    clerk = sides_of_posting(posting("Payroll Clerk", required=("payroll",), duties=("keep payroll accounts",)))
    person = sides_of_person(profile)
    assert person["goals"] == ""
    for weights, first in (({("skills", "requirements"): 1.0}, 0), ({("experience", "description"): 1.0}, 1)):
        assert (await by_nearness(person, [welder, clerk], HashingEmbedder().embed, weights))[0][0] == first
    towards = sides_of_person(profile, "I want to weld frames")
    aims = {("goals", "description"): 1.0}
    assert (await by_nearness(towards, [clerk, welder], HashingEmbedder().embed, aims))[0][0] == 1
