# ruff: noqa: E501, SIM905 - one written form a line
from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verivita.features.postings.dedupe import BANDS, PERMUTATIONS, bands, signature, similarity
from verivita.features.postings.model import RawPosting, Understood
from verivita.features.postings.normalise import understand
from verivita.features.postings.same import places_meet, same_job, title_similarity

BODY = "We build ships that sail by themselves. You will write the steering software with a small team. We use Rust and Go. Good pay, good food."


def posting(**fields: str) -> Understood:
    given_fields = {
        "title": "Backend Engineer",
        "company": "Acme Inc",
        "location": "Berlin, Germany",
        "description": BODY,
        **fields,
    }
    return understand(RawPosting(source=given_fields.pop("source", "board"), **given_fields), lambda _: ())


@pytest.mark.acceptance("JOB-14")
class TestTheSame:
    def test_a_repost_with_small_edits(self) -> None:
        assert same_job(posting(), posting(company="ACME", description=BODY.replace("small", "tiny") + " Apply now!"))

    def test_another_source_with_another_address(self) -> None:
        a = posting(source="x", url="https://a.example/1", source_id="1", location="Berlin")
        b = posting(
            source="y", url="https://b.example/9", source_id="9", location="Berlin, DE", title="Back-end Engineer"
        )
        assert same_job(a, b)

    def test_the_same_page_with_a_new_text(self) -> None:
        a = posting(url="https://a.example/1?utm_source=x")
        assert same_job(a, posting(url="https://www.a.example/1/", description="Entirely different words about boats."))

    def test_the_same_record_of_a_source(self) -> None:
        assert same_job(posting(source_id="7"), posting(source_id="7", title="Cook", company="Other", location="Rome"))

    def test_a_list_of_roles_that_changed_a_little(self) -> None:
        assert same_job(
            posting(title="Backend Engineer; QA Engineer"), posting(title="QA Engineer; Data Analyst; Backend Engineer")
        )


@pytest.mark.acceptance("JOB-14")
class TestFalseTwins:
    @pytest.mark.parametrize(
        "fields",
        [
            {"company": "Umbrella"},
            {"location": "Madrid, Spain"},
            {
                "title": "Frontend Engineer",
                "description": BODY.replace("steering", "screen") + " Other words follow here for a while, truly.",
            },
            {"title": "Cook", "description": "Make soup for forty people each day."},
        ],
    )
    def test_another_job(self, fields: dict[str, str]) -> None:
        other = posting(**fields)
        if fields.get("company"):
            other = replace(other, signature=signature("Something else entirely, with no word in common at all."))
        assert not same_job(posting(), other)

    def test_two_announcements_without_text_stay_two(self) -> None:
        a = posting(description="", source_id="1", url="https://a.example/1")
        b = posting(description="", source_id="2", url="https://a.example/2")
        assert a.content_hash != b.content_hash
        assert not same_job(a, b)


def test_places_meet_when_one_is_the_country_of_the_other() -> None:
    assert places_meet(posting(location="United States"), posting(location="San Antonio, TX"))
    assert places_meet(posting(location=""), posting(location="Oslo"))
    assert not places_meet(posting(location="Portugal"), posting(location="Spain"))


def test_titles_are_compared_by_what_tells_roles_apart() -> None:
    assert title_similarity("Sr. Front-End Dev", "Senior Frontend Developer") == 1
    assert title_similarity("Backend Engineer", "Sales Manager") == 0
    assert title_similarity("", "") == 1


WORDS = st.lists(st.sampled_from("ship sail rust go pay food team data python berlin".split()), max_size=60).map(
    " ".join
)


@given(WORDS)
def test_a_text_is_like_itself_and_its_signature_stable(text: str) -> None:
    mark = signature(text)
    assert mark == signature(text.upper())
    assert len(mark) in (0, PERMUTATIONS)
    assert similarity(mark, mark) == (1 if mark else 0)
    assert len(set(bands(mark))) == (BANDS if mark else 0)


