# ruff: noqa: E501, SIM905 - one written form a line
from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verivita.engines.skills.model import SkillKind, SkillMention
from verivita.features.postings.model import Education, Requirements, SkillWish
from verivita.features.postings.requirements import read_requirements

_KNOWN = {
    name.lower(): name
    for name in "Python|Java|Go|Ruby|Scala|SQL|React|Vue|Docker|Kubernetes|AWS|GCP|Azure|Excel|R|Tableau|Statistics|HTML|CSS|Spark|Kafka".split(
        "|"
    )
}
_NAMES = re.compile(r"(?<![\w+#])(?:" + "|".join(re.escape(n) for n in _KNOWN.values()) + r")(?![\w+#])")


def named(text: str) -> Sequence[SkillMention]:
    return [SkillMention(m[0].lower(), m[0], SkillKind.TECHNICAL, m.start(), m.end()) for m in _NAMES.finditer(text)]


def read(text: str) -> Requirements:
    return read_requirements(text, named)


def wishes(text: str) -> dict[str, SkillWish]:
    return {wish.skill_id: wish for wish in read(text).skills}


def asked(text: str) -> tuple[set[str], set[str]]:
    found = wishes(text).values()
    return {w.skill_id for w in found if w.required}, {w.skill_id for w in found if not w.required}


class TestRequiredAndPreferred:
    @pytest.mark.parametrize(
        ("text", "required", "preferred"),
        [
            ("Requirements:\n- Python\n- SQL\n\nNice to have:\n- Docker", {"python", "sql"}, {"docker"}),
            (
                "Minimum qualifications:\nExperience with Java.\nPreferred qualifications:\nKnowledge of Spark.",
                {"java"},
                {"spark"},
            ),
            ("You must have Python. Experience with Go is a plus.", {"python"}, {"go"}),
            ("SQL experience required; Python, R, Tableau preferred", {"sql"}, {"python", "r", "tableau"}),
            ("Experience with data visualisation (Tableau preferred) and SQL.", {"sql"}, {"tableau"}),
            ("We are looking for Ruby folk, and preferably Docker.", {"ruby"}, {"docker"}),
            ("You know Python. Bonus points for React or Vue.", {"python"}, {"react", "vue"}),
            ("Familiarity with Go or Ruby a plus.", set(), {"go", "ruby"}),
            ("Requirements: Python, SQL\nBonus: Kafka", {"python", "sql"}, {"kafka"}),
            ("Our stack is Python, React and AWS. We love cheese.", set(), set()),
            ("Benefits:\n- Excel in your career\n- Docker stickers", set(), set()),
            ("What you will do:\n- Build services in Go\n\nRequirements:\n- Java", {"java"}, set()),
            ("Bachelor's degree in Statistics or a related field. Strong SQL.", {"sql"}, set()),
            (
                "PhD in a quantitative discipline (e.g., Statistics, Economics) or equivalent. Strong SQL.",
                {"sql"},
                set(),
            ),
            ("Requirements:\nStrong SQL.\nSend your resume and GitHub profile to jobs@acme.example", {"sql"}, set()),
            ("Requirements:\nStrong SQL.\nLearn beside people who shipped at Docker and Tableau", {"sql"}, set()),
            ("Requirements:\n- Worked at scale with Docker", {"docker"}, set()),
            ("Requirements:\n- Apply SQL and Python to real questions", {"sql", "python"}, set()),
            ("Requirements:\n- Worked with lots of Docker and come from Java", {"docker", "java"}, set()),
            ("Python is a must. Python is a plus.", {"python"}, set()),
        ],
    )
    def test_classes(self, text: str, required: set[str], preferred: set[str]) -> None:
        assert asked(text) == (required, preferred)


class TestAlternatives:
    @pytest.mark.parametrize(
        "text",
        [
            "Experience with Java or Scala required.",
            "Requirements:\n- Java/Scala",
            "Requirements:\n- Programming languages such as Java, Scala",
            "Requirements:\n- Either Java, or Scala",
        ],
    )
    def test_either_will_do(self, text: str) -> None:
        found = wishes(text)
        assert found["java"].any_of is not None
        assert found["java"].any_of == found["scala"].any_of

    def test_three_and_a_fourth_apart(self) -> None:
        found = wishes("Requirements:\n- Java, Go or Python\n- SQL\n- AWS or GCP")
        assert found["java"].any_of == found["go"].any_of == found["python"].any_of is not None
        assert found["sql"].any_of is None
        assert found["aws"].any_of not in (None, found["java"].any_of)

    @pytest.mark.parametrize(
        "text", ["Requirements:\n- Java and Scala", "Requirements:\n- HTML/CSS", "Requirements:\n- Java, Scala"]
    )
    def test_a_list_is_no_choice(self, text: str) -> None:
        assert all(wish.any_of is None for wish in wishes(text).values())


