"""Limits over HTTP: questions of a day, people and tenants, addresses behind proxies; shared or alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx2
import pytest

from tests.rigs.product import Clients
from tests.rigs.valkey import ValkeyRig
from verivita.bootstrap.container import Container, build
from verivita.bootstrap.settings import Settings
from verivita.core.principal import Principal
from verivita.entrypoints import asgi
from verivita.entrypoints.http.addresses import limit_key

Twin = Callable[..., Awaitable[Clients]]


@pytest.fixture
async def twin(settings: Settings, product_url: str) -> AsyncIterator[Twin]:
    """Makes one more API process's worth of services, with other settings."""
    made: list[Container] = []

    async def make(**other: object) -> Clients:
        container = build(settings.model_copy(update=other), product_url)
        made.append(container)
        return Clients(container, httpx2.ASGITransport(asgi.build(container), raise_app_exceptions=False))

    yield make
    for container in made:
        await container.aclose()


@pytest.mark.acceptance("OPS-03")
async def test_the_101st_question_of_a_day_over_two_processes(
    twin: Twin, valkey: ValkeyRig, container: Container, owner: Principal
) -> None:
    shared = Settings(redis_url=valkey.url, redis_timeout_ms=10_000, _env_file=None).redis_url
    wishes = {"redis_url": shared, "redis_timeout_ms": 10_000, "questions_per_day": 12, "burst": 1000}
    first, second = await twin(**wishes), await twin(**wishes)
    async with await first.with_key(owner) as one, await second.with_key(owner) as two:
        sent = [(one, two)[n % 2].post("/api/v1/query", json={"query": "What is a gradient?"}) for n in range(24)]
        answers = await asyncio.gather(*sent)
        assert sorted(answer.status_code for answer in answers) == [200] * 12 + [429] * 12
        late = next(answer for answer in answers if answer.status_code == 429)
        assert late.json()["code"] == "questions_used_up"
        assert 1 <= int(late.headers["retry-after"]) <= 7200
        assert (late.headers["ratelimit-limit"], late.headers["ratelimit-remaining"]) == ("12", "0")
        assert (await one.get("/api/v1/jobs")).status_code == 200  # reading goes on


@pytest.mark.acceptance("OPS-04")
async def test_one_person_does_not_use_up_what_another_has(twin: Twin, owner: Principal, neighbour: Principal) -> None:
    clients = await twin(requests_per_minute=60, burst=10, trusted_proxies=["127.0.0.0/8"])
    async with await clients.with_key(owner) as one, await clients.with_key(neighbour) as two:
        one_by_one = [(await one.get("/api/v1/jobs", headers=_from(n))).status_code for n in range(40)]
        assert one_by_one[:10] == [200] * 10
        assert 429 in one_by_one[10:]
        assert (await two.get("/api/v1/jobs", headers=_from(99))).status_code == 200


def _from(number: int) -> dict[str, str]:
    return {"X-Forwarded-For": f"203.0.113.{number}"}


@pytest.mark.security
async def test_a_forwarded_address_counts_only_from_a_trusted_proxy(twin: Twin) -> None:
    believed = await twin(requests_per_minute=6, burst=2, trusted_proxies=["127.0.0.0/8"])
    unbelieved = await twin(requests_per_minute=6, burst=2)
    async with believed.nobody() as client:
        assert {(await client.get("/api/v1/jobs", headers=_from(n))).status_code for n in range(6)} == {401}
        spoofed = {"X-Forwarded-For": "198.51.100.1, 203.0.113.250"}
        statuses = [
            (await client.get("/api/v1/jobs", headers={**spoofed, "X-Forwarded-For": f"198.51.100.{n}, 203.0.113.250"}))
            for n in range(4)
        ]
        assert [answer.status_code for answer in statuses] == [401, 401, 429, 429]
    async with unbelieved.nobody() as client:
        answers = [(await client.get("/api/v1/jobs", headers=_from(n))).status_code for n in range(4)]
        assert answers == [401, 401, 429, 429]


