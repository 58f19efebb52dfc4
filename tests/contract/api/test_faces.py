"""The route groups of the other contracts: each is there, and answers as the canonical route below it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx2
import pytest

from tests.contract.api.test_routes import routes
from verivita.bootstrap.container import Container, build
from verivita.bootstrap.settings import Settings
from verivita.core.ids import new_id
from verivita.core.principal import Principal
from verivita.features.postings import RawPosting

IN_LOOP = pytest.mark.asyncio(loop_scope="module")
FIRST = "/query /upload"
FOURTH = "/embed /save-document /search /chat /history /auth/signup /auth/login /auth/me"
SECOND = "/auth/guest /auth/email /auth/verify /auth/state"
THIRD = (
    "/api/chat /api/jobs /api/analyze /api/settings /api/interview /api/email /api/job-list/jobs /api/health /health"
)
PARTS = "/api/chat/suggestions /api/chat/history /api/job-list/search /api/job-list/recommendations"


@pytest.mark.acceptance("API-01")
@pytest.mark.parametrize("path", f"{THIRD} {PARTS}".split())
def test_every_group_of_the_third_contract_is_there(path: str) -> None:
    assert path in {route.path for route in routes()}


@pytest.mark.acceptance("API-03")
@pytest.mark.parametrize("path", f"{FIRST} {SECOND} {FOURTH}".split())
def test_every_short_path_is_there(path: str) -> None:
    assert path in {route.path for route in routes()}


@pytest.fixture(scope="module")
def posting() -> RawPosting:
    return RawPosting("test", "Backend Engineer", "We need Python.\nRequirements:\n- Python\n- SQL", raw="x")


@IN_LOOP
@pytest.mark.acceptance("API-01", "API-03")
async def test_faces_answer_as_the_routes_below_them(
    client: httpx2.AsyncClient, container: Container, owner: Principal, posting: RawPosting
) -> None:
    stored, _ = await container.postings.add(owner, posting)
    for face, below in (
        ("/api/jobs", "/api/v1/jobs"),
        ("/api/job-list/jobs", "/api/v1/jobs"),
        (f"/api/jobs/{stored.id}", f"/api/v1/jobs/{stored.id}"),
        ("/api/settings", "/api/v1/settings"),
        ("/api/health", "/health"),
    ):
        got, wanted = await client.get(face), await client.get(below)
        assert got.status_code == wanted.status_code == 200
        assert got.json() == wanted.json(), face
    assert (await client.get(f"/api/jobs/{new_id()}")).status_code == 404


@IN_LOOP
@pytest.mark.acceptance("API-01")
@pytest.mark.parametrize("mode", ["email", "interview"])
async def test_mails_and_rehearsals_are_the_chat_in_their_mode(
    client: httpx2.AsyncClient, work: Callable[[], Awaitable[None]], mode: str
) -> None:
    paper = "# Ada\n\n## Experience\nEngineer, Mill, 2019 to 2022\n- Built Python services."
    await client.post("/api/v1/documents", json={"title": "Ada", "content": paper, "kind": "resume"})
    await work()
    body = {"message": "For this job, please.", "job_description": "Engineer\nRequirements:\n- Python"}
    written = await client.post(f"/api/{mode}", json=body)
    assert written.status_code == 200, written.text
    assert set(written.json()) == {
        "response",
        "citations",
        "mode",
        "grounding_score",
        "search_mode",
        "processing_time_ms",
    }
    assert written.json()["mode"] == mode
    same = await client.post("/api/chat", json={**body, "mode": mode})
    assert same.json()["response"] == written.json()["response"]
    assert (await client.post(f"/api/{mode}", json={**body, "mode": "chat"})).status_code == 422


@IN_LOOP
@pytest.mark.acceptance("API-12")
async def test_two_products_in_one_process_share_nothing(
    settings: Settings, product_url: str, container: Container, owner: Principal
) -> None:
    """Database and cache come in as arguments: another product in this process has its own of both."""
    other = build(settings.model_copy(update={"questions_per_day": 1}), product_url)
    try:
        held = ("db", "queue", "gateway", "identity", "library", "postings", "search", "matching", "models", "vectors")
        assert [name for name in held if getattr(other, name) is getattr(container, name)] == []
        assert other.gateway.cache is not container.gateway.cache
        key, partition = "a key", str(owner.tenant_id)
        await container.gateway.cache.set(partition, key, b"kept here", 60)
        assert await container.gateway.cache.get(partition, key) is not None
        assert await other.gateway.cache.get(partition, key) is None
        first, second = [await other.gateway.limiter.take("question", str(owner.person_id)) for _ in range(2)]
        assert (first.allowed, second.allowed) == (True, False)
        assert (await container.gateway.limiter.take("question", str(owner.person_id))).allowed
    finally:
        await other.aclose()
