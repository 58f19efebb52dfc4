"""Floors of the match score on real texts: order of people, occupation, laws, speed of a whole list."""

from __future__ import annotations

from random import Random

import pytest

from bench import match as bench
from tests.rigs.data import need
from verivita.engines.skills import load_taxonomy
from verivita.features.matching.prepared import prepare, prepare_posting, soft_skills
from verivita.features.matching.score import overall

pytestmark = pytest.mark.acceptance("MAT-01")


@pytest.fixture(scope="module")
def taxonomy():
    return load_taxonomy()


@pytest.fixture(scope="module")
def postings():
    return list(bench.titled(need("jobs/structured")))


@pytest.fixture(scope="module")
def resumes():
    rows = bench.read_jsonl(need("resumes/text_multilabel") / "resumes.jsonl.gz")
    Random(5).shuffle(rows)
    return rows


@pytest.mark.nightly
def test_people_are_ordered_for_a_posting():
    found = bench.people_for_jobs(need("matching/talentclef26_ro"), None)
    assert found["default/map"] >= 0.83


def test_resumes_of_the_occupation_score_higher(taxonomy, postings):
    path = need("resumes/text_multilabel") / "resumes.jsonl.gz"
    found = bench.occupations(path, postings[::2], taxonomy, 120)
    assert found["default/auc"] >= 0.65


@pytest.mark.nightly
def test_the_laws_hold_on_ten_thousand_real_pairs(taxonomy, postings, resumes):
    people = [bench.profile_of(row["text"], taxonomy) for row in resumes[:40]]
    soft = soft_skills(taxonomy)
    ready = [prepare_posting(bench.posting_of(title, text, taxonomy), soft) for title, text in postings[:150]]
    tried, broken = bench.violations(people, ready, taxonomy, 10_000)
    assert tried >= 10_000
    assert broken == 0


def test_scores_spread_over_the_scale(taxonomy, postings, resumes):
    """A number that is the same for everyone says nothing."""
    soft = soft_skills(taxonomy)
    ready = [prepare_posting(bench.posting_of(title, text, taxonomy), soft) for title, text in postings[:40]]
    people = [
        prepare(bench.profile_of(row["text"], taxonomy), taxonomy.implied, as_of=bench.AS_OF) for row in resumes[:40]
    ]
    scores = sorted(s for person in people for posting in ready if (s := overall(person, posting)) is not None)
    assert scores[int(0.9 * len(scores))] - scores[int(0.1 * len(scores))] >= 15


def test_the_calibration_counts_each_pair_once_and_says_what_a_score_is_worth():
    pairs = [(0.0, False), (9.9, False), (10.0, True), (55.0, False), (57.0, True), (99.9, True), (100.0, True)]
    found = bench.calibration(pairs)
    assert {name: found[name] for name in found if name.startswith("pairs")} == {
        "pairs:00-09": 2, "pairs:10-19": 1, "pairs:50-59": 2, "pairs:90-100": 2,
    }  # fmt: skip
    assert (found["right:00-09"], found["right:50-59"], found["right:90-100"]) == (0, 0.5, 1)
    assert found["lift:90-100"] == 7 / 4
    assert bench.calibration([]) == {}
