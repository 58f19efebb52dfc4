"""Questions about the record: answers by the dates and lines of one small resume, on a day that stands still."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from verivita.adapters.readers.markup import MarkupReader
from verivita.core.ids import DocumentId
from verivita.engines.reading.sections import outline_of
from verivita.engines.skills import extract, load_taxonomy
from verivita.features.answers.model import Answer
from verivita.features.answers.record import is_about_record, recorded
from verivita.features.library.facts import facts_of
from verivita.features.library.profile import ActivePaper
from verivita.features.library.record import record_of

RESUME = """# Ena Torvik

## Experience

### Surveyor, Helmer Land Offices
January 2020 - present

- Measured 40 parcels a month with Python.

### Cartographer, Brattle Maps
July 2018 - June 2020

- Drew city maps in Python and PostgreSQL.
- Trained two interns.

## Education

MSc Geodesy, University of Dreieck, 2018

## Languages

Norwegian (native), German (good)
"""


def _answer(question: str, resume: str = RESUME) -> Answer | None:
    taxonomy = load_taxonomy()
    read = MarkupReader().read(resume.encode())
    facts = facts_of(DocumentId(uuid4()), read, outline_of(read), extract(read.text, taxonomy), uuid4)
    record = record_of([ActivePaper(read.text, facts)], date(2022, 12, 15))
    skill = next((taxonomy.by_id[m.skill_id] for m in extract(question, taxonomy)), None)
    wanted = skill.id if skill else ""
    found = recorded(question, record, skill.name if skill else None, lambda one: wanted in taxonomy.implied([one]))
    for item in found.citations if found else ():
        assert read.text[item.start : item.end] == item.text
    return found


def _asked(question: str, resume: str = RESUME) -> str:
    found = _answer(question, resume)
    return found.text if found else ""


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What did I do at Brattle Maps?", "Drew city maps in Python and PostgreSQL."),
        ("What was my role at Helmer?", "Measured 40 parcels a month with Python."),
        ("What did I do in my last job?", "Measured 40 parcels a month with Python."),
        ("How long was my first job?", "2 years by the dates of your papers"),
        ("How long was I at Brattle Maps?", "2 years by the dates of your papers"),
        # Both jobs overlap from January to June 2020: July 2018 to December 2022 is 54 months.
        ("How many years have I worked in total?", "4 years and 6 months by the dates of your papers"),
        (
            "How many years of Python do I have?",
            "4 years and 6 months by the dates of your papers (jobs that show",
        ),
        ("How long have I used PostgreSQL?", "2 years by the dates of your papers (jobs that show PostgreSQL"),
        ("Where do I work?", "Surveyor, Helmer Land Offices"),
        ("Where have I worked?", "Cartographer, Brattle Maps"),
        ("When did I graduate?", "MSc Geodesy, University of Dreieck (2018)"),
        ("Which languages do I speak?", "Norwegian (native)"),
    ],
)
def test_the_record_answers(question, said):
    assert is_about_record(question)
    assert said in _asked(question)


@pytest.mark.edge
@pytest.mark.parametrize(
    "question",
    [
        "How long have I used Kubernetes?",
        "Which certificates do I have?",
        "What did I do at Nordfjord Bank?",
        "How many years of experience do I have in beekeeping?",
        "What is my match for the Surveyor role?",
    ],
)
def test_what_the_papers_do_not_state_is_not_answered(question):
    assert _asked(question) == ""


@pytest.mark.parametrize(
    "question",
    [
        "How long does mitosis take?",
        "When was the Calvin cycle described?",
        "Which postings ask for a degree that I lack?",
        "Which of my jobs need a certificate?",
        "Should I get a degree?",
        "When did he graduate?",
    ],
)
def test_other_questions_are_left_to_others(question):
    assert not is_about_record(question)


def test_years_alone_give_a_span_and_what_has_no_dates_is_named():
    years = RESUME.replace("January 2020 - present", "").replace("July 2018 - June 2020", "2016 - 2018")
    said = _asked("How many years have I worked in total?", years)
    assert said.startswith("1 year and 2 months to 3 years by the dates of your papers")
    assert "without dates, so not counted: Surveyor, Helmer Land Offices" in said


def test_of_two_jobs_with_one_title_the_named_employer_counts():
    two = RESUME.replace("### Surveyor", "### Cartographer")
    assert "Trained two interns." in _asked("What did I do as cartographer at Brattle Maps?", two)


def test_the_cited_lines_hold_the_dates():
    found = _answer("Where have I worked?")
    assert found is not None
    assert ["present" in item.text or "July 2018 - June 2020" in item.text for item in found.citations] == [True, True]
