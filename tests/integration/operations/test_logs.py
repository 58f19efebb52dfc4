"""Log lines in /api/v1/admin/logs: found by level, person and request, those of the own tenant alone, no secret."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from tests.integration.library.test_sealing import PLANTED
from verivita.bootstrap import process
from verivita.bootstrap.container import Container
from verivita.bootstrap.settings import Settings
from verivita.core.ids import new_id
from verivita.core.principal import Principal
from verivita.kit import logs

CANARIES = (*PLANTED[:4], "canary-password", "canary-api-key", "482913", "vv_canaryKey0123456789abcdefgh")


@pytest.fixture(autouse=True)
def kept(settings: Settings) -> Iterator[None]:
    """This process keeps its lines as `verivita api` does."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    process.begin(settings.model_copy(update={"log_format": "json"}), "api")
    yield
    root.handlers[:], level = before
    root.setLevel(level)


@pytest.mark.acceptance("AN-01", "AN-05")
async def test_lines_are_found_by_request_person_and_level(
    container: Container, owner: Principal, neighbour: Principal, clients
) -> None:
    async with await clients.with_key(owner) as client, await clients.with_key(neighbour) as other:
        await client.get("/api/v1/jobs", headers={"X-Request-ID": "request-mine-1"})
        await other.get("/api/v1/jobs", headers={"X-Request-ID": "request-other-1"})
        structlog.contextvars.clear_contextvars()  # over ASGI the requests run in the task of this test
        logs.get("verivita.x").warning("something odd")

        async def found(**wanted: str) -> list[dict[str, object]]:
            answer = await client.get("/api/v1/admin/logs", params={"limit": "100", **wanted})
            assert answer.status_code == 200, answer.text
            assert answer.json()["total"] == len(answer.json()["items"])
            return answer.json()["items"]

        (line,) = await found(request_id="request-mine-1")
        assert (line["event"], line["role"], line["level"]) == ("request", "api", "info")
        assert (line["person"], line["tenant"]) == (str(owner.person_id), str(owner.tenant_id))
        assert line["about"]["route"] == "/api/v1/jobs"
        assert line["about"]["status"] == 200
        theirs = await found(person=str(neighbour.person_id))
        assert {one["request_id"] for one in theirs} == {"request-other-1"}
        assert [one["event"] for one in await found(level="warning")] == ["something odd"]
        assert [one["event"] for one in await found(words="ODD")] == ["something odd"]
        assert await found(role="ml") == []
        assert (await client.get("/api/v1/admin/logs", params={"level": "loud"})).status_code == 422
        assert (await other.get("/api/v1/admin/logs")).status_code == 403


@pytest.mark.security
@pytest.mark.acceptance("AN-01", "SEC-04")
async def test_another_tenant_sees_its_own_lines_alone(
    container: Container, owner: Principal, stranger: Principal, clients
) -> None:
    structlog.contextvars.clear_contextvars()
    logs.get("verivita.x").error("a line about the installation")
    async with await clients.with_key(owner) as mine, await clients.with_key(stranger) as theirs:
        await mine.get("/api/v1/jobs", headers={"X-Request-ID": "request-mine-2"})
        await theirs.get("/api/v1/jobs", headers={"X-Request-ID": "request-theirs-2"})
        seen = (await theirs.get("/api/v1/admin/logs?limit=100")).json()["items"]
        own = (await mine.get("/api/v1/admin/logs?limit=100")).json()["items"]
    assert {line["tenant"] for line in seen} == {str(stranger.tenant_id)}
    assert {"request-theirs-2"} <= {line["request_id"] for line in seen}
    assert {line["tenant"] for line in own} == {str(owner.tenant_id), ""}
    assert "a line about the installation" in {line["event"] for line in own}


@pytest.mark.security
@pytest.mark.acceptance("AN-01", "SEC-02")
async def test_no_secret_and_no_word_of_a_person_is_in_a_line(
    container: Container, owner: Principal, settings: Settings, clients, monkeypatch
) -> None:
    """Also not where something breaks whose error holds what a person wrote."""

    async def fail(*_: object) -> None:
        try:
            raise KeyError(PLANTED[3])
        except KeyError as error:
            raise ValueError(" ".join(CANARIES)) from error

    monkeypatch.setattr(type(container.tasks), "get", fail)
    logs.get("verivita.x").warning(
        f"code is {CANARIES[6]} for {PLANTED[0]}, {PLANTED[1]}", password=CANARIES[4], api_key=CANARIES[5]
    )
    async with await clients.with_key(owner) as client:
        answer = await client.get(f"/api/v1/tasks/{new_id()}", headers={"X-Request-ID": "request-broken"})
        assert answer.status_code == 500
        await client.post("/auth/login", json={"email": PLANTED[0], "password": CANARIES[4]})
        await client.get("/api/v1/jobs", params={"q": PLANTED[2]}, headers={"Authorization": f"Bearer {CANARIES[7]}"})
        await client.post("/api/v1/search", json={"query": PLANTED[3]})
        shown = await client.get("/api/v1/admin/logs", params={"request_id": "request-broken", "limit": "100"})
    broken = next(line for line in shown.json()["items"] if line["event"] == "request.failed")
    trace = str(broken["about"]["exception"])
    assert "ValueError" in trace
    assert "KeyError" in trace
    assert "test_logs.py" in trace
    written = b"".join(path.read_bytes() for path in settings.logs_dir.iterdir()).decode()
    assert [json.loads(line) for line in written.splitlines()]
    assert [word for word in CANARIES if word.lower() in written.lower()] == []


async def test_usage_counts_what_the_tenant_holds(
    container: Container, owner: Principal, neighbour: Principal, clients
) -> None:
    async with await clients.with_key(owner) as client, await clients.with_key(neighbour) as other:
        said = (await client.get("/api/v1/admin/usage")).json()
        assert (await other.get("/api/v1/admin/usage")).status_code == 403
    assert said == {"people": 2, "postings_open": 0, "postings_closed": 0, "error_kinds": 0, "models": []}
