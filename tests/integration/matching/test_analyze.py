"""POST /api/v1/analyze: a paper and a posting, each by id or as text, taken apart and matched; nothing is stored."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.rigs.product import Clients
from verivita.bootstrap import demo
from verivita.bootstrap.container import Container
from verivita.core.principal import Principal

pytestmark = pytest.mark.acceptance("MAT-02")

JOB = """Backend Engineer
Larkspur Ltd, Leeds (hybrid)
50,000 - 60,000 GBP a year

You will build booking services.
We help each other out and have flexible working hours.
Requirements:
- 3+ years of Python
- PostgreSQL
Nice to have: Kubernetes
"""
PAPER = """# Ada Quill

## Experience

### Software Engineer, Millrace Ltd

2018 - 2023

- Built booking services in Python and PostgreSQL

## Skills

Python, PostgreSQL, Docker
"""
URL = "/api/v1/analyze"


async def test_two_texts(container: Container, owner: Principal, clients: Clients) -> None:
    client = await clients.with_key(owner)
    answer = await client.post(URL, json={"resume_text": PAPER, "job_text": JOB})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    skills = {skill["name"]: skill for skill in found["resume"]["skills"]}
    assert {"Python", "PostgreSQL", "Docker"} <= set(skills)
    assert (skills["Python"]["used"], skills["Docker"]["used"]) == (True, False)
    assert [(role["title"], role["employer"]) for role in found["resume"]["roles"]] == [
        ("Software Engineer", "Millrace Ltd")
    ]
    place = skills["Python"]["evidence"][0]
    assert found["resume"]["text"][place["start"] : place["end"]] == place["text"]

    posting = found["posting"]
    assert posting["stored"] is False
    assert (posting["job"]["title"], posting["job"]["location_type"]) == ("Backend Engineer", "hybrid")
    wishes = {wish["name"]: wish["required"] for wish in posting["job"]["requirements"]["skills"]}
    assert (wishes["Python"], wishes["Kubernetes"]) == (True, False)
    assert [sign["value"] for sign in posting["culture"]] == ["balance", "collaboration"]
    text = posting["job"]["description"]
    for sign in posting["culture"]:
        assert text[sign["quote"]["start"] : sign["quote"]["end"]] == sign["quote"]["text"]

    match = found["match"]
    assert {"Python", "PostgreSQL"} <= set(match["matched_skills"])
    assert match["missing_skills"] == ["Kubernetes"]
    # Nothing of it stays.
    assert (await client.get("/api/v1/jobs")).json()["total"] == 0
    assert (await client.get("/api/v1/documents")).json()["total"] == 0


async def test_stored_ones_give_the_stored_match(
    container: Container, owner: Principal, clients: Clients, work
) -> None:
    await demo.add(container, owner)
    await work()
    client = await clients.with_key(owner)
    job = (await client.get("/api/v1/jobs?limit=1")).json()["items"][0]
    papers = (await client.get("/api/v1/documents")).json()["items"]
    match = (await client.get(f"/api/v1/jobs/{job['id']}/match")).json()
    whole = (await client.post(URL, json={"job_id": job["id"]})).json()
    assert whole["posting"]["stored"] is True
    assert whole["posting"]["job"]["id"] == job["id"]
    assert {**whole["match"], "calculated_at": None} == {**match, "calculated_at": None}
    counting = [paper for paper in papers if paper["kind"] == "resume" and paper["is_active"]]
    one = (await client.post(URL, json={"job_id": job["id"], "resume_id": counting[0]["id"]})).json()
    assert "resume" in one, one
    assert {place["document_id"] for skill in one["resume"]["skills"] for place in skill["evidence"]} == {
        counting[0]["id"]
    }


async def test_foreign_and_unknown_ids_are_the_same(
    container: Container, owner: Principal, stranger: Principal, clients: Clients, work
) -> None:
    await demo.add(container, owner)
    await work()
    mine, foreign = await clients.with_key(owner), await clients.with_key(stranger)
    job = (await mine.get("/api/v1/jobs?limit=1")).json()["items"][0]["id"]
    paper = (await mine.get("/api/v1/documents?limit=1")).json()["items"][0]["id"]
    for wish in ({"job_id": job}, {"job_text": JOB, "resume_id": paper}):
        field = "resume_id" if "resume_id" in wish else "job_id"
        refused = await foreign.post(URL, json=wish)
        unknown = await foreign.post(URL, json={**wish, field: str(uuid4())})
        assert refused.status_code == unknown.status_code == 404
        assert {**refused.json(), "request_id": ""} == {**unknown.json(), "request_id": ""}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"job_text": ""},
        {"job_id": str(uuid4()), "job_text": JOB},
        {"job_text": JOB, "resume_id": str(uuid4()), "resume_text": PAPER},
        {"job_text": JOB, "resume": PAPER},
    ],
)
async def test_what_is_no_question_is_refused(owner: Principal, clients: Clients, body: dict) -> None:
    answer = await (await clients.with_key(owner)).post(URL, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_a_paper_that_is_not_read_yet(owner: Principal, clients: Clients) -> None:
    client = await clients.with_key(owner)
    given = (await client.post("/api/v1/documents", json={"title": "Mine", "content": PAPER, "kind": "resume"})).json()
    answer = await client.post(URL, json={"job_text": JOB, "resume_id": given["id"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_read")
