"""Papers over HTTP: given as text or as a file, read, searched, changed, removed; nothing of anybody else's."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.contract.api.parts import lame_client
from tests.docs.markdown import ROOT
from tests.rigs.product import Clients
from verivita.bootstrap.container import Container
from verivita.core.ids import new_id
from verivita.core.principal import Principal

pytestmark = pytest.mark.asyncio(loop_scope="module")

RESUME = (ROOT / "docs" / "samples" / "resume.md").read_bytes()
Work = Callable[[], Awaitable[None]]


async def given(client: httpx2.AsyncClient, work: Work) -> dict[str, Any]:
    """The sample resume, read."""
    answer = await client.post("/api/v1/documents", files={"file": ("mara.md", RESUME)})
    assert answer.status_code == 201, answer.text
    await work()
    body: dict[str, Any] = answer.json()
    return body


class TestGiving:
    async def test_a_file(self, client: httpx2.AsyncClient, work: Work) -> None:
        answer = await client.post(
            "/api/v1/documents",
            files={"file": ("../../etc/my resume.md", b"# Ann Bell\n\n## Skills\n\nPython, SQL\n")},
            data={"kind": "resume", "title": "Mine"},
        )
        assert answer.status_code == 201, answer.text
        body = answer.json()
        assert answer.headers["location"] == f"/api/v1/documents/{body['id']}"
        assert body["status"] == "queued"
        task = (await client.get(f"/api/v1/tasks/{body['task_id']}")).json()
        assert (task["status"], task["progress"]) == ("queued", 0)
        await work()
        task = (await client.get(f"/api/v1/tasks/{body['task_id']}")).json()
        assert (task["status"], task["progress"], task["error"]) == ("succeeded", 1, None)
        paper = (await client.get(f"/api/v1/documents/{body['id']}")).json()
        assert (paper["status"], paper["title"], paper["filename"]) == ("ready", "Mine", "my resume.md")

    async def test_text(self, client: httpx2.AsyncClient, work: Work) -> None:
        wish = {"title": "On queues", "content": "# Queues\n\nA queue needs a bound.", "kind": "notes"}
        answer = await client.post("/api/v1/documents", json=wish)
        assert answer.status_code == 201
        await work()
        paper = (await client.get(f"/api/v1/documents/{answer.json()['id']}")).json()
        assert (paper["kind"], paper["title"], paper["status"]) == ("notes", "On queues", "ready")
        assert paper["content_hash"] == hashlib.sha256(wish["content"].encode()).hexdigest()

    async def test_the_same_again_is_the_same_paper(self, client: httpx2.AsyncClient, work: Work) -> None:
        first = await given(client, work)
        again = (await client.post("/api/v1/documents", files={"file": ("other.md", RESUME)})).json()
        assert (again["id"], again["duplicate_of"], again["task_id"]) == (first["id"], first["id"], None)

    @pytest.mark.parametrize(
        ("files", "data", "status", "field"),
        [
            ({"file": ("a.md", b"x")}, {"kind": "poem"}, 422, "kind"),
            ({"file": ("a.md", b"x")}, {"colour": "red"}, 422, "colour"),
            ({"file": ("a.md", b"x")}, {"title": "x" * 201}, 422, "title"),
            ({"paper": ("a.md", b"x")}, {}, 422, "paper"),
            ({"file": ("a.md", b"")}, {}, 422, None),
        ],
    )
    async def test_refusals(
        self, client: httpx2.AsyncClient, files: Any, data: Any, status: int, field: str | None
    ) -> None:
        before = (await client.get("/api/v1/documents")).json()["total"]
        answer = await client.post("/api/v1/documents", files=files, data=data)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        if field:
            assert [item["field"] for item in answer.json()["errors"]] == [field]
        assert (await client.get("/api/v1/documents")).json()["total"] == before

    async def test_two_files_at_once(self, client: httpx2.AsyncClient) -> None:
        answer = await client.post("/api/v1/documents", files=[("file", ("a.md", b"x")), ("file", ("b.md", b"y"))])
        assert answer.status_code == 400
        assert answer.json()["code"] == "bad_request"

    async def test_too_large(self, client: httpx2.AsyncClient, container: Container) -> None:
        answer = await client.post("/api/v1/documents", files={"file": ("a.md", b"x" * (25 * 2**20 + 1))})
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert "25 MB" in answer.json()["detail"]

    @pytest.mark.acceptance("DOC-05")
    async def test_save_document(self, client: httpx2.AsyncClient, work: Work) -> None:
        wish = {"title": "Saved", "content": "Consensus needs a majority.", "metadata": {"course": "DS", "week": 3}}
        answer = await client.post("/save-document", json=wish)
        assert answer.status_code == 200
        body = answer.json()
        assert set(body) == {"document_id", "success", "message"}
        assert body["success"] is True
        await work()
        paper = (await client.get(f"/api/v1/documents/{body['document_id']}")).json()
        assert (paper["title"], paper["status"]) == ("Saved", "ready")
        again = (await client.post("/save-document", json=wish)).json()
        assert again["document_id"] == body["document_id"]
        assert again["message"] != body["message"]
        assert (await client.post("/save-document", json={"title": "Saved"})).status_code == 422


class TestReading:
    async def test_list(self, client: httpx2.AsyncClient, work: Work) -> None:
        await given(client, work)
        body = (await client.get("/api/v1/documents?limit=1&page=2")).json()
        assert set(body) == {"items", "total", "page", "pages", "limit"}
        assert (body["page"], body["limit"], body["pages"]) == (2, 1, body["total"])
        beyond = (await client.get("/api/v1/documents?page=999")).json()
        assert (beyond["items"], beyond["total"]) == ([], body["total"])

    async def test_facts_and_passages_stand_where_they_say(self, client: httpx2.AsyncClient, work: Work) -> None:
        id = (await given(client, work))["id"]
        facts = (await client.get(f"/api/v1/documents/{id}/facts")).json()
        assert facts["total"] == len(facts["items"]) > 10
        assert all(fact["text"] and fact["end"] - fact["start"] == len(fact["text"]) for fact in facts["items"])
        assert {"Python", "FastAPI"} <= {fact["label"] for fact in facts["items"]} | {f["text"] for f in facts["items"]}
        coverage = facts["coverage"]
        assert 0 < coverage["understood"] <= coverage["total"]
        assert len(coverage["unknown"]) == coverage["total"] - coverage["understood"]
        passages = (await client.get(f"/api/v1/documents/{id}/passages")).json()
        assert [item["ordinal"] for item in passages["items"]] == list(range(passages["total"]))

    @pytest.mark.security
    async def test_the_original_comes_back_as_a_download(self, client: httpx2.AsyncClient, work: Work) -> None:
        id = (await given(client, work))["id"]
        answer = await client.get(f"/api/v1/documents/{id}/file")
        assert answer.content == RESUME
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment")

    async def test_read_again(self, client: httpx2.AsyncClient, work: Work) -> None:
        id = (await given(client, work))["id"]
        answer = await client.post(f"/api/v1/documents/{id}/read")
        assert answer.status_code == 202
        await work()
        assert (await client.get(answer.json()["status_url"])).json()["status"] == "succeeded"

    async def test_a_paper_that_cannot_be_read_says_why(self, client: httpx2.AsyncClient, work: Work) -> None:
        answer = await client.post("/api/v1/documents", files={"file": ("a.pdf", b"%PDF-1.7 broken")})
        assert answer.status_code == 201
        await work()
        task = (await client.get(f"/api/v1/tasks/{answer.json()['task_id']}")).json()
        paper = (await client.get(f"/api/v1/documents/{answer.json()['id']}")).json()
        assert (task["status"], paper["status"]) == ("failed", "failed")
        assert task["error"] == paper["error"]
        assert paper["error_code"]


class TestChanging:
    async def test_versions(self, client: httpx2.AsyncClient, work: Work) -> None:
        address = f"/api/v1/documents/{(await given(client, work))['id']}"
        tag = (await client.get(address)).headers["etag"]
        off = await client.patch(address, json={"is_active": False}, headers={"If-Match": tag})
        assert (off.status_code, off.json()["is_active"]) == (200, False)
        assert off.headers["etag"] == f'"{off.json()["version"]}"' != tag
        late = await client.patch(address, json={"is_active": True}, headers={"If-Match": tag})
        assert (late.status_code, late.json()["code"]) == (412, "version_mismatch")
        assert (await client.get(address)).json()["is_active"] is False
        assert (await client.patch(address, json={"is_active": True})).json()["is_active"] is True

    async def test_remove(self, client: httpx2.AsyncClient, work: Work) -> None:
        made = (await client.post("/api/v1/documents", json={"title": "Gone", "content": "zymurgy only here"})).json()
        await work()
        found = (await client.post("/api/v1/search", json={"query": "zymurgy"})).json()["results"]
        assert found[0]["document_id"] == made["id"]
        address = f"/api/v1/documents/{made['id']}"
        assert (await client.delete(address)).status_code == 204
        for path in ("", "/file", "/facts", "/passages"):
            assert (await client.get(address + path)).status_code == 404
        assert (await client.delete(address)).status_code == 404
        later = (await client.post("/api/v1/search", json={"query": "zymurgy"})).json()["results"]
        assert made["id"] not in {item["document_id"] for item in later}


class TestSearch:
    async def test_in_my_papers(self, client: httpx2.AsyncClient, work: Work) -> None:
        id = (await given(client, work))["id"]
        answer = await client.post(
            "/api/v1/search", json={"query": "booking service", "filters": {"document_id": [id]}}
        )
        body = answer.json()
        assert body["search_mode"] == "hybrid"
        assert set(body["timings_ms"]) >= {"lexical", "total"}
        assert body["degraded"] == []
        assert len(body["results"]) <= 5
        best = body["results"][0]
        assert "booking" in best["text"].lower()
        assert best["document_id"] == id
        passages = (await client.get(f"/api/v1/documents/{id}/passages")).json()["items"]
        assert best["text"] == next(item for item in passages if item["id"] == best["id"])["text"]
        scores = [item["score"] for item in body["results"]]
        assert scores == sorted(scores, reverse=True)

    @pytest.mark.acceptance("RET-20")
    async def test_vectors_and_encoder_are_down(
        self, container: Container, client: httpx2.AsyncClient, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await given(client, work)
        async with lame_client(container, client, monkeypatch) as lame:
            body = (await lame.post("/api/v1/search", json={"query": "booking service"})).json()
            assert body["search_mode"] == "lexical"
            assert "booking" in body["results"][0]["text"].lower()
            assert any(said.startswith("dense: ") for said in body["degraded"])
            answer = await lame.post("/api/v1/embed", json={"text": "a"})
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
            assert answer.headers["retry-after"]

    @pytest.mark.acceptance("RET-22")
    async def test_embed(self, client: httpx2.AsyncClient) -> None:
        answer = await client.post("/embed", json={"text": "Python and SQL"})
        assert answer.status_code == 200
        body = answer.json()
        assert set(body) == {"embedding", "success"}
        assert body["success"] is True
        assert len(body["embedding"]) == 384
        assert sum(value * value for value in body["embedding"]) == pytest.approx(1, abs=1e-5)
        ours = (await client.post("/api/v1/embed", json={"texts": ["Python and SQL", ""]})).json()
        assert ours["embeddings"][0] == body["embedding"]
        assert (len(ours["embeddings"]), ours["dimensions"]) == (2, 384)
        assert (await client.post("/embed", json={})).status_code == 422

    @pytest.mark.acceptance("RET-23")
    async def test_search_of_another_contract(self, client: httpx2.AsyncClient, work: Work) -> None:
        id = (await given(client, work))["id"]
        answer = await client.post("/search", json={"query": "booking service"})
        assert answer.status_code == 200
        body = answer.json()
        assert set(body) == {"results", "query_embedding"}
        assert 1 <= len(body["results"]) <= 5
        assert set(body["results"][0]) == {"id", "content", "score", "metadata"}
        assert "booking" in body["results"][0]["content"].lower()
        assert (
            body["query_embedding"]
            == (await client.post("/embed", json={"text": "booking service"})).json()["embedding"]
        )
        one = (
            await client.post("/search", json={"query": "booking", "top_k": 1, "filters": {"document_id": id}})
        ).json()
        assert [hit["metadata"]["document_id"] for hit in one["results"]] == [id]
        none = await client.post("/search", json={"query": "booking", "filters": {"document_id": [str(new_id())]}})
        assert none.json()["results"] == []
        section = body["results"][0]["metadata"]["section"]
        only = (await client.post("/search", json={"query": "booking", "filters": {"section": section}})).json()
        assert {hit["metadata"]["section"] for hit in only["results"]} == {section}


@pytest.mark.security
async def test_someone_elses_id_answers_like_an_unknown_one(
    client: httpx2.AsyncClient, clients: Clients, stranger: Principal, work: Work
) -> None:
    """Byte for byte, but for the request id."""
    async with await clients.with_key(stranger) as other:
        paper = await given(other, work)
        job = (await other.post("/api/v1/jobs", json={"title": "Cook", "company": "Inn", "text": "Cook soup."})).json()
        upload = {"file": ("x.csv", b"title,company,description\nCook,Inn,Soup\n")}
        run = (await other.post("/api/v1/jobs", files=upload)).json()
        await work()
        key = (await other.get("/api/v1/keys")).json()["items"][0]["id"]
        document, task = paper["id"], paper["task_id"]
        posting = job["items"][0]["id"]
        asked: Sequence[tuple[str, str, str, object]] = [
            ("GET", "/api/v1/documents/{}", document, None),
            ("GET", "/api/v1/documents/{}/file", document, None),
            ("GET", "/api/v1/documents/{}/facts", document, None),
            ("GET", "/api/v1/documents/{}/passages", document, None),
            ("POST", "/api/v1/documents/{}/read", document, None),
            ("PATCH", "/api/v1/documents/{}", document, {"is_active": False}),
            ("PATCH", "/api/v1/documents/{}", document, {"is_active": False, "version": 1}),
            ("PATCH", "/api/v1/documents/{}", document, {"is_active": False, "version": 7}),
            ("DELETE", "/api/v1/documents/{}", document, None),
            ("GET", "/api/v1/tasks/{}", task, None),
            ("DELETE", "/api/v1/tasks/{}", task, None),
            ("GET", "/api/v1/jobs/{}", posting, None),
            ("GET", "/api/v1/jobs/{}/snapshot", posting, None),
            ("GET", "/api/v1/jobs/{}/match", posting, None),
            ("POST", "/api/v1/jobs/{}/close", posting, None),
            ("GET", "/api/job-list/jobs/{}", posting, None),
            ("GET", "/api/v1/ingest/{}", run["run_id"], None),
            ("DELETE", "/api/v1/keys/{}", key, None),
        ]
        for verb, path, id, body in asked:
            theirs = await client.request(verb, path.format(id), json=body)
            unknown = await client.request(verb, path.format(UUID(int=new_id().int)), json=body)
            broken = await client.request(verb, path.format("no-id"), json=body)
            assert theirs.status_code == 404, f"{verb} {path}"
            assert _but_id(theirs) == _but_id(unknown), f"{verb} {path}"
            assert broken.status_code == 404
        # All of it is still there, for whom it belongs to.
        for verb, path, id, _ in asked:
            if verb == "GET":
                assert (await other.get(path.format(id))).status_code == 200, path


def _but_id(answer: httpx2.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    id = answer.headers["x-request-id"]
    varying = ("x-request-id", "ratelimit-remaining", "ratelimit-reset")
    headers = [(name, value) for name, value in answer.headers.items() if name not in varying]
    return answer.status_code, answer.content.replace(id.encode(), b"-"), headers
