"""The chat API and its older faces: shapes, refusals, streams, history; no model is connected."""

from __future__ import annotations

import asyncio

import pytest

from tests.contract.answers.events import heard
from verivita.core.ids import new_id

pytestmark = pytest.mark.asyncio(loop_scope="module")
CALVIN = "Where does the Calvin cycle take place?"
CHAT = {
    "id",
    "response",
    "citations",
    "mode",
    "route",
    "grounding_score",
    "claims",
    "abstained",
    "search_mode",
    "rung",
    "language",
    "notes",
    "session_id",
    "processing_time_ms",
}
EVENTS = {"Accept": "text/event-stream"}


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("POST", "/api/v1/chat"),
        ("POST", "/api/v1/query"),
        ("GET", "/api/v1/chat/suggestions"),
        ("GET", "/api/v1/chat/history"),
        ("DELETE", "/api/v1/chat/history"),
        ("GET", "/api/v1/chat/sessions"),
        ("POST", "/query"),
        ("POST", "/chat"),
        ("GET", "/history"),
        ("POST", "/api/chat"),
    ],
)
async def test_nobody_is_refused(clients, verb, path):
    async with clients.nobody() as nobody:
        answer = await nobody.request(verb, path, json={"message": "x", "query": "x"} if verb == "POST" else None)
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"message": ""},
        {"message": "x" * 20_001},
        {"message": "x", "mode": "poem"},
        {"message": "x", "session_id": "no"},
        {"message": "x", "more": 1},
        {"message": "nul\0"},
    ],
)
async def test_a_wrong_body_is_refused(client, body):
    answer = await client.post("/api/v1/chat", json=body)
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid"


@pytest.mark.parametrize("name", ["session_id", "job_id"])
async def test_unknown_talks_and_jobs_are_not_found(client, name):
    body = {"message": "How do I stand?", "mode": "tailor", name: str(new_id())}
    assert (await client.post("/api/v1/chat", json=body)).status_code == 404


@pytest.mark.acceptance("CHAT-03", "CHAT-04")
async def test_an_answer_has_the_agreed_shape_and_cites_word_for_word(client):
    answer = (await client.post("/api/v1/chat", json={"message": CALVIN})).json()
    assert set(answer) == CHAT
    assert (answer["mode"], answer["route"], answer["rung"]) == ("chat", "study", "no_model")
    assert answer["grounding_score"] == 1.0
    assert answer["processing_time_ms"] > 0
    first = answer["citations"][0]
    assert {"document_id", "section", "text", "page", "start", "end", "relevance"} <= set(first)
    assert 0 <= first["relevance"] <= 1
    passages = (await client.get(f"/api/v1/documents/{first['document_id']}/passages")).json()
    rows = passages["items"] if isinstance(passages, dict) else passages
    assert any(first["text"] in row["text"] for row in rows)
    assert [claim["verdict"] for claim in answer["claims"]] == ["supported"] * len(answer["claims"])


@pytest.mark.acceptance("CHAT-03")
@pytest.mark.parametrize("mode", ["chat", "email", "tailor", "interview"])
async def test_every_mode_answers_for_a_job_description(client, mode):
    job = "Data Engineer\nNimbus Ltd\nRequirements:\n- Python and Airflow\n- Terraform\nYou build pipelines."
    body = {"message": "Help me with this job", "mode": mode, "job_description": job, "use_verification": True}
    answer = (await client.post("/api/v1/chat", json=body)).json()
    assert answer["mode"] == mode
    assert answer["response"]
    if mode != "chat":
        assert answer["route"] == "draft"
        assert "Built the customs pipeline in Python and Airflow" in answer["response"]
        assert "Kubernetes" not in answer["response"]


@pytest.mark.acceptance("CHAT-01")
async def test_query_routes_and_takes_an_override(client):
    asked = (await client.post("/api/v1/query", json={"query": "Which of my jobs are remote?"})).json()
    assert asked["route"] == "career"
    assert "1 of your 3 jobs" in asked["answer"]
    forced = (
        await client.post("/api/v1/query", json={"query": "Which of my jobs are remote?", "route": "study"})
    ).json()
    assert forced["route"] == "study"


