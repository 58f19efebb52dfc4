"""Scores worked out by hand, and the words of an explanation."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from tests.unit.matching.builders import POSTING, TODAY, degree, implied, line, posting, role, skill
from verivita.core.money import Pay, PayPeriod
from verivita.features.library.model import CandidateProfile
from verivita.features.matching.explain import explain
from verivita.features.matching.hard_stops import hard_stops
from verivita.features.matching.model import Band, Wishes, WishState
from verivita.features.matching.prepared import prepare, prepare_posting
from verivita.features.matching.score import band_of, overall, parts, relevant_years, shared_terms
from verivita.features.postings.model import Education, LocationType, Quote

pytestmark = pytest.mark.acceptance("MAT-01")


def part(profile, wanted, name):
    found = parts(prepare(profile, implied, as_of=TODAY), prepare_posting(wanted))
    return next(one for one in found if one.name == name)


def test_required_skills_count_three_times_preferred_ones():
    wanted = posting(required=["python", "sql"], preferred=["german", "welding"])
    only = CandidateProfile(skills=(skill("python", used=True), skill("german", used=True)))
    assert part(only, wanted, "skills").score == 50.0
    assert part(CandidateProfile(skills=(skill("python", used=True),)), wanted, "skills").score == 37.5
    assert part(CandidateProfile(skills=(skill("german", used=True),)), wanted, "skills").score == 12.5


def test_a_listed_skill_counts_a_little_less_than_a_used_one():
    wanted = posting(required=["python"])
    assert part(CandidateProfile(skills=(skill("python"),)), wanted, "skills").score == 90.0


def test_a_skill_gives_its_parents_and_never_the_other_way():
    assert (
        part(CandidateProfile(skills=(skill("django", used=True),)), posting(required=["python"]), "skills").score
        == 100.0
    )
    assert (
        part(CandidateProfile(skills=(skill("python", used=True),)), posting(required=["django"]), "skills").score
        == 0.0
    )


def test_one_of_the_alternatives_is_enough():
    wanted = posting(any_of=["python", "welding", "german"], required=["sql"])
    assert part(CandidateProfile(skills=(skill("german", used=True),)), wanted, "skills").score == 50.0


def years_of(person, ready):
    return relevant_years(person, ready, shared_terms(person, ready))


def test_overlapping_jobs_are_counted_once():
    wanted = posting("Backend Engineer", required=["python"], years=4)
    jobs = (
        role("Backend Engineer", date(2020, 1, 1), date(2021, 12, 31)),
        role("Backend Engineer", date(2021, 1, 1), date(2022, 12, 31)),
    )
    profile = prepare(CandidateProfile(roles=jobs), implied, as_of=TODAY)
    assert years_of(profile, prepare_posting(wanted)) == 3.0
    assert part(CandidateProfile(roles=jobs), wanted, "experience").score == 75.0


def test_other_work_counts_a_tenth_and_an_open_job_until_today():
    wanted = posting("Backend Engineer", required=["python"], years=1)
    profile = prepare(CandidateProfile(roles=(role("Nurse", date(2025, 7, 1), None),)), implied, as_of=TODAY)
    assert years_of(profile, prepare_posting(wanted)) == pytest.approx(0.1)


def test_a_job_without_a_start_gives_a_title_and_no_years():
    profile = CandidateProfile(roles=(role("Senior Backend Developer", None, None),))
    wanted = posting("Backend Engineer II", required=["python"], years=2)
    assert part(profile, wanted, "title").score == 100.0
    assert part(profile, wanted, "experience").score == 0.0


def test_a_degree_only_lifts():
    wanted = posting(required=["python"], education=Education.MASTER, education_required=True)
    assert part(CandidateProfile(), posting(required=["python"]), "education").score is None
    assert part(CandidateProfile(degrees=(degree(Education.DOCTORATE),)), wanted, "education").score == 100.0
    assert part(CandidateProfile(degrees=(degree(Education.BACHELOR),)), wanted, "education").score == 60.0
    assert part(CandidateProfile(), wanted, "education").score == 0.0


def test_a_line_is_met_by_a_part_of_its_telling_words():
    duty = "weld frames negotiate suppliers audit contracts migrate databases schedule"
    wanted = posting("Welder", duties=[duty])
    assert part(CandidateProfile(lines=(line(duty),)), wanted, "responsibilities").score == 100.0
    assert part(CandidateProfile(lines=(line("teach pupils"),)), wanted, "responsibilities").score == 0.0


def test_only_the_better_half_of_the_lines_counts():
    met = "weld frames negotiate suppliers audit contracts migrate databases schedule"
    wanted = posting("Welder", duties=[met, "teach pupils about payroll invoices"])
    assert part(CandidateProfile(lines=(line(met),)), wanted, "responsibilities").score == 100.0


def test_unsaid_parts_are_left_out_and_weights_add_up():
    found = parts(
        prepare(CandidateProfile(skills=(skill("sql"),)), implied, as_of=TODAY),
        prepare_posting(posting(required=["sql"])),
    )
    assert {one.name: one.score is None for one in found} == {
        "skills": False, "experience": True, "education": True, "responsibilities": True, "title": False,
        "not_said": False,
    }  # fmt: skip
    assert sum(one.weight for one in found) == pytest.approx(1)


def test_a_thin_posting_is_no_whole_match():
    person = CandidateProfile(skills=(skill("sql", used=True), skill("python", used=True)))
    thin = explain(person, POSTING, posting("Nurse", required=["sql"]), Wishes(), implied, as_of=TODAY)
    full = explain(person, POSTING, posting("Nurse", required=["sql", "python"]), Wishes(), implied, as_of=TODAY)
    unsaid = {one.name: one for one in thin.parts}["not_said"]
    assert unsaid.score == 50.0
    assert 0 < unsaid.weight < 1
    assert thin.overall is not None
    assert full.overall is not None
    assert thin.overall < full.overall < 90


@pytest.mark.edge
def test_too_short_to_score_says_so():
    match = explain(CandidateProfile(skills=(skill("sql"),)), POSTING, posting("Nurse"), Wishes(), implied, as_of=TODAY)
    assert match.overall is None
    assert match.band is Band.NONE
    assert "too short" in match.reason
    assert match.levers == ()


@pytest.mark.edge
def test_no_papers_gives_no_number():
    match = explain(CandidateProfile(), POSTING, posting(required=["sql"]), Wishes(), implied, as_of=TODAY)
    assert (match.overall, match.pairs) == (None, ())
    assert match.missing_skills == ("Sql",)
    assert "no paper" in match.reason


@pytest.mark.parametrize(
    ("score", "band"),
    [
        (75.0, Band.STRONG),
        (74.9, Band.GOOD),
        (60.0, Band.GOOD),
        (59.9, Band.STRETCH),
        (45, Band.STRETCH),
        (44.9, Band.FAR),
        (None, Band.NONE),
    ],
)
def test_bands(score, band):
    assert band_of(score) is band


class TestExplanation:
    profile = CandidateProfile(
        skills=(skill("python", used=True, text="Built services in Python"), skill("django", used=True), skill("sql")),
        roles=(
            role(
                "Backend Engineer",
                date(2018, 1, 1),
                date(2025, 12, 1),
                "Deploy services on a cluster with Docker Compose",
            ),
        ),
        degrees=(degree(Education.BACHELOR),),
        lines=(line("Kept the deployment of services on a cluster running"),),
    )
    wanted = posting(
        required=["python", "sql", "kubernetes"],
        preferred=["german"],
        years=5,
        education=Education.BACHELOR,
        education_required=True,
        duties=["deploy services to a cluster", "negotiate suppliers and audit contracts for schedules"],
    )

    def test_the_sentence_counts_must_haves_and_names_the_open_one(self):
        match = explain(self.profile, POSTING, self.wanted, Wishes(), implied, as_of=TODAY)
        assert (
            match.sentence
            == "You meet four of five must-haves. The one without proof is Kubernetes. No hard stop is hit."
        )

    def test_pairs_carry_evidence_of_both_sides(self):
        match = explain(self.profile, POSTING, self.wanted, Wishes(), implied, as_of=TODAY)
        by_label = {pair.label: pair for pair in match.pairs}
        python = by_label["Python"]
        assert python.state is WishState.MET
        assert python.asked.text == "python is required."
        assert python.shown[0].text == "Built services in Python"
        missing = by_label["Kubernetes"]
        assert (missing.state, missing.shown) == (WishState.NOT_MET, ())
        assert "Kubernetes" in missing.note
        assert "negotiate suppliers and audit contracts for schedules" not in by_label
        assert by_label["deploy services to a cluster"].state is not WishState.NOT_MET

    def test_a_skill_shown_by_its_child_says_so(self):
        profile = CandidateProfile(skills=(skill("django", used=True, text="A shop in Django"),))
        match = explain(profile, POSTING, posting(required=["python"]), Wishes(), implied, as_of=TODAY)
        assert match.pairs[0].note == "Shown by Django."
        assert match.pairs[0].shown[0].text == "A shop in Django"
        assert match.matched_skills == ("Python",)

    def test_the_best_lever_is_the_missing_must_have(self):
        match = explain(self.profile, POSTING, self.wanted, Wishes(), implied, as_of=TODAY)
        assert [lever.label for lever in match.levers] == ["Kubernetes", "German"]
        fuller = CandidateProfile(
            (*self.profile.skills, skill("kubernetes")), self.profile.roles, self.profile.degrees, self.profile.lines
        )
        assert match.levers[0].to_score == explain(fuller, POSTING, self.wanted, Wishes(), implied, as_of=TODAY).overall

    def test_names_of_met_alternatives_are_not_missing(self):
        match = explain(self.profile, POSTING, posting(any_of=["python", "welding"]), Wishes(), implied, as_of=TODAY)
        assert (match.matched_skills, match.missing_skills) == (("Python",), ())

    def test_years_and_degree_can_be_levers(self):
        wanted = posting(required=["sql"], years=20, education=Education.DOCTORATE, education_required=True)
        kinds = {lever.kind for lever in explain(self.profile, POSTING, wanted, Wishes(), implied, as_of=TODAY).levers}
        assert kinds == {"years", "education"}


class TestHardStops:
    def stops(self, wanted, wishes):
        return {stop.kind: (stop.state, stop.hit) for stop in hard_stops(wanted, wishes)}

    def test_nothing_wished_nothing_shown(self):
        assert hard_stops(posting(), Wishes()) == ()

    def test_visa(self):
        wishes = Wishes(needs_visa=True)
        refused = posting(visa_sponsored=False, visa_quote=Quote("no sponsorship", 0, 14))
        assert self.stops(refused, wishes) == {"visa": (WishState.NOT_MET, True)}
        assert self.stops(posting(visa_sponsored=True), wishes) == {"visa": (WishState.MET, False)}
        assert self.stops(posting(), wishes) == {"visa": (WishState.NOT_SAID, False)}
        assert hard_stops(refused, wishes)[0].asked.text == "no sponsorship"

    @pytest.mark.parametrize(
        ("kind", "country", "state", "hit"),
        [
            (LocationType.ONSITE, "DE", WishState.MET, False),
            (LocationType.ONSITE, "FR", WishState.NOT_MET, True),
            (LocationType.REMOTE, "FR", WishState.PARTLY, False),
            (LocationType.ONSITE, None, WishState.NOT_SAID, False),
        ],
    )
    def test_country(self, kind, country, state, hit):
        wanted = posting(location_type=kind, country=country)
        assert self.stops(wanted, Wishes(countries=("DE",))) == {"place": (state, hit)}

    def test_place_of_work(self):
        wishes = Wishes(location_types=("remote", "hybrid"))
        assert self.stops(posting(location_type=LocationType.ONSITE), wishes)["place"] == (WishState.NOT_MET, True)
        assert self.stops(posting(location_type=LocationType.HYBRID), wishes)["place"] == (WishState.MET, False)
        assert self.stops(posting(), wishes)["place"] == (WishState.NOT_SAID, False)

    def test_pay_compares_years_and_only_one_currency(self):
        hourly = posting(pay=Pay(20, 40, "USD", PayPeriod.HOUR))
        assert self.stops(hourly, Wishes(minimum_pay=90_000, currency="USD"))["salary"] == (WishState.NOT_MET, True)
        assert self.stops(hourly, Wishes(minimum_pay=83_200, currency="USD"))["salary"] == (WishState.MET, False)
        assert self.stops(hourly, Wishes(minimum_pay=90_000, currency="EUR"))["salary"] == (WishState.NOT_SAID, False)
        assert self.stops(posting(), Wishes(minimum_pay=1))["salary"] == (WishState.NOT_SAID, False)
        assert (
            self.stops(posting(pay=Pay(50, None, "USD", PayPeriod.YEAR)), Wishes(minimum_pay=90_000))["salary"][1]
            is False
        )

    def test_travel(self):
        wishes = Wishes(max_travel_share=0.1)
        assert self.stops(posting(travel_share=0.5), wishes)["travel"] == (WishState.NOT_MET, True)
        assert self.stops(posting(travel_share=0.1), wishes)["travel"] == (WishState.MET, False)
        assert self.stops(posting(), wishes)["travel"] == (WishState.NOT_SAID, False)

    def test_a_hit_is_said_in_the_sentence(self):
        wanted = posting(required=["sql"], location_type=LocationType.ONSITE, travel_share=0.9)
        wishes = Wishes(location_types=("remote",), max_travel_share=0.0)
        match = explain(CandidateProfile(skills=(skill("sql"),)), POSTING, wanted, wishes, implied, as_of=TODAY)
        assert match.sentence == "You meet the one must-have. Hard stops are hit: place and travel."


def test_every_process_gives_the_same_bytes():
    code = (
        "from tests.unit.matching.test_known_answers import *;"
        "T = TestExplanation;"
        "print(repr(explain(T.profile, POSTING, T.wanted, Wishes(), implied, as_of=TODAY)))"
    )
    outs = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
        ).stdout
        for seed in ("1", "2", "77")
    }
    assert len(outs) == 1
    assert b"Kubernetes" in outs.pop()


def test_short_and_whole_match_agree():
    person = prepare(TestExplanation.profile, implied, as_of=TODAY)
    match = explain(TestExplanation.profile, POSTING, TestExplanation.wanted, Wishes(), implied, as_of=TODAY)
    assert overall(person, prepare_posting(TestExplanation.wanted)) == match.overall


def test_a_soft_skill_counts_a_third():
    wanted = posting(required=["python", "teamwork"])
    person = prepare(CandidateProfile(skills=(skill("python", used=True),)), implied, as_of=TODAY)
    found = parts(person, prepare_posting(wanted, frozenset({"teamwork"})))
    assert found[0].score == 75.0
