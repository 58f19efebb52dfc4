"""The ask page as a plain form and as the parts that its script asks for."""

from __future__ import annotations

import pytest

from tests.contract.answers.events import heard
from tests.integration.web.pages import HTML, words
from verivita.core.ids import new_id

QUESTION = "Do I know Apache Kafka?"


async def test_nobody_meets_the_door(nobody):
    page = await nobody.get("/ask", status=401)
    assert "Sign in" in words(page, "body")


async def test_without_a_paper_the_page_says_what_is_needed(tab):
    page = await tab.get("/ask")
    assert "Give a paper first" in words(page)
    assert page.css_first("form.composer textarea") is not None


@pytest.mark.acceptance("CHAT-03", "CHAT-04")
async def test_a_question_is_answered_on_a_page_without_scripts(tab, shelf):
    place = await tab.sent("/ask", {"message": QUESTION, "mode": "chat"})
    page = await tab.get(place.split("#")[0])
    turn = page.css_first(".turn-answer")
    assert turn is not None
    assert "Yes: your papers show Kafka" in words(page, ".turn-answer .prose")
    assert "written without a model" in words(page, ".rung")
    assert page.css_first(".claim.claim-ok.source") is not None
    cite = page.css_first(".cite")
    assert cite is not None
    source = str(cite.attributes["href"])
    assert source.startswith(shelf.paper)
    lit = await tab.get(source.split("#")[0])
    assert "Kafka" in words(lit, "[data-state='on']")
    assert lit.css_first("#lit") is not None
    assert "Kafka" in words(page, "#docpane [data-state='on']")


async def test_a_talk_goes_on_and_can_be_erased(tab, shelf):
    first = await tab.sent("/ask", {"message": QUESTION})
    session = first.split("session=")[1].split("#")[0]
    again = await tab.sent("/ask", {"message": "Which of my jobs are remote?", "session_id": session})
    assert session in again
    page = await tab.get(f"/ask?session={session}")
    assert len(page.css(".turn-answer")) == 2
    talks = await tab.get("/ask/talks")
    assert QUESTION in words(talks)
    assert "2 questions" in words(talks)
    sure = await tab.send(f"/ask/talks/{session}/erase")
    assert "cannot be undone" in sure.text
    assert await tab.sent(f"/ask/talks/{session}/erase", {"sure": "1"}) == "/ask/talks?did=talk"
    await tab.get(f"/ask?session={session}", status=404)
    await tab.sent("/ask", {"message": QUESTION})
    assert await tab.sent("/ask/talks/erase", {"sure": "1"}) == "/ask/talks?did=talks"
    assert "Nothing said yet" in words(await tab.get("/ask/talks"))


async def test_refusals_keep_the_page(tab, shelf):
    answer = await tab.send("/ask", {"message": "   "})
    assert answer.status_code == 422
    assert "A message is needed." in answer.text
    await tab.get(f"/ask?session={new_id()}", status=404)
    await tab.get(f"/ask?job={new_id()}", status=404)
    forged = await tab.client.post("/ask", data={"message": "x"}, headers=HTML)
    assert forged.status_code == 403


async def test_about_one_job(tab, shelf):
    job = shelf.job.rsplit("/", 1)[1]
    page = await tab.get(f"/ask?job={job}")
    assert "Senior Data Engineer" in words(page, ".composer")
    place = await tab.sent("/ask", {"message": "How do I stand?", "job_id": job})
    assert f"job={job}" in place
    page = await tab.get(place.split("#")[0])
    assert "must-have" in words(page, ".turn-answer")
    pane = page.css_first(".cites a[hx-get^='/ask/source/jobs/']")
    assert pane is not None
    part = await tab.get(str(pane.attributes["hx-get"]), hx_request="true")
    assert part.css_first("#lit") is not None


async def test_every_mode_writes_from_the_own_lines(tab, shelf):
    job = shelf.job.rsplit("/", 1)[1]
    for mode in ("email", "tailor", "interview"):
        place = await tab.sent("/ask", {"message": "For this job, please", "mode": mode, "job_id": job})
        page = await tab.get(place.split("#")[0])
        assert "Built Python services over PostgreSQL" in words(page, ".turn-answer")


async def test_the_script_hears_a_stream_and_fetches_the_kept_turn(tab, shelf):
    data = {"csrf": tab.token, "message": QUESTION}
    answer = await tab.client.post("/ask/stream", data=data, headers={"Accept": "text/event-stream"})
    events = heard(answer.text)
    assert [events[0].name, events[-1].name] == ["meta", "done"]
    part = await tab.get(events[-1].data["turn"], hx_request="true")
    assert "Yes: your papers show Kafka" in words(part, ".turn-answer .prose")
    stop = await tab.client.post(events[0].data["stop"], data={"csrf": tab.token})
    assert stop.status_code == 204


@pytest.mark.security
async def test_a_question_is_text_and_never_markup(tab, shelf):
    place = await tab.sent("/ask", {"message": "<img src=x onerror=alert(1)> <b>Do I know Python?</b>"})
    page = await tab.get(place.split("#")[0])
    assert page.css_first(".turns img") is None
    assert "<b>Do I know Python?</b>" in words(page, ".turn-you")