@pytest.mark.acceptance("CHAT-08", "CHAT-10", "CHAT-11")
async def test_a_talk_is_kept_as_it_was_answered_and_goes_when_erased(client, clients, stranger):
    first = (await client.post("/api/v1/chat", json={"message": CALVIN})).json()
    body = {"message": "Which of my jobs are remote?", "session_id": first["session_id"]}
    second = (await client.post("/api/v1/chat", json=body)).json()
    assert second["session_id"] == first["session_id"]
    talk = (await client.get(f"/api/v1/chat/sessions/{first['session_id']}")).json()
    assert talk["title"] == CALVIN
    assert [turn["message"] for turn in talk["messages"]] == [CALVIN, body["message"]]
    assert talk["messages"][0]["reply"] == first
    assert talk["messages"][1]["reply"] == second
    async with await clients.with_key(stranger) as other:
        assert (await other.get(f"/api/v1/chat/sessions/{first['session_id']}")).status_code == 404
        assert (await other.get(f"/history/{first['session_id']}")).status_code == 404
        assert (await other.get("/api/v1/chat/history")).json()["total"] == 0
        assert (await other.delete("/api/v1/chat/history")).json() == {"erased": 0}
    assert (await client.delete(f"/api/v1/chat/sessions/{first['session_id']}")).status_code == 204
    assert (await client.get(f"/api/v1/chat/sessions/{first['session_id']}")).status_code == 404


@pytest.mark.acceptance("CHAT-07", "CHAT-10")
async def test_history_has_pages_and_can_be_erased(client):
    await client.delete("/api/v1/chat/history")
    for number in range(3):
        await client.post("/api/v1/chat", json={"message": f"Do I know Python? ({number})"})
    page = (await client.get("/api/v1/chat/history", params={"limit": 2})).json()
    assert (page["total"], page["pages"], len(page["items"])) == (3, 2, 2)
    assert page["items"][0]["message"].endswith("(2)")
    assert (await client.get("/api/v1/chat/history", params={"page": 9})).json()["items"] == []
    assert (await client.get("/api/v1/chat/history", params={"limit": 0})).status_code == 422
    sessions = (await client.get("/api/v1/chat/sessions")).json()
    assert sessions["total"] == 3
    assert (await client.delete("/api/v1/chat/history")).json() == {"erased": 3}
    assert (await client.get("/api/v1/chat/history")).json()["total"] == 0


@pytest.mark.acceptance("CHAT-06")
async def test_suggestions_come_from_own_data_alone(client, clients, stranger):
    mine = (await client.get("/api/v1/chat/suggestions")).json()["suggestions"]
    assert any("Quarrymill" in text for text in mine)
    async with await clients.with_key(stranger) as other:
        assert (await other.get("/api/v1/chat/suggestions")).json() == {"suggestions": []}


async def test_a_stream_tells_everything_in_order_and_ends_with_the_kept_answer(client):
    answer = await client.post("/api/v1/chat", json={"message": CALVIN}, headers=EVENTS)
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = heard(answer.text)
    names = [event.name for event in events]
    assert names[0] == "meta"
    assert names[-1] == "done"
    assert {"token", "citation", "grounding", "usage"} <= set(names)
    assert "".join(e.data["text"] for e in events if e.name == "token") == events[-1].data["response"]
    assert set(events[-1].data) == CHAT
    kept = await client.get(f"/api/v1/chat/turns/{events[0].data['id']}")
    assert kept.json()["reply"] == events[-1].data


async def test_a_broken_stream_goes_on_where_it_broke(client, clients, stranger):
    events = heard((await client.post("/api/v1/chat", json={"message": CALVIN}, headers=EVENTS)).text)
    again = {**EVENTS, "Last-Event-ID": events[1].id}
    rest = heard((await client.post("/api/v1/chat", json={"message": CALVIN}, headers=again)).text)
    assert rest == events[2:]
    async with await clients.with_key(stranger) as other:
        answer = await other.post("/api/v1/chat", json={"message": CALVIN}, headers=again)
    assert answer.status_code == 404


