"""Each kind of error is named, and the same thing said in other words passes."""

from __future__ import annotations

from datetime import date

import pytest

from verivita.engines.grounding import Claim, Source, Verdict, ground

TODAY = date(2026, 6, 1)
HEAD = Source(
    "head", "Software Engineer\nPelham Rail Software - Derby\nMarch 2019 to Present", "head", "experience", "1"
)
WORK = Source(
    "work", "Helped build a timetable service in Go that serves about 1,200 requests a second.", "duty", "", "1"
)
TEAM = Source("team", "Part of a team of 12; trained two apprentices.", "duty", "", "1")
DENY = Source("deny", "Did not have access to production data.", "duty", "", "1")
SELDOM = Source("seldom", "Occasionally chaired the weekly review with a colleague.", "duty", "", "1")
OLD_HEAD = Source("old head", "Junior Tester\nQuorn Games\n2015 - 2018", "head", "experience", "2")
OLD = Source("old", "Wrote test plans in Selenium; found 340 defects.", "duty", "", "2")
DEGREE = Source("degree", "Bachelor of Science in Physics, University of Hull, 2012 - 2015", "degree", "education", "3")
TONGUES = Source("tongues", "German (native), English (fluent), French (basic)", "text", "languages")
STUDY = Source("study", "Studying for the AWS Solutions Architect exam", "text", "certificates")
ALL = (HEAD, WORK, TEAM, DENY, SELDOM, OLD_HEAD, OLD, DEGREE, TONGUES, STUDY)


def check(text: str, *cited: Source) -> Claim:
    (claim,) = ground(text, ALL, cited={0: [s.id for s in cited]} if cited else None, today=TODAY).claims
    return claim


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("At Pelham Rail Software I helped build a Go service for timetables.", WORK),
        ("Helped build a timetable service in Go that serves around 1,200 requests per second.", WORK),
        ("As a member of a team of twelve I trained 2 apprentices.", TEAM),
        ("Software engineer at Pelham Rail Software since March 2019.", HEAD),
        ("More than seven years as a software engineer at Pelham Rail Software.", HEAD),
        ("Junior tester at Quorn Games for three years.", OLD_HEAD),
        ("BSc in Physics from the University of Hull (2015).", DEGREE),
        ("Native speaker of German, fluent in English, with basic French.", TONGUES),
        ("I have not had access to production data.", DENY),
        ("Now and then I chaired the weekly review together with a colleague.", SELDOM),
        ("Found 340 defects with Selenium test plans.", OLD),
        ("I am studying for the exam of AWS Solutions Architect.", STUDY),
    ],
)
def test_true_sentences_are_not_struck(text: str, cited: Source) -> None:
    claim = check(text, cited)
    assert claim.verdict is not Verdict.UNSUPPORTED, claim.reasons


@pytest.mark.parametrize(
    ("text", "cited", "reason"),
    [
        ("Helped build a timetable service in Go that serves about 2,100 requests a second.", WORK, "number"),
        ("Found 34 defects with Selenium test plans.", OLD, "number"),
        ("Software engineer at Pelham Rail Software since March 2016.", HEAD, "date"),
        ("Junior tester at Quorn Games from 2015 to 2020.", OLD_HEAD, "date"),
        ("Six years as a junior tester at Quorn Games.", OLD_HEAD, "number"),
        ("At Siemens I helped build a timetable service in Go.", WORK, "employer"),
        ("Lead Architect at Pelham Rail Software since March 2019.", HEAD, "title"),
        ("Test manager at Quorn Games, 2015 - 2018.", OLD_HEAD, "title"),
        ("Master of Science in Physics, University of Hull, 2015.", DEGREE, "degree"),
        ("BSc in Physics, University of York, 2015.", DEGREE, "employer"),
        ("Helped build a timetable service in Go and Kafka.", WORK, "skill"),
        ("At Pelham Rail Software I wrote test plans in Selenium.", WORK, "commingled"),
        ("Led a team of 12 and trained two apprentices.", TEAM, "inflated"),
        ("Built a timetable service in Go that serves about 1,200 requests a second.", WORK, "inflated"),
        ("Fluent in German, English and French.", TONGUES, "hedge"),
        ("Certified AWS Solutions Architect.", STUDY, "hedge"),
        ("Chaired the weekly review with a colleague.", SELDOM, "hedge"),
        ("Had access to production data.", DENY, "negation"),
        ("Never trained apprentices in a team of 12.", TEAM, "negation"),
        ("Trained all apprentices as part of a team of 12.", TEAM, "scope"),
    ],
)
def test_false_sentences_are_struck_and_the_reason_is_named(text: str, cited: Source, reason: str) -> None:
    claim = check(text, cited)
    assert claim.verdict is Verdict.UNSUPPORTED
    assert any(r.split(":")[0] == reason for r in claim.reasons), claim.reasons


def test_facts_of_two_entries_do_not_prove_one_sentence() -> None:
    claim = check("At Quorn Games I wrote test plans in Selenium and trained two apprentices.", OLD, TEAM)
    assert claim.verdict is not Verdict.SUPPORTED
    assert "commingled" in {r.split(":")[0] for r in claim.reasons}


def test_a_sentence_that_names_both_entries_may_rest_on_both() -> None:
    claim = check(
        "At Quorn Games I wrote test plans in Selenium, at Pelham Rail Software I trained two apprentices.", OLD, TEAM
    )
    assert claim.verdict is not Verdict.UNSUPPORTED, claim.reasons


def test_a_claim_names_the_sources_that_carry_it() -> None:
    assert check("Found 340 defects with Selenium test plans.").source_ids[0] == "old"