class TestYears:
    @pytest.mark.parametrize(
        ("text", "years"),
        [
            ("Requirements:\n- 5+ years of experience", 5),
            ("At least three years of professional experience.", 3),
            ("Minimum of 2 years in a similar role required.", 2),
            ("Requirements:\n- 3-5 years' experience with SQL", 3),
            ("Requirements:\n- 8+ years in engineering\n- 2 years as a lead", 8),
            ("Requirements:\n- A graduate degree and 1+ years of work experience OR 3+ years of experience", 1),
            ("Requirements:\n- Typically 0-2 years experience.", 0),
            ("We were founded 10 years ago.", None),
            ("I've been an engineer here for 2 years.", None),
            ("Over the past 5 years we have grown.", None),
            ("Nice to have:\n- 10 years of experience", None),
            ("No numbers here, experience required.", None),
        ],
    )
    def test_years_asked(self, text: str, years: float | None) -> None:
        assert read(text).min_years == years

    def test_years_of_one_skill(self) -> None:
        found = wishes("Requirements:\n- 5+ years of Python and Go\n- SQL")
        assert (found["python"].years, found["go"].years, found["sql"].years) == (5, 5, None)


class TestSchooling:
    @pytest.mark.parametrize(
        ("text", "level", "required", "or_experience"),
        [
            ("Requirements:\n- Bachelor's degree in Computer Science", Education.BACHELOR, True, False),
            ("Requirements:\n- BS or MS in Engineering or equivalent experience", Education.BACHELOR, True, True),
            ("Requirements:\n- Master's degree or PhD in Physics", Education.MASTER, True, False),
            ("Ph.D. in Biology required.", Education.DOCTORATE, True, False),
            ("Requirements:\n- High school diploma or GED", Education.SECONDARY, True, False),
            ("Requirements:\n- Associate's degree", Education.ASSOCIATE, True, False),
            ("Preferred qualifications:\n- MBA", Education.MASTER, False, False),
            ("Requirements:\n- Bachelor's degree\n- Master's degree preferred", Education.BACHELOR, True, False),
            ("You do not need a degree.", Education.NONE, False, False),
            ("Requirements:\n- MS Office and MS SQL", Education.NONE, False, False),
        ],
    )
    def test_degree(self, text: str, level: Education, required: bool, or_experience: bool) -> None:
        found = read(text)
        assert (found.education, found.education_required, found.education_or_experience) == (
            level,
            required,
            or_experience,
        )


class TestTheRest:
    def test_duties_are_quoted(self) -> None:
        found = read(
            "What you will do\n- Build the billing service\n- Mentor two juniors\n\nRequirements\n- Python skills"
        )
        assert [duty.text for duty in found.duties] == ["Build the billing service", "Mentor two juniors"]
        assert [line.text for line in found.lines] == ["Python skills"]

    @pytest.mark.parametrize(
        ("text", "sponsored"),
        [
            ("We offer visa sponsorship.", True),
            ("Acme | Berlin | ONSITE | VISA", True),
            ("H1B transfers welcome.", True),
            ("We cannot sponsor visas.", False),
            ("Must be legally authorized to work in the U.S.", False),
            ("Toyota does not offer sponsorship for employment-based visas.", False),
            ("Pay with Visa cards.", None),
        ],
    )
    def test_visa(self, text: str, sponsored: bool | None) -> None:
        assert read(text).visa_sponsored is sponsored

    @pytest.mark.parametrize(
        ("text", "share"),
        [
            ("Up to 25% travel.", 0.25),
            ("Travel required: 10 %", 0.1),
            ("Ability to travel is needed.", None),
            ("A travel startup.", None),
        ],
    )
    def test_travel(self, text: str, share: float | None) -> None:
        assert read(text).travel_share == share

    def test_an_empty_text_asks_for_nothing(self) -> None:
        assert read("") == Requirements()


@given(
    st.lists(
        st.sampled_from(
            [
                "Requirements:",
                "- 5+ years of Python or Java",
                "Nice to have",
                "Degree in Statistics; SQL required (Go a plus).",
                "",
                "Visa ok. 20% travel",
            ]
        )
    )
)
def test_every_quote_is_verbatim(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = read(text)
    quotes = [*(w.quote for w in found.skills), *found.duties, *found.lines]
    quotes += [q for q in (found.min_years_quote, found.education_quote, found.visa_quote, found.travel_quote) if q]
    assert all(q.text == text[q.start : q.end] and q.text for q in quotes)


@given(st.text(max_size=400))
def test_odd_text_never_breaks_it(text: str) -> None:
    read(text)
