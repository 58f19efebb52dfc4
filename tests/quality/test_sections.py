"""Thirty resumes in five layouts, each line of which we know the section of: the section F1 of the reading."""

from __future__ import annotations

from collections import Counter
from itertools import cycle

import pytest

from tests.integration.reading.papers import docx, pdf
from verivita.adapters.readers.docx import DocxReader
from verivita.adapters.readers.markup import MarkupReader
from verivita.adapters.readers.pdf import PdfReader
from verivita.engines.reading.ports import ReadText
from verivita.engines.reading.sections import outline_of

Paper = list[tuple[str, str, list[str]]]
"""Kind of a section, its heading, its lines."""

PEOPLE = [
    ("Ines Duarte", "Nurse", "Santa Clara Hospital", "BSc Nursing", "University of Porto", "Triage, Wound care, Epic"),
    ("Tom Hale", "Welder", "Northern Yards", "Diploma in Welding", "Leeds City College", "MIG, TIG, Blueprints"),
    ("Aiko Mori", "Data Analyst", "Kite Insurance", "MSc Statistics", "Osaka University", "Python, SQL, Tableau"),
    ("Samuel Osei", "Accountant", "Volta Foods", "BCom Accounting", "University of Ghana", "IFRS, Excel, SAP"),
    ("Lena Fischer", "Backend Engineer", "Hafen Software GmbH", "BSc Computer Science", "TU Hamburg", "Go, Kafka"),
    ("Marta Ruiz", "Pastry Chef", "Horno del Sur", "Diploma in Pastry", "Cooking School of Seville", "Chocolate"),
]  # fmt: skip
HEADINGS = [
    {"summary": "Summary", "experience": "Experience", "education": "Education", "skills": "Skills",
     "projects": "Projects", "languages": "Languages"},
    {"summary": "Profile", "experience": "Work Experience", "education": "Education and Training",
     "skills": "Technical Skills", "projects": "Selected Projects", "languages": "Languages"},
    {"summary": "About me", "experience": "Professional Experience", "education": "Academic Background",
     "skills": "Core Competencies", "projects": "Personal Projects", "languages": "Language Skills"},
]  # fmt: skip


def paper_of(person: tuple[str, ...], headings: dict[str, str], turned: bool) -> tuple[list[str], Paper]:
    name, title, employer, degree, school, skills = person
    mail = name.lower().replace(" ", ".") + "@example.com"
    bodies: dict[str, list[str]] = {
        "summary": [f"{title} with nine years of practice who likes calm teams and clear handovers."],
        "experience": [
            f"Senior {title}, {employer}", "March 2019 - Present", "- Led a team of four and trained two newcomers",
            f"- Cut waiting times by 18 percent as {title.lower()} on duty",
            f"{title}, Old Mill Works", "June 2014 - February 2019", "- Wrote the handbook that the shift still uses",
        ],
        "education": [f"{degree}, {school}", "2010 - 2014"],
        "skills": [skills],
        "projects": ["Open Day Planner", "- A small tool with which a village plans its fair"],
        "languages": ["English (fluent), Portuguese (basic)"],
    }  # fmt: skip
    order = ["summary", "experience", "education", "projects", "skills", "languages"]
    if turned:
        order = ["summary", "skills", "education", "experience", "languages", "projects"]
    return [name, title, mail, "+44 20 7946 0018"], [(kind, headings[kind], bodies[kind]) for kind in order]


def as_text(head: list[str], paper: Paper) -> ReadText:
    parts = ["\n".join(head)] + ["\n".join([heading.upper(), *lines]) for _, heading, lines in paper]
    return MarkupReader().read("\n\n".join(parts).encode())


def as_markdown(head: list[str], paper: Paper) -> ReadText:
    parts = [f"# {head[0]}\n\n" + "  \n".join(head[1:])]
    parts += [f"## {heading}\n\n" + "\n".join(lines) for _, heading, lines in paper]
    return MarkupReader().read("\n\n".join(parts).encode())


def as_docx(head: list[str], paper: Paper) -> ReadText:
    def build(document):
        for line in head:
            document.add_paragraph(line)
        for _, heading, lines in paper:
            document.add_heading(heading, 1)
            for line in lines:
                bullet = line.startswith("- ")
                document.add_paragraph(line.removeprefix("- "), style="List Bullet" if bullet else None)

    return DocxReader().read(docx(build))


def column(paper: Paper, x: float, top: float) -> tuple[list[tuple[float, float, float, str]], float]:
    texts, y = [], top
    for _, heading, lines in paper:
        texts.append((x, y, 13.0, f"**{heading}"))
        y += 20
        for line in lines:
            texts.append((x, y, 10.0, line.replace("- ", "\u2022 ", 1) if line.startswith("- ") else line))
            y += 14
        y += 16
    return texts, y


def as_pdf(head: list[str], paper: Paper) -> ReadText:
    texts = [(72.0, 60.0 + 16 * n, 18.0 if n == 0 else 10.0, line) for n, line in enumerate(head)]
    return PdfReader().read(pdf([[*texts, *column(paper, 72, 150)[0]]]))


def as_two_columns(head: list[str], paper: Paper) -> ReadText:
    """A sidebar with skills, languages and education; the rest on the right."""
    side = [part for part in paper if part[0] in ("skills", "languages", "education")]
    main = [part for part in paper if part not in side]
    texts = [(40.0, 60.0 + 16 * n, 18.0 if n == 0 else 10.0, line) for n, line in enumerate(head)]
    return PdfReader().read(pdf([[*texts, *column(side, 40, 150)[0], *column(main, 270, 150)[0]]]))


LAYOUTS = {
    "text": as_text, "markdown": as_markdown, "docx": as_docx, "pdf": as_pdf, "two columns": as_two_columns,
}  # fmt: skip


def squeezed(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


def counts(read: ReadText, paper: Paper) -> Counter[str]:
    """Lines that stand in their own section (hit), in another (wrong), in none (lost)."""
    held: dict[str, str] = {}
    for section in outline_of(read).sections:
        held[section.kind] = held.get(section.kind, "") + squeezed(read.text[section.start : section.end])
    found: Counter[str] = Counter()
    for kind, _, lines in paper:
        for line in map(squeezed, lines):
            places = {other for other, text in held.items() if line in text}
            found["hit"] += kind in places
            found["wrong"] += bool(places - {kind})
            found["lost"] += kind not in places
    return found


def f1(found: Counter[str]) -> float:
    return 2 * found["hit"] / (2 * found["hit"] + found["wrong"] + found["lost"])


@pytest.mark.acceptance("DOC-04")
def test_section_f1_of_thirty_resumes_in_five_layouts(record_property):
    total: Counter[str] = Counter()
    for name, lay_out in LAYOUTS.items():
        some: Counter[str] = Counter()
        for number, (person, headings) in enumerate(zip(PEOPLE, cycle(HEADINGS), strict=False)):
            head, paper = paper_of(person, headings, turned=number % 2 == 1)
            some += counts(lay_out(head, paper), paper)
        record_property(f"section_f1:{name}", round(f1(some), 4))
        print(f"section F1, {name}: {f1(some):.3f}")
        assert f1(some) >= 0.9, (name, some)
        total += some
    print(f"section F1 of 30 resumes: {f1(total):.3f}")
    record_property("section_f1", round(f1(total), 4))
    assert f1(total) >= 0.97
