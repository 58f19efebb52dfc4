"""What the lines around a job say of its title and employer, and which words of a paper speak of the person."""

from __future__ import annotations

import pytest

from verivita.engines.reading.assemble import LooseLine, assemble
from verivita.engines.reading.evidence import of_person
from verivita.engines.reading.outline import Entry, Outline
from verivita.engines.reading.ports import ReadText
from verivita.engines.reading.sections import outline_of


def read_of(*lines: str) -> ReadText:
    return assemble((LooseLine(line.strip(), gap=line.startswith(" ")) for line in lines), 1, "text/plain")


def jobs(*lines: str) -> tuple[Entry, ...]:
    outline = outline_of(read_of("Ada Stone", " WORK EXPERIENCE", *lines))
    return next(section.entries for section in outline.sections if section.kind == "experience")


def test_a_title_below_the_line_of_the_employer() -> None:
    (job,) = jobs("Harbour Ltd., Oslo, Norway", "2015 - 2019", "A yard for small boats of wood and steel.", "Welder")
    assert job.employer is not None and job.employer.text == "Harbour Ltd"
    assert job.title is not None and job.title.text == "Welder"


def test_a_title_after_a_label_in_the_body() -> None:
    (job,) = jobs("Harbour Ltd.", "2015 - 2019", "Position: Boat builder")
    assert job.title is not None and job.title.text == "Boat builder"


def test_a_sentence_or_a_list_of_tools_is_no_employer() -> None:
    (job,) = jobs("Boat Builder, 2015 - 2019", "Tools: Saws, planes", "• Built boats")
    assert job.title is not None and job.title.text == "Boat Builder"
    assert job.employer is None


def test_a_line_cut_off_behind_its_dash_names_the_employer_of_what_stands_above() -> None:
    first, second = jobs("App develop", "Lantern -", "August 2016 to Present", "SMTS", "Wick -  Oslo -", "2014 to 2016")
    assert [v.text for v in (first.title, first.employer) if v is not None] == ["App develop", "Lantern"]
    assert [v.text for v in (second.title, second.employer) if v is not None] == ["SMTS", "Wick"]


def test_a_talk_or_a_plain_name_of_one_year_is_no_employer() -> None:
    found = jobs(
        "Welder, Harbour Ltd.",
        "2015 - 2019",
        "• Welded",
        "Harbour Lights Conference, 2012",
        "Container Tracker, 2010",
    )
    assert [job.employer.text for job in found if job.employer is not None] == ["Harbour Ltd."]
    assert "Container Tracker" in [job.name.text for job in found if job.name is not None]


@pytest.mark.parametrize(
    "lines",
    [
        ("Nov 2004 –", "Aug 2008", "Welder, Harbour Ltd.", "• Welded", "Mar 2001 to", "Oct 2004", "Cook, Galley Inc."),
        (
            "Nov 2004",
            "to",
            "Aug 2008",
            "Welder, Harbour Ltd.",
            "• Welded",
            "Mar 2001",
            "–",
            "Oct 2004",
            "Cook, Galley Inc.",
        ),
        ("Nov 2004 –\tWelder", "Aug 2008\tHarbour Ltd.", "• Welded", "Mar 2001 –\tCook", "Oct 2004\tGalley Inc."),
        (
            "Welder",
            "Harbour Ltd.",
            "Nov 2004 –",
            "Aug 2008",
            "• Welded",
            "Cook",
            "Galley Inc.",
            "Mar 2001 –",
            "Oct 2004",
        ),
    ],
)
def test_a_date_that_goes_on_below_has_ended(lines: tuple[str, ...]) -> None:
    first, second = jobs(*lines, "• Cooked")
    assert [v.value for v in (first.title, first.employer, first.dates) if v] == [
        "Welder",
        "Harbour Ltd.",
        "2004-11/2008-08",
    ]
    assert second.dates is not None and second.dates.value == "2001-03/2004-10"


def test_a_date_that_lasts_and_another_below_stay_apart() -> None:
    first, second, *_ = jobs(
        "2018 –", "Present", "Pilot, Harbour Ltd.", "• Sailed", "Cook, 2016 –", "2017 best of Oslo"
    )
    assert [job.dates.value for job in (first, second) if job.dates] == ["2018-01/", "2016-01/"]


def test_a_title_and_a_firm_that_nothing_parts() -> None:
    (job,) = jobs("10/1995 to 04/1997", "Lighting Designer Harbour Ltd. - Denver, CO", "• Lit the stage")
    assert [v.text for v in (job.title, job.employer) if v] == ["Lighting Designer", "Harbour Ltd."]


def test_a_title_that_begins_like_a_deed() -> None:
    (job,) = jobs("Staffing Business Development Manager", "Harbour Ltd., 2015 - 2019", "• Found people")
    assert job.title is not None and job.title.text == "Staffing Business Development Manager"
    assert job.employer is not None and job.employer.text == "Harbour Ltd."


def test_a_name_over_some_years_is_an_employer_whatever_its_words() -> None:
    (job,) = jobs("Wall Street Journal", "2010 - 2014", "• Wrote the news")
    assert job.employer is not None and job.employer.text == "Wall Street Journal"


@pytest.mark.parametrize("title", ["Post-doctoral Researcher", "Field-service Engineer", "Firm-wide Trainer"])
def test_a_word_before_a_hyphen_is_no_label(title: str) -> None:
    (job,) = jobs(title, "Harbour University", "2015 - 2019", "• Worked")
    assert [v.text for v in (job.title, job.employer) if v] == [title, "Harbour University"]


def test_labels_of_forms() -> None:
    (job,) = jobs(
        "Firm: Harbour Lights", "Position held: Pilot", "Duration: January 2007 to September 2011", "• Sailed"
    )
    assert [v.text for v in (job.title, job.employer) if v is not None] == ["Pilot", "Harbour Lights"]


def paper() -> tuple[ReadText, Outline]:
    read = read_of(
        "Ada Stone",
        " WORK EXPERIENCE",
        "Boat Builder",
        "Java Boats Ltd.",
        "2015 - 2019",
        "• Wrote the Java service of the yard",
        " REFERENCES",
        "Bo Reed teaches Python at the school of Lund",
    )
    return read, outline_of(read)


def test_a_skill_in_a_duty_speaks_of_the_person() -> None:
    read, outline = paper()
    at = read.text.index("Java service")
    assert of_person(read, outline)(at, at + 4)


def test_a_skill_in_the_name_of_a_firm_or_of_a_referee_does_not() -> None:
    read, outline = paper()
    may = of_person(read, outline)
    firm, referee = read.text.index("Java Boats"), read.text.index("Python")
    assert not may(firm, firm + 4)
    assert not may(referee, referee + 6)
