"""Scores of a list: to the last bit those of single matches, and a form of bytes that is the same everywhere."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.matching.builders import POSTING, TODAY, degree, implied, posting, postings, profiles, role, skill
from verivita.features.library.model import CandidateProfile
from verivita.features.matching.explain import listed, score
from verivita.features.matching.many import _rounded, score_many
from verivita.features.matching.model import Wishes
from verivita.features.matching.packed import PREPARED_VERSION, pack, unpack
from verivita.features.matching.prepared import prepare, prepare_posting
from verivita.features.matching.score import PARTS, overall, parts, rounded
from verivita.features.postings.model import Education

pytestmark = pytest.mark.acceptance("MAT-01")


@settings(max_examples=150, deadline=None)
@given(profiles(), st.lists(postings(), min_size=1, max_size=6))
def test_a_list_says_what_each_single_score_says(profile, wanted):
    person = prepare(profile, implied, as_of=TODAY)
    ready = [prepare_posting(one, frozenset({"german"})) for one in wanted]
    together = score_many(person, [pack(form, one) for form, one in zip(ready, wanted, strict=True)])
    for form, one, found in zip(ready, wanted, together, strict=True):
        alone = score(person, form, POSTING, one, Wishes())
        assert repr(found.overall) == repr(alone.overall) == repr(overall(person, form))
        assert [repr(value) for value in found.parts] == [repr(part.score) for part in parts(person, form)]
        assert found.weights == tuple(dict(form.weights).get(name, 0.0) for name in PARTS)
        assert repr(listed(found, POSTING, one, Wishes(), person.profile_hash)) == repr(alone)


def test_no_postings_no_scores():
    assert score_many(prepare(CandidateProfile(), implied, as_of=TODAY), []) == []


def test_a_posting_without_anything_beside_a_full_one():
    bare, full = posting("", duties=()), posting(required=("python",), duties=("deploy services to the cluster",) * 4)
    forms = [pack(prepare_posting(one), one) for one in (bare, full, bare)]
    person = prepare(CandidateProfile(skills=(skill("python"),)), implied, as_of=TODAY)
    found = score_many(person, forms)
    assert [one.overall is None for one in found] == [True, False, True]
    assert found[0].reason
    assert unpack(forms).names(1) == ["Python"]


def test_the_form_of_a_posting_is_pinned():
    """A form lies in the database: when this fails, what is stored is of the past. Raise PREPARED_VERSION with it."""
    wanted = posting(
        "Senior Data Engineer",
        required=("python", "sql"),
        preferred=("docker",),
        years=3,
        education=Education.BACHELOR,
        duties=("deploy services to the cluster", "monitor pipelines and train models", "migrate databases"),
    )
    form = pack(prepare_posting(wanted), wanted)
    assert (PREPARED_VERSION, sha256(form).hexdigest()[:16]) == (1, "313222c6d6f87d52")
    jobs, schooling = (role("Data Engineer", None, None, "migrate databases"),), (degree(Education.MASTER),)
    person = prepare(CandidateProfile(roles=jobs, degrees=schooling), implied, as_of=TODAY)
    assert score_many(person, [form])[0].overall == overall(person, prepare_posting(wanted))


@given(st.lists(st.floats(0, 1.5) | st.integers(0, 2001).map(lambda n: n / 2000), min_size=1))
def test_rounding_over_arrays_is_that_of_one_number(values):
    assert _rounded(np.array(values)).tolist() == [rounded(value) for value in values]