@given(WORDS, WORDS)
def test_likeness_is_symmetric_and_between_0_and_1(a: str, b: str) -> None:
    x, y = signature(a), signature(b)
    assert similarity(x, y) == similarity(y, x)
    assert 0 <= similarity(x, y) <= 1


@given(WORDS, WORDS, st.sampled_from(["Engineer", "Senior Data Analyst", ""]), st.sampled_from(["Berlin", "Rome", ""]))
def test_same_job_is_reflexive_and_symmetric(first: str, second: str, title: str, place: str) -> None:
    a = posting(description=first, title=title, location=place)
    b = posting(description=second)
    assert same_job(a, a)
    assert same_job(a, b) == same_job(b, a)


def test_signatures_do_not_change_between_versions() -> None:
    assert signature("one two three four")[:3] == signature("One, two  three FOUR!")[:3]
    assert bands(signature(BODY))[0].startswith("00")


def test_near_texts_share_a_band_and_far_ones_do_not() -> None:
    near = BODY + " Apply today."
    assert set(bands(signature(BODY))) & set(bands(signature(near)))
    assert not set(bands(signature(BODY))) & set(
        bands(signature("A bakery needs a cook who likes mornings and bread."))
    )


@pytest.mark.acceptance("JOB-14")
class TestPostingsOfSeveralRoles:
    FRAME = (
        "Acme builds ships that sail by themselves across every sea. We are forty people of twelve nations, well funded,"
        " and we care for calm weeks, long holidays and good tools. Come and see us at the harbour. Now hiring: {}."
        " Write to jobs at acme with a few lines about yourself and what you would like to learn here next."
    )

    def list_of(self, title: str, roles: str) -> Understood:
        return posting(title=title, description=self.FRAME.format(roles))

    def test_a_title_without_a_trade_whose_text_names_the_roles_of_the_other(self) -> None:
        roles = (
            "Backend Engineer, Security Engineer, Head of Operations, Senior Data Analyst, Web Developer, UX Designer"
        )
        listed = "Backend Engineer; Security Engineer"
        assert same_job(self.list_of("Engineering", roles), self.list_of(listed, "join our crew today"))

    def test_lists_that_share_some_roles_in_the_same_frame(self) -> None:
        a = self.list_of("Director of Robots; Mechanical Engineer; QA Engineer", "see below")
        b = self.list_of("QA Engineer; Data Analyst; Full Stack Engineer", "look at our page")
        assert same_job(a, b) and same_job(b, a)

    def test_lists_of_other_roles_in_the_same_frame_are_apart(self) -> None:
        a = self.list_of("Director of Robots; Mechanical Engineer", "see the long list below these very words of ours")
        b = self.list_of("Recruiter; Account Executive", "look at our page for all the sales jobs that we offer")
        assert not same_job(a, b) and not same_job(b, a)


class TestToldAgain:
    """One employer in one city tells its roles again with other words."""

    OTHER = "Sails, kites and hulls: we make them all and need hands who like salt water. Write to Ann with a note."

    def test_the_same_list_of_roles_with_another_text(self) -> None:
        roles = "Sailmaker; Deck Officer"
        last = BODY.split(". ")[-1]
        assert same_job(posting(title=roles), posting(title=roles, description=f"{self.OTHER} {last} {BODY[:60]}"))

    def test_not_in_another_city(self) -> None:
        roles, again = "Sailmaker; Deck Officer", f"{self.OTHER} {BODY[:60]}"
        other = posting(title=roles, description=again, location="Hamburg, Germany")
        assert not same_job(posting(title=roles), other)

    def test_one_title_needs_more_of_the_text(self) -> None:
        again = posting(title="Backend Engineer, Payments", description=f"{self.OTHER} {BODY[:60]}")
        assert not same_job(posting(title="Backend Engineer"), again)
