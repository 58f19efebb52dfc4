"""Titles, employers and degrees told in running text; skills that a paper shows; names behind a label."""

from __future__ import annotations

import pytest

from verivita.adapters.readers.markup import MarkupReader
from verivita.engines.reading.lexicon import degree_span
from verivita.engines.reading.sections import outline_of
from verivita.engines.skills import extract, load_taxonomy
from verivita.features.library.shown import named, shown_skills, unlisted_skills


def _outline(text: str):
    read = MarkupReader().read(text.encode())
    return read, outline_of(read)


@pytest.mark.parametrize(
    ("sentence", "titles"),
    [
        ("Six years of experience as a dental hygienist in busy practices.", ["dental hygienist"]),
        ("Seeking a position as a Warehouse Supervisor or Dispatcher.", ["Warehouse Supervisor", "Dispatcher"]),
        ("Joined as Junior Buyer, later served as Head of Purchasing.", ["Junior Buyer", "Head of Purchasing"]),
        ("Versatile, bilingual project manager with a record of early delivery.", ["project manager"]),
        ("Work well as a team member.", []),
        ("Known as a good listener in every place.", []),
    ],
)
def test_titles_told_in_a_summary(sentence: str, titles: list[str]) -> None:
    _, outline = _outline(f"Mia Brandt\n\nSUMMARY\n\n{sentence}\n")
    assert [value.text for value in outline.told_titles] == titles


def test_an_employer_is_told_after_its_title() -> None:
    _, outline = _outline("Mia Brandt\n\nSUMMARY\n\nWorked as a nurse at Mercy Hospital until 2019.\n")
    assert [value.text for value in outline.told_employers] == ["Mercy Hospital"]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Study notes of Mia Brandt, reading group 2024.", None),
        ("Mia van der Brandt", "Mia van der Brandt"),
        ("Maria y Lopez | Oslo", "Maria y Lopez"),
        ("SITE ENGINEERING", None),
        ("MANAGEMENT AND PROGRAM ANALYSIS", None),
        ("MARIA LOPEZ", "MARIA LOPEZ"),
        ("Ana Sales", "Ana Sales"),
        ("Nguyen The Anh", "Nguyen The Anh"),
        ("Jo Goldsmith", "Jo Goldsmith"),
    ],
)
def test_words_that_are_in_no_name_make_a_line_no_name(line: str, name: str | None) -> None:
    _, outline = _outline(f"{line}\n\nSUMMARY\n\nKept watch.\n")
    assert (outline.name and outline.name.text) == name


@pytest.mark.parametrize(
    ("line", "employers"),
    [
        ("Company: Halden Port Authority, Norway", ["Halden Port Authority"]),
        ("Past Organization: Ravn Shipping as deck officer", ["Ravn Shipping"]),
        ("company: none yet", []),
        ("I joined the company: it was small.", []),
    ],
)
def test_an_employer_told_by_a_label(line: str, employers: list[str]) -> None:
    _, outline = _outline(f"Mia Brandt\n\nSUMMARY\n\n{line}\n")
    assert [value.text for value in outline.told_employers] == employers


def test_a_name_in_capitals_that_ends_in_a_dash_is_an_employer_and_no_heading() -> None:
    _, outline = _outline(
        "Mia Brandt\n\nWORK EXPERIENCE\n\nDeck Officer\n\nRAVN SHIPPING -\n\nMay 2015 to May 2018\n\nKept watch.\n\n"
        "EDUCATION\n\nBSc\n\nOslo University\n"
    )
    (entry,) = outline.sections[1].entries
    assert (entry.title and entry.title.text, entry.employer and entry.employer.text) == (
        "Deck Officer",
        "RAVN SHIPPING",
    )
    assert entry.dates is not None


