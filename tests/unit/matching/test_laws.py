"""The laws of the score, over generated pairs: more never lowers, repeats never raise, order is nothing."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.matching.builders import (
    POSTING,
    TODAY,
    degrees,
    implied,
    line,
    postings,
    profiles,
    roles,
    sentences,
    shown_skills,
)
from verivita.features.library.model import CandidateProfile
from verivita.features.matching.explain import explain
from verivita.features.matching.model import Wishes
from verivita.features.matching.prepared import prepare, prepare_posting
from verivita.features.matching.score import overall, parts
from verivita.features.postings.model import Understood

pytestmark = pytest.mark.acceptance("MAT-01")
PAIRS = settings(max_examples=60, deadline=None)


def value(profile: CandidateProfile, wanted: Understood) -> float:
    """The score, an empty profile counting as nothing."""
    score = overall(prepare(profile, implied, as_of=TODAY), prepare_posting(wanted))
    return -1.0 if score is None else score


more = (
    shown_skills.map(lambda new: ("skills", new))
    | roles().map(lambda new: ("roles", new))
    | degrees.map(lambda new: ("degrees", new))
    | sentences.map(lambda new: ("lines", line(new)))
)


@PAIRS
@given(profiles(), postings(), st.lists(more, min_size=1, max_size=4))
def test_more_evidence_never_lowers_a_score(profile, wanted, additions):
    before = value(profile, wanted)
    for field, new in additions:
        profile = replace(profile, **{field: (*getattr(profile, field), new)})
        after = value(profile, wanted)
        assert after >= before
        before = after


@PAIRS
@given(profiles(), postings())
def test_no_part_is_lowered_by_another_duty_in_a_job(profile, wanted):
    before = parts(prepare(profile, implied, as_of=TODAY), prepare_posting(wanted))
    fuller = tuple(
        replace(role, duties=(*role.duties, line("migrate databases and train models"))) for role in profile.roles
    )
    after = parts(prepare(replace(profile, roles=fuller), implied, as_of=TODAY), prepare_posting(wanted))
    assert all((b.score or 0) >= (a.score or 0) for a, b in zip(before, after, strict=True))


@PAIRS
@given(profiles(), postings(), st.integers(2, 5))
def test_repeating_the_papers_changes_nothing(profile, wanted, times):
    repeated = CandidateProfile(
        profile.skills * times, profile.roles * times, profile.degrees * times, profile.lines * times
    )
    assert value(repeated, wanted) == value(profile, wanted)


@PAIRS
@given(profiles(), postings())
def test_repeating_a_keyword_inside_a_line_changes_nothing(profile, wanted):
    stuffed = tuple(replace(one, text=f"{one.text} {one.text} {one.text}") for one in profile.lines)
    assert value(replace(profile, lines=stuffed), wanted) == value(profile, wanted)


@PAIRS
@given(profiles(), postings(), st.integers())
def test_order_changes_nothing(profile, wanted, seed):
    def mixed(items):
        items = list(items)
        Random(seed).shuffle(items)
        return tuple(items)

    other = CandidateProfile(*(mixed(getattr(profile, f)) for f in ("skills", "roles", "degrees", "lines")))
    assert value(other, wanted) == value(profile, wanted)


@PAIRS
@given(profiles(), postings(), sentences)
def test_employer_and_wording_of_the_degree_change_nothing(profile, wanted, name):
    other = replace(
        profile,
        roles=tuple(replace(role, employer=name) for role in profile.roles),
        degrees=tuple(replace(degree, text=name) for degree in profile.degrees),
    )
    assert value(other, wanted) == value(profile, wanted)


@PAIRS
@given(profiles(), postings(), st.booleans(), st.integers(0, 10**6))
def test_wishes_never_move_the_number(profile, wanted, visa, pay):
    calm = explain(profile, POSTING, wanted, Wishes(), implied, as_of=TODAY)
    strict = Wishes(("remote",), ("DE",), pay, "EUR", visa, 0.0)
    assert explain(profile, POSTING, wanted, strict, implied, as_of=TODAY).overall == calm.overall


@PAIRS
@given(profiles(), postings())
def test_the_number_is_the_weighted_sum_of_its_parts(profile, wanted):
    person, ready = prepare(profile, implied, as_of=TODAY), prepare_posting(wanted)
    score, found = overall(person, ready), parts(person, ready)
    if score is not None:
        assert sum(part.weight for part in found) == pytest.approx(1, abs=0.001)
        assert score == pytest.approx(sum(part.weight * (part.score or 0) for part in found), abs=0.1)
        assert 0 <= score <= 100


@PAIRS
@given(profiles(), postings())
def test_an_explanation_says_what_the_number_says(profile, wanted):
    match = explain(profile, POSTING, wanted, Wishes(), implied, as_of=TODAY)
    again = explain(profile, POSTING, wanted, Wishes(), implied, as_of=TODAY)
    assert match == again
    assert repr(match) == repr(again)
    assert match.overall == overall(prepare(profile, implied, as_of=TODAY), prepare_posting(wanted))
    for pair in match.pairs:
        assert pair.asked is None or wanted.description[pair.asked.start : pair.asked.end] == pair.asked.text
    for lever in match.levers:
        assert lever.from_score == match.overall
        assert lever.to_score > lever.from_score
    assert list(match.levers) == sorted(match.levers, key=lambda lever: -lever.to_score)
