"""Asking without a model: refusals, and answers from the very words of the papers and jobs."""

from __future__ import annotations

import pytest

from verivita.core.errors import Invalid, NotFound
from verivita.core.ids import new_id
from verivita.features.answers import Question, Rung, Topic, Verdict
from verivita.features.assistant import Saying

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _text(container, person, document_id) -> str:
    return (await container.library.open(person, document_id)).text


@pytest.mark.parametrize("text", ["", "   ", "x" * 20_001])
async def test_no_question_is_refused(container, owner, text):
    with pytest.raises(Invalid):
        await container.answers.ask(owner, Question(text))


async def test_an_unknown_job_is_not_found(container, owner):
    with pytest.raises(NotFound):
        await container.answers.ask(owner, Question("How do I stand?", Topic.CAREER, job_id=new_id()))


async def test_somebody_elses_job_is_not_found(container, owner, stranger):
    theirs = (await container.search.all_filtered(owner, _everything()))[0]
    with pytest.raises(NotFound):
        await container.answers.ask(stranger, Question("What do they ask for?", job_id=theirs))


async def test_who_has_no_papers_is_told_so_and_sees_nobody_elses(container, stranger):
    answer = await container.answers.ask(stranger, Question("Where does the Calvin cycle take place?"))
    assert answer.abstained
    assert answer.citations == ()
    assert "no paper" in answer.text


@pytest.mark.acceptance("DOC-12", "CHAT-04")
async def test_a_study_question_is_answered_in_the_words_of_the_notes(container, owner):
    answer = await container.answers.ask(owner, Question("Where does the Calvin cycle take place?"))
    assert not answer.abstained
    assert answer.rung is Rung.NO_MODEL
    assert answer.search_mode == "hybrid"
    first = answer.citations[0]
    assert "in the stroma" in first.text
    assert first.page == 1
    assert first.section == "Photosynthesis"
    assert answer.text.startswith("The Calvin cycle takes place in the stroma")
    for item in answer.citations:
        assert (await _text(container, owner, item.document_id))[item.start : item.end] == item.text


async def test_every_claim_is_borne_out_and_names_facts_where_there_are_some(container, owner):
    answer = await container.answers.ask(owner, Question("How far did the nightly run time of the pipeline fall?"))
    assert answer.score == 1.0
    assert {claim.verdict for claim in answer.claims} == {Verdict.SUPPORTED}
    assert "40 minutes" in answer.text
    facts = {fact.id for fact in await container.library.facts(owner, answer.citations[0].document_id)}
    assert set(answer.claims[0].fact_ids) <= facts
    assert answer.claims[0].fact_ids


@pytest.mark.parametrize("text", ["What is the capital of Mongolia?", "Who composed the opera Turandot?"])
async def test_what_the_papers_do_not_say_is_not_said(container, owner, text):
    answer = await container.answers.ask(owner, Question(text))
    assert answer.abstained
    assert answer.claims == ()
    assert answer.score is None
    assert answer.text.startswith("Your papers do not say so.")


@pytest.mark.edge
async def test_a_question_in_another_language_says_what_to_expect(container, owner):
    answer = await container.answers.ask(owner, Question("Wie viele Phasen hat die Mitosis: prophase, metaphase?"))
    assert answer.language == "de"
    assert any("German" in note for note in answer.notes)
    assert "Mitosis has four phases" in answer.citations[0].text


async def test_changed_papers_change_the_answer_at_once(container, owner):
    question = Question("What is the secret ingredient of the tollgate stew?")
    assert (await container.answers.ask(owner, question)).abstained
    note = b"# Kitchen\n\nThe secret ingredient of the tollgate stew is smoked paprika from the market."
    added = await container.library.add(owner, "stew.md", note, _notes())
    await container.library.read(owner, added.document.id, _quiet)
    assert "smoked paprika" in (await container.answers.ask(owner, question)).text
    await container.library.remove(owner, added.document.id)
    assert (await container.answers.ask(owner, question)).abstained


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Which of my saved jobs are remote?", "1 of your 3 jobs"),
        ("Do I know Kubernetes?", "no line of them shows Kubernetes. 1 of your 3 jobs ask for it."),
        ("Do I know Airflow?", "Yes: your papers show Airflow, used in your work."),
        ("Which databases have I used?", "Yes: your papers show PostgreSQL"),
        ("What do I know about SQL?", "Yes: your papers show SQL, used in your work; also dbt and PostgreSQL"),
        ("What did I do at Tollgate?", "Built the customs pipeline in Python and Airflow"),
        ("How long did I work at Harrow Museums?", "2 years and 9 months by the dates of your papers"),
        ("How many years of SQL do I have?", "jobs that show SQL"),
        ("Where have I worked?", "Junior Analyst, Harrow Museums (June 2018 to February 2021)"),
        ("When did I graduate?", "BSc Mathematics, University of Larkfield (2018)"),
        ("Which jobs fit me best?", "By what your papers prove"),
        ("What skills am I missing for my jobs?", "Kubernetes: 1 of your best"),
        ("How do I stand for the Senior Data Engineer at Quarrymill Systems?", "You meet three of four must-haves."),
    ],
)
async def test_career_questions_are_answered_from_what_is_known_for_sure(container, owner, text, said):
    answer = await container.answers.ask(owner, Question(text, Topic.CAREER))
    assert said in answer.text
    for item in answer.citations:
        if item.job_id:
            posting = await container.postings.get(owner, item.job_id)
            assert posting.understood.description[item.start : item.end] == item.text
        else:
            assert (await _text(container, owner, item.document_id))[item.start : item.end] == item.text


async def test_a_question_about_one_job_reads_its_posting(container, owner):
    ids = await container.search.all_filtered(owner, _everything())
    jobs = {p.understood.company: p.id for p in await container.postings.many(owner, ids)}
    question = Question("What will you own in this job?", Topic.CAREER, job_id=jobs["Quarrymill Systems"])
    answer = await container.answers.ask(owner, question)
    assert "You will own the pipelines of our pricing team." in answer.text
    assert answer.citations[0].job_id == jobs["Quarrymill Systems"]


def _everything():
    from verivita.features.search import SearchRequest

    return SearchRequest()


def _notes():
    from verivita.features.library import DocumentKind

    return DocumentKind.NOTES


async def _quiet(*_) -> None:
    """Progress that nobody watches."""


@pytest.mark.acceptance("CHAT-06")
async def test_every_idea_that_we_offer_can_be_answered(container, owner):
    ideas = await container.assistant.suggestions(owner)
    assert len(ideas) >= 3
    for idea in ideas:
        reply = await container.assistant.say(owner, Saying(idea))
        assert not reply.answer.abstained, (idea, reply.answer.text)
