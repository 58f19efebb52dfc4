"""What the lines around a job say of its title and employer, and which words of a paper speak of the person."""

from __future__ import annotations

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
