"""What surrounds every answer: id, headers, limits, problems, CORS, compression, and what happens when code breaks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio

from tests.rigs.product import Clients
from verivita.bootstrap.container import Container, build
from verivita.bootstrap.settings import Settings
from verivita.core.principal import Principal
from verivita.entrypoints import asgi

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROBLEM = "application/problem+json"
FRONT_END, HOSTILE = "http://localhost:5173", "https://evil.example"


def problem(answer: httpx2.Response, status: int, code: str) -> dict[str, object]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM
    body: dict[str, object] = answer.json()
    assert {"type", "title", "status", "code", "detail", "request_id"} <= set(body)
    assert set(body) <= {"type", "title", "status", "code", "detail", "request_id", "errors", "next"}
    assert (body["status"], body["code"]) == (status, code)
    assert body["request_id"] == answer.headers["x-request-id"]
    assert len(str(body["detail"])) > 10
    return body


class TestProblems:
    async def test_nobody(self, clients: Clients) -> None:
        async with clients.nobody() as nobody:
            answer = await nobody.get("/api/v1/jobs")
        problem(answer, 401, "unauthenticated")
        assert answer.headers["www-authenticate"] == "Bearer"

    async def test_another_scheme(self, clients: Clients) -> None:
        async with clients.nobody() as nobody:
            answer = await nobody.get("/api/v1/jobs", headers={"Authorization": "Basic YTpi"})
        problem(answer, 401, "unauthenticated")

    async def test_a_key_that_may_only_read(self, clients: Clients, owner: Principal) -> None:
        async with await clients.with_key(owner, ("read",)) as reader:
            assert (await reader.get("/api/v1/jobs")).status_code == 200
            assert (await reader.head("/api/v1/jobs")).status_code == 200
            problem(await reader.post("/api/v1/jobs", json={"text": "Engineer"}), 403, "forbidden")

    async def test_unknown_address(self, client: httpx2.AsyncClient) -> None:
        assert problem(await client.get("/api/v1/nothing"), 404, "not_found")["next"]

    @pytest.mark.parametrize("id", ["1", "none", "00000000-0000-0000-0000-00000000000g", "%00", "0" * 5000])
    async def test_an_id_that_is_none(self, client: httpx2.AsyncClient, id: str) -> None:
        problem(await client.get(f"/api/v1/jobs/{id}"), 404, "not_found")

    async def test_wrong_verb_names_the_right_ones(self, client: httpx2.AsyncClient) -> None:
        answer = await client.put("/api/v1/documents", json={})
        problem(answer, 405, "method_not_allowed")
        assert answer.headers["allow"] == "GET, HEAD, POST"

    async def test_broken_json(self, client: httpx2.AsyncClient) -> None:
        for path in ("/api/v1/search", "/api/v1/documents", "/api/v1/jobs", "/api/v1/keys", "/save-document"):
            headers = {"Content-Type": "application/json"}
            body = problem(await client.post(path, content=b'{"query": ', headers=headers), 422, "invalid")
            assert [item["field"] for item in body["errors"]] == ["body"]  # type: ignore[attr-defined]

    async def test_broken_multipart(self, client: httpx2.AsyncClient) -> None:
        headers = {"Content-Type": "multipart/form-data"}
        for path in ("/api/v1/documents", "/api/v1/jobs"):
            problem(await client.post(path, content=b"--x", headers=headers), 400, "bad_request")

    @pytest.mark.parametrize("path", ["/api/v1/documents", "/api/v1/jobs", "/api/v1/jobs/search", "/api/v1/keys"])
    async def test_another_type_of_body(self, client: httpx2.AsyncClient, path: str) -> None:
        answer = await client.post(path, content=b"<a/>", headers={"Content-Type": "text/xml"})
        problem(answer, 415, "unsupported_type")

    async def test_no_body(self, client: httpx2.AsyncClient) -> None:
        problem(await client.post("/api/v1/search"), 422, "invalid")
        problem(await client.post("/api/v1/jobs"), 415, "unsupported_type")

    @pytest.mark.security
    @pytest.mark.acceptance("API-06")
    @pytest.mark.parametrize("said", [True, False])
    async def test_a_body_beyond_the_limit(self, client: httpx2.AsyncClient, said: bool) -> None:
        async def endless() -> AsyncIterator[bytes]:
            yield b'{"query": "'
            for _ in range(40):
                yield b"x" * 2**20

        content = b"x" * (33 * 2**20) if said else endless()
        answer = await client.post("/api/v1/search", content=content, headers={"Content-Type": "application/json"})
        problem(answer, 413, "too_large")

    @pytest.mark.acceptance("API-06")
    @pytest.mark.parametrize(
        ("path", "body", "fields"),
        [
            ("/api/v1/jobs/search", {"limit": 0, "page": "x"}, ["page", "limit"]),
            ("/api/v1/jobs/search", {"filters": {"colour": "red"}}, ["filters.colour"]),
            ("/api/v1/jobs/search", {"filters": {"location_type": ["moon"]}}, ["filters.location_type.0"]),
            ("/api/v1/jobs/search", {"sort_by": "luck"}, ["sort_by"]),
            ("/api/v1/jobs/search", {"more": 1}, ["more"]),
            ("/api/v1/jobs/search", {"query": "x" * 100_001}, ["query"]),
            ("/api/v1/jobs/search", [], ["body"]),
            ("/api/v1/search", {"query": 7}, ["query"]),
            ("/api/v1/search", {"query": "a", "filters": {"page": 1}}, ["filters.page"]),
            ("/api/v1/search", {"query": "a\u0000b"}, ["query"]),
            ("/search", {"query": "a", "filters": {"colour": 1}}, ["filters.colour"]),
            ("/api/v1/documents", {"title": "", "content": "x"}, ["title"]),
            ("/api/v1/documents", {"title": "x", "content": "x", "kind": "poem"}, ["kind"]),
            ("/api/v1/documents", {"title": "x", "content": "x", "extra": 1}, ["extra"]),
            ("/api/v1/jobs", {}, ["body"]),
            ("/api/v1/jobs", {"url": "https://example.com/job"}, ["body"]),
            ("/api/v1/jobs", {"text": "x" * 200_001}, ["text"]),
            ("/api/v1/keys", {"name": "k", "scopes": ["everything"]}, ["scopes.0"]),
            ("/api/v1/embed", {}, ["body"]),
        ],
    )
    async def test_wrong_fields_are_named(
        self, client: httpx2.AsyncClient, path: str, body: object, fields: list[str]
    ) -> None:
        found = problem(await client.post(path, json=body), 422, "invalid")
        assert [item["field"] for item in found["errors"]] == fields  # type: ignore[attr-defined]
        assert all(item["message"] for item in found["errors"])  # type: ignore[attr-defined]

    @pytest.mark.parametrize("query", ["page=0", "limit=101", "page=x", "limit=-1", "page=1e9"])
    async def test_wrong_page(self, client: httpx2.AsyncClient, query: str) -> None:
        body = problem(await client.get(f"/api/v1/jobs?{query}"), 422, "invalid")
        assert body["errors"][0]["field"] == query.split("=")[0]  # type: ignore[index]

    @pytest.mark.parametrize("depth", [1_000, 100_000])
    async def test_deep_nesting(self, client: httpx2.AsyncClient, depth: int) -> None:
        content = b'{"query": "a", "filters": ' + b"[" * depth + b"]" * depth + b"}"
        for path in ("/api/v1/search", "/api/v1/jobs/search", "/api/v1/documents", "/api/v1/jobs"):
            answer = await client.post(path, content=content, headers={"Content-Type": "application/json"})
            problem(answer, 422, "invalid")

    async def test_invalid_utf8(self, client: httpx2.AsyncClient) -> None:
        for path in ("/api/v1/search", "/api/v1/documents", "/api/v1/jobs"):
            headers = {"Content-Type": "application/json"}
            answer = await client.post(path, content=b'{"query": "\xff\xfe", "title": "\xff"}', headers=headers)
            assert answer.status_code in (400, 422), answer.text
            assert answer.headers["content-type"] == PROBLEM


class TestHeaders:
    async def test_every_answer_has_them(self, client: httpx2.AsyncClient) -> None:
        for method, path in (("GET", "/health"), ("GET", "/nothing"), ("GET", "/api/v1/jobs"), ("PUT", "/ready")):
            headers = (await client.request(method, path)).headers
            assert headers["cache-control"] == "no-store"
            assert headers["x-content-type-options"] == "nosniff"
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert headers["referrer-policy"] == "same-origin"
            assert len(headers["x-request-id"]) >= 8
            assert "server" not in headers

    async def test_a_harmless_request_id_is_kept(self, client: httpx2.AsyncClient) -> None:
        answer = await client.get("/ready", headers={"X-Request-ID": "trace-1234.5"})
        assert answer.headers["x-request-id"] == "trace-1234.5"

    @pytest.mark.security
    @pytest.mark.parametrize("given", ["short", "a" * 129, 'quote"quote', "sp ace sp ace", "<script>script"])
    async def test_another_request_id_is_replaced(self, client: httpx2.AsyncClient, given: str) -> None:
        answer = await client.get("/ready", headers={"X-Request-ID": given})
        assert answer.headers["x-request-id"] != given

    async def test_long_answers_are_packed(self, client: httpx2.AsyncClient) -> None:
        answer = await client.get("/openapi.json", headers={"Accept-Encoding": "gzip"})
        assert answer.headers["content-encoding"] == "gzip"
        assert json.loads(answer.text)["openapi"].startswith("3.1")
        plain = await client.get("/openapi.json", headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.json() == answer.json()

    async def test_head_is_get_without_the_body(self, client: httpx2.AsyncClient) -> None:
        for path in ("/api/v1/jobs", "/ready", "/api/v1/users/me", "/api/v1/nothing"):
            get, head = await client.get(path), await client.head(path)
            assert head.status_code == get.status_code
            assert head.content == b""
            assert head.headers["content-type"] == get.headers["content-type"]
            assert head.headers["content-length"] == get.headers["content-length"]

    async def test_versions(self, client: httpx2.AsyncClient) -> None:
        me = await client.get("/api/v1/users/me")
        tag = me.headers["etag"]
        assert tag == f'"{me.json()["version"]}"'
        changed = await client.patch("/api/v1/users/me", json={"name": "Ada"}, headers={"If-Match": tag})
        assert changed.status_code == 200
        assert changed.headers["etag"] != tag
        for late in ({"name": "Bob"}, {"preferences": {"theme": "dark"}}):
            answer = await client.patch("/api/v1/users/me", json=late, headers={"If-Match": tag})
            problem(answer, 412, "version_mismatch")
            answer = await client.patch("/api/v1/users/me", json={**late, "version": me.json()["version"]})
            problem(answer, 412, "version_mismatch")
            problem(
                await client.patch("/api/v1/users/me", json=late, headers={"If-Match": '"old"'}),
                412,
                "version_mismatch",
            )
        both = {"name": "Eve", "preferences": {"theme": "dark"}}
        answer = await client.patch("/api/v1/users/me", json=both, headers={"If-Match": changed.headers["etag"]})
        assert (answer.status_code, answer.json()["name"], answer.json()["preferences"]["theme"]) == (
            200,
            "Eve",
            "dark",
        )
        assert (
            await client.patch("/api/v1/users/me", json={"name": "X"}, headers={"If-Match": "*"})
        ).status_code == 200


@pytest.mark.acceptance("API-05")
@pytest.mark.acceptance("SEC-05")
class TestCors:
    async def test_a_known_front_end_may_ask(self, client: httpx2.AsyncClient) -> None:
        for origin in (FRONT_END, "http://localhost:3000"):
            wish = {"Origin": origin, "Access-Control-Request-Method": "PATCH"}
            answer = await client.options(
                "/api/v1/users/me", headers={**wish, "Access-Control-Request-Headers": "authorization, if-match"}
            )
            assert answer.status_code == 200
            assert answer.headers["access-control-allow-origin"] == origin
            assert answer.headers["access-control-max-age"] == "600"
            for verb in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
                assert verb in answer.headers["access-control-allow-methods"]
            assert (await client.get("/ready", headers={"Origin": origin})).headers[
                "access-control-allow-origin"
            ] == origin

    async def test_it_sees_refusals_too(self, clients: Clients) -> None:
        async with clients.nobody() as nobody:
            answer = await nobody.get("/api/v1/jobs", headers={"Origin": FRONT_END})
        assert answer.status_code == 401
        assert answer.headers["access-control-allow-origin"] == FRONT_END

    @pytest.mark.security
    @pytest.mark.parametrize(
        "origin", [HOSTILE, "null", f"{FRONT_END}.evil.example", "http://localhost", "HTTP://LOCALHOST:5173x"]
    )
    async def test_a_hostile_origin_gets_nothing(self, client: httpx2.AsyncClient, origin: str) -> None:
        wish = {"Origin": origin, "Access-Control-Request-Method": "GET"}
        for answer in (
            await client.options("/api/v1/jobs", headers=wish),
            await client.get("/api/v1/jobs", headers={"Origin": origin}),
        ):
            assert [name for name in answer.headers if name.startswith("access-control")] == []


@pytest_asyncio.fixture(loop_scope="module")
async def breaking(container: Container) -> httpx2.AsyncClient:
    """A client of an app that has one broken route."""
    app = asgi.build(container)

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("secret detail")

    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app, raise_app_exceptions=False), base_url="http://localhost:8080"
    )


@pytest.mark.acceptance("API-05")
async def test_a_handler_that_raises_gives_a_clean_500_with_the_id(breaking: httpx2.AsyncClient) -> None:
    async with breaking:
        answer = await breaking.get("/broken", headers={"X-Request-ID": "find-me-in-the-log", "Origin": FRONT_END})
        body = problem(answer, 500, "internal")
        assert body["request_id"] == "find-me-in-the-log"
        assert "secret detail" not in answer.text
        assert "Traceback" not in answer.text
        assert answer.headers["access-control-allow-origin"] == FRONT_END
        assert (await breaking.get("/ready")).status_code == 200


@pytest.mark.acceptance("API-05")
async def test_too_many_requests(settings: Settings, product_url: str) -> None:
    container = build(settings.model_copy(update={"requests_per_minute": 6, "burst": 3}), product_url)
    transport = httpx2.ASGITransport(asgi.build(container), raise_app_exceptions=False)
    try:
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost:8080") as client:
            answers = await asyncio.gather(*(client.get("/api/v1/jobs") for _ in range(8)))
            statuses = sorted(answer.status_code for answer in answers)
            assert statuses == [401] * 3 + [429] * 5
            late = next(answer for answer in answers if answer.status_code == 429)
            problem(late, 429, "limit_reached")
            assert 1 <= int(late.headers["retry-after"]) <= 10
            assert late.headers["ratelimit-limit"] == "3"
            assert late.headers["ratelimit-remaining"] == "0"
            assert int(late.headers["ratelimit-reset"]) >= 1
            # Who watches over us is never told to wait.
            assert {(await client.get(path)).status_code for path in ("/ready", "/live", "/metrics")} == {200}
    finally:
        await container.aclose()
