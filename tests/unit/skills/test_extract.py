"""What a text shows: aliases, traps, exact spans, no overlaps."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verivita.engines.skills import SkillKind, by_kind, extract, load_taxonomy

TAXONOMY = load_taxonomy()


def names(text: str) -> list[str]:
    return [m.name for m in extract(text, TAXONOMY)]


@pytest.mark.acceptance("RET-05")
@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("k8s", "Kubernetes"), ("JS", "JavaScript"), ("Postgres", "PostgreSQL"), ("ML", "machine learning"),
        ("Golang", "Go"), ("sklearn", "scikit-learn"), ("NodeJS", "Node.js"), ("node.js", "Node.js"),
        ("C++", "C++"), ("C#", "C#"), (".NET", ".NET"), ("ASP.NET", "ASP.NET"), ("CI/CD", "CI/CD"),
        ("A/B testing", "A/B testing"), ("object oriented programming", "object-oriented programming"),
        ("problem-solving", "problem solving"), ("team player", "teamwork"), ("detail-oriented", "attention to detail"),
        ("T-SQL", "T-SQL"), ("MS Excel", "Microsoft Excel"), ("amazon web services", "AWS"), ("REST", "REST APIs"),
    ],
)  # fmt: skip
def test_an_alias_is_found_under_its_name(written: str, name: str) -> None:
    text = f"You have worked with {written} for years."
    (mention,) = extract(text, TAXONOMY)
    assert mention.name == name
    assert text[mention.start : mention.end] == written


@pytest.mark.acceptance("RET-05")
@pytest.mark.parametrize(
    "text",
    [
        "You will go to market quickly.", "Go to the office.", "React to change, adapt to it.", "R&D budget",
        "Excel at what you do.", "Series C startup", "C-level executives", "Access to our data", "in a word, yes",
        "Spring 2020 internship", "The rest is history.", "Swift action is needed.", "a chef and his puppet",
        "Express your interest", "We make rust look good", "Bring a spark to the team", "the German market is big",
        "required by applicable law", "our insurance and retail benefits", "regardless of race or military status",
        "see https://www.java.com/python or write to ruby@rails.com", "the oracle of Delphi",
        "Oracle Corporation is near",
        "", "   \n\n", "+++ ### ...",
    ],
)  # fmt: skip
def test_everyday_words_are_not_skills(text: str) -> None:
    assert names(text) == []


@pytest.mark.acceptance("RET-05")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We use Go, Rust and C++.", ["Go", "Rust", "C++"]),
        ("Proficient in R.", ["R"]),
        ("Python, R, C, SQL", ["Python", "R", "C", "SQL"]),
        ("Languages: C, Go", ["C", "Go"]),
        ("Experience in C programming", ["C"]),
        ("Spring, Hibernate, JPA", ["Spring", "Hibernate", "JPA"]),
        ("django, postgresql, redis, go, rust", ["Django", "PostgreSQL", "Redis", "Go", "Rust"]),
        ("Puppet, Chef, Ansible", ["Puppet", "Chef", "Ansible"]),
        ("Microsoft Word, Access and Outlook", ["Microsoft Word", "Microsoft Access", "Microsoft Outlook"]),
        ("advanced Excel skills", ["Microsoft Excel"]),
        ("Word, Excel and PowerPoint", ["Microsoft Word", "Microsoft Excel", "Microsoft PowerPoint"]),
        ("frontend with React and Express", ["front-end development", "React", "Express.js"]),
        ("React Native app", ["React Native"]),
        ("Duties: networking, security, VoIP", ["computer networking", "cybersecurity", "VoIP"]),
        ("Java/Spring/Kafka", ["Java", "Spring", "Kafka"]),
    ],
)
def test_ambiguous_names_count_where_the_place_fits(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fluent in German and English (C1).", ["German", "English"]),
        ("Languages: French, Spanish", ["French", "Spanish"]),
        ("Spanish (native)", ["Spanish"]),
        ("English speaker", ["English"]),
        ("English teacher in Spain", []),
        ("a French company", []),
    ],
)
def test_languages_count_only_where_the_text_speaks_of_them(text: str, expected: list[str]) -> None:
    found = [m for m in extract(text, TAXONOMY) if m.kind is SkillKind.LANGUAGE]
    assert [m.name for m in found] == expected


def test_a_name_may_go_over_a_line_break_but_not_over_a_list() -> None:
    assert names("We do machine\nlearning here") == ["machine learning"]
    assert names("machine, learning") == []
    assert names("machine\n\nlearning") == []


def test_kinds_are_apart_and_each_name_comes_once() -> None:
    mentions = extract("Python and Docker, more Python; strong communication skills; fluent in German", TAXONOMY)
    found = by_kind(mentions)
    assert found[SkillKind.TECHNICAL] == ("Python",)
    assert found[SkillKind.TOOL] == ("Docker",)
    assert found[SkillKind.SOFT] == ("communication",)
    assert found[SkillKind.LANGUAGE] == ("German",)
    assert found[SkillKind.KNOWLEDGE] == ()


WORDS = st.sampled_from(
    [*"RC", "Go", "Java", "İ", "Spring", "Boot", "C++", "C#", ",", " ", "\n", "/", "é", "SQL", "to", "(", "."]
)


@given(
    st.one_of(
        st.text(max_size=200), st.lists(WORDS, max_size=40).map(" ".join), st.lists(WORDS, max_size=40).map("".join)
    )
)
@settings(max_examples=300, deadline=None)
def test_any_text_gives_ordered_spans_without_overlap(text: str) -> None:
    end = 0
    for mention in extract(text, TAXONOMY):
        assert end <= mention.start < mention.end <= len(text)
        assert 0 < mention.confidence <= 1
        end = mention.end


@given(st.lists(WORDS, max_size=30).map(" ".join))
@settings(max_examples=100, deadline=None)
def test_the_same_text_gives_the_same_answer(text: str) -> None:
    assert extract(text, TAXONOMY) == extract(text, TAXONOMY)