async def test_a_browser_gets_a_page_and_a_program_a_problem(twin: Twin) -> None:
    clients = await twin(requests_per_minute=6, burst=1)
    async with clients.nobody() as client:
        await client.get("/")
        page = await client.get("/jobs", headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["content-type"]) == (429, "text/html; charset=utf-8")
        assert page.headers["retry-after"]
        problem = await client.get("/api/v1/jobs")
        assert (problem.status_code, problem.headers["content-type"]) == (429, "application/problem+json")


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9%eth0", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"),
        ("192.0.2.7:5123", "192.0.2.7"),
        ("local", "local"),
    ],
)
def test_one_customer_of_ipv6_is_one_address(host: str, key: str) -> None:
    assert limit_key(host) == key


@pytest.mark.acceptance("OPS-01")
async def test_with_redis_dead_the_api_still_serves(twin: Twin, owner: Principal) -> None:
    gone = Settings(redis_url="redis://127.0.0.1:1/0", _env_file=None).redis_url
    clients = await twin(redis_url=gone)
    async with await clients.with_key(owner) as client:
        for _ in range(5):
            assert (await client.get("/api/v1/jobs")).status_code == 200
        metrics = (await client.get("/metrics")).text
        health = (await client.get("/health")).json()
    assert "limits_counted_alone_total" in metrics
    assert float(metrics.split("\nredis_failures_total ")[1].split("\n")[0]) >= 1
    assert health["services"]["cache"] is False
    assert health["status"] == "degraded"


@pytest.mark.acceptance("OPS-01", "ID-19")
@pytest.mark.security
async def test_with_redis_dead_knocking_gets_a_strict_bucket_and_reading_goes_on(twin: Twin, owner: Principal) -> None:
    gone = Settings(redis_url="redis://127.0.0.1:1/0", _env_file=None).redis_url
    clients = await twin(redis_url=gone)
    wrong = {"email": "nobody@mail.example", "password": "wrong wrong"}
    async with clients.nobody() as client:
        before = _counted_alone((await client.get("/metrics")).text)
        answers = [await client.post("/auth/login", json=wrong) for _ in range(20)]
        page = await client.post("/sign-in/password", data=wrong, headers={"Accept": "text/html"})
        statuses = [answer.status_code for answer in answers]
        assert 429 not in statuses[:12]
        assert statuses[13:] == [429] * 7
        assert page.status_code == 429
        assert (answers[-1].headers["ratelimit-limit"], answers[-1].headers["ratelimit-remaining"]) == ("50", "0")
        assert _counted_alone((await client.get("/metrics")).text) > before
    async with await clients.with_key(owner) as client:
        assert [(await client.get("/api/v1/jobs")).status_code for _ in range(20)] == [200] * 20


async def test_with_the_shared_counter_there_is_room_for_a_class_that_signs_in(twin: Twin) -> None:
    clients = await twin()
    async with clients.nobody() as client:
        asked = {"email": "nobody@mail.example", "password": "wrong wrong"}
        answers = [(await client.post("/auth/login", json=asked)).status_code for _ in range(40)]
        assert 429 not in answers
        assert (await client.get("/auth/oidc/x/start")).headers["ratelimit-limit"] == "50"


def _counted_alone(metrics: str) -> float:
    found = [line for line in metrics.splitlines() if line.startswith("limits_counted_alone_total ")]
    return float(found[0].split()[1]) if found else 0.0


class TestEtags:
    async def test_what_is_known_is_not_sent_again(self, clients: Clients, owner: Principal) -> None:
        async with await clients.with_key(owner) as client:
            for path in ("/api/v1/jobs", "/api/v1/users/me", "/api/v1/keys"):
                first = await client.get(path)
                again = await client.get(path, headers={"If-None-Match": first.headers["etag"]})
                other = await client.get(path, headers={"If-None-Match": '"something-else"'})
                assert (first.status_code, again.status_code, other.status_code) == (200, 304, 200), path
                assert again.content == b""
                assert again.headers["etag"] == first.headers["etag"]
                assert again.headers["cache-control"] == "no-store"