async def test_a_stream_that_this_process_does_not_know_ends_with_the_kept_answer(client, container):
    events = heard((await client.post("/api/v1/chat", json={"message": CALVIN}, headers=EVENTS)).text)
    container.runs._runs.clear()  # as in another process
    again = {**EVENTS, "Last-Event-ID": events[1].id}
    rest = heard((await client.post("/api/v1/chat", json={"message": CALVIN}, headers=again)).text)
    assert [event.name for event in rest] == ["done"]
    assert rest[0].data == events[-1].data


async def test_a_refusal_comes_before_the_stream(client):
    answer = await client.post("/api/v1/chat", json={"message": "x", "session_id": str(new_id())}, headers=EVENTS)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("application/problem+json")


async def test_stopping_what_is_unknown_or_somebody_elses_is_not_found(client, clients, stranger):
    events = heard((await client.post("/api/v1/chat", json={"message": CALVIN}, headers=EVENTS)).text)
    assert (await client.delete(f"/api/v1/chat/turns/{new_id()}")).status_code == 404
    async with await clients.with_key(stranger) as other:
        assert (await other.delete(f"/api/v1/chat/turns/{events[0].data['id']}")).status_code == 404
    assert (await client.delete(f"/api/v1/chat/turns/{events[0].data['id']}")).status_code == 204


@pytest.mark.acceptance("CHAT-01", "CHAT-03", "CHAT-09")
async def test_the_older_faces_have_exactly_their_shapes(client):
    assert set((await client.post("/query", json={"query": CALVIN})).json()) == {"answer"}
    chat = (await client.post("/api/chat", json={"message": CALVIN, "mode": "chat", "use_verification": True})).json()
    assert set(chat) == {
        "response",
        "citations",
        "mode",
        "grounding_score",
        "search_mode",
        "processing_time_ms",
    }
    assert set(chat["citations"][0]) == {"section", "text", "relevance"}
    context = [{"role": "user", "content": "We speak of plants."}]
    rag = (await client.post("/chat", json={"query": CALVIN, "history_context": context})).json()
    assert set(rag) == {"response", "sources", "context_used"}
    assert any("stroma" in text for text in rag["context_used"])
    page = (await client.get("/history")).json()
    assert set(page) == {"history", "total", "page", "pages"}
    item = page["history"][0]
    assert item["query"] == CALVIN
    assert item["response"] == rag["response"]
    assert item["context_used"] == rag["context_used"]
    detail = (await client.get(f"/history/{item['conversation_id']}")).json()
    assert detail["messages"][0] == item
    assert (await client.get(f"/history/{new_id()}")).status_code == 404
    said = (await client.get("/api/chat/history")).json()
    assert [message["role"] for message in said["messages"][:2]] == ["user", "assistant"]
    assert set((await client.get("/api/chat/suggestions")).json()) == {"suggestions"}
    assert (await client.delete("/api/chat/history")).json()["success"] is True


@pytest.mark.acceptance("DOC-12")
async def test_an_uploaded_note_is_read_and_cited(client, work):
    text = b"# Rocks\n\nBasalt is a fine-grained volcanic rock that is rich in iron."
    taken = await client.post("/upload", files={"file": ("rocks.md", text, "text/markdown")})
    assert taken.json()["status"] == "uploaded"
    await work()
    answer = (await client.post("/query", json={"query": "What is basalt rich in?"})).json()["answer"]
    assert "rich in iron" in answer
    await client.delete(f"/api/v1/documents/{taken.json()['url'].split('/')[4]}")


async def test_two_people_may_ask_at_once(client):
    bodies = [{"message": CALVIN}, {"message": "Do I know Airflow?"}]
    answers = await asyncio.gather(*(client.post("/api/v1/chat", json=body) for body in bodies))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json()["session_id"] != answers[1].json()["session_id"]
