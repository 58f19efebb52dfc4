"""Questions about the record: answers by the dates and lines of one small resume, on a day that stands still."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from verivita.adapters.readers.markup import MarkupReader
from verivita.core.ids import DocumentId
from verivita.engines.reading.sections import outline_of
from verivita.engines.skills import extract, load_taxonomy
from verivita.features.answers.record import is_about_record, recorded
from verivita.features.library import ActivePaper, Record
from verivita.features.library.facts import facts_of

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


def _record() -> Record:
    read = MarkupReader().read(RESUME.encode())
    facts = facts_of(DocumentId(uuid4()), read, outline_of(read), extract(read.text, load_taxonomy()), uuid4)
    return Record((ActivePaper(read.text, facts),), date(2022, 12, 15))


def _asked(text: str) -> str:
    taxonomy = load_taxonomy()
    skill = next((taxonomy.by_id[m.skill_id] for m in extract(text, taxonomy)), None)
    wanted = skill.id if skill else ""
    found = recorded(text, _record(), skill.name if skill else None, lambda one: wanted in taxonomy.implied([one]))
    if found is None:
        return ""
    text = _record().papers[0].text
    for item in found.citations:
        assert text[item.start : item.end] == item.text
    return found.text


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
    ["How long have I used Kubernetes?", "Which certificates do I have?", "What did I do at Nordfjord Bank?"],
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
    ],
)
def test_other_questions_are_left_to_others(question):
    assert not is_about_record(question)