def test_skills_in_rows_and_lists_are_named_and_a_word_of_a_sentence_is_told_of() -> None:
    row = [(100, 106, "experience"), (108, 112, "experience"), (140, 150, "experience")]
    alone = [(400, 406, "experience"), (460, 470, "experience"), (700, 706, "summary")]
    listed = [(900, 906, "skills")]
    assert named([*row, *alone, *listed]) == [True] * 3 + [False] * 3 + [True]
    assert named([*listed, *alone[::-1], *row[::-1]]) == [True] + [False] * 3 + [True] * 3
    assert named(row[:2]) == [False, False]
    assert named([]) == []


def test_a_role_told_by_a_label_below_the_head() -> None:
    text = "Mia Brandt\n\nEXPERIENCE\n\nAcme Inc, 2015 - 2018\nRole: Data Steward\n- Kept the catalogue clean\n"
    assert "Data Steward" in [value.text for value in _outline(text)[1].told_titles]


def test_degrees_told_beside_the_name_and_in_the_summary() -> None:
    _, outline = _outline("Mia Brandt, MBA\n\nSUMMARY\n\nHolds a B.S. in Marketing and sells books.\n")
    assert [value.text for value in outline.told_degrees] == ["MBA", "B.S."]


@pytest.mark.parametrize(("text", "found"), [("Yorktown High School", False), ("High School Diploma", True)])
def test_a_named_school_is_no_degree(text: str, found: bool) -> None:
    assert (degree_span(text) is not None) is found


def test_the_name_behind_a_label_below_a_heading() -> None:
    _, outline = _outline("CURRICULUM VITAE\n\nPersonal Details\n\nName:\nMia Brandt\nPhone: 030 123456\n")
    assert outline.name is not None
    assert outline.name.text == "Mia Brandt"


def test_two_years_without_the_dash_that_a_converter_lost() -> None:
    _, outline = _outline(
        "EXPERIENCE\n\nClerk, Acme Inc 20122016\n- Kept books\n\nClerk, Beta Ltd 2009 - 2011\n- Files\n"
    )
    assert [entry.dates and entry.dates.value for section in outline.sections for entry in section.entries] == [
        "2012-01/2016-12",
        "2009-01/2011-12",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Member, Budget Committee, Some University, 2012 - 2014",
        "Brown, T. and Weber, K. (2011). Costs of water. Journal of Rivers.",
    ],
)
def test_service_and_citations_are_no_jobs(line: str) -> None:
    _, outline = _outline(f"EXPERIENCE\n\nTeacher, Lake School, 2001 - 2010\n- Taught maths\n\n{line}\n- Some words\n")
    employers = [entry.employer.text for s in outline.sections for entry in s.entries if entry.employer is not None]
    assert employers == ["Lake School"]


class TestSkills:
    """What counts as a skill of the person."""

    TEXT = (
        "Mia Brandt\n\nEXPERIENCE\n\nPlanner, Acme Inc, 2015 - 2018\n"
        "- Was responsible for logistics of the north and wrote small tools in Python\n"
        "- Kept testing short\n\n"
        "SKILLS\n\nJava, SQL, Docker, Jira, Brimstone, Kubernetes, Git\nLogistics\n"
    )

    def test_what_is_told_and_what_is_listed_show_a_skill_and_a_name_of_a_firm_none(self) -> None:
        read, outline = _outline(self.TEXT.replace("Acme Inc", "MongoDB"))
        mentions = extract(read.text, load_taxonomy())
        shown = [read.text[m.start : m.end] for m in shown_skills(read, outline, mentions)]
        assert {"Python", "logistics", "Logistics", "Java"} <= set(shown)
        assert "MongoDB" in {read.text[m.start : m.end] for m in mentions}
        assert "MongoDB" not in shown

    def test_a_name_among_known_skills_that_no_table_knows(self) -> None:
        read, outline = _outline(self.TEXT)
        found = unlisted_skills(read, outline, extract(read.text, load_taxonomy()))
        assert [(id, value.text) for id, value in found] == [("own:brimstone", "Brimstone")]

    def test_a_list_without_known_skills_shows_none(self) -> None:
        read, outline = _outline("Mia Brandt\n\nSKILLS\n\nBerlin, Hamburg, Munich, Cologne\n")
        assert unlisted_skills(read, outline, extract(read.text, load_taxonomy())) == ()
