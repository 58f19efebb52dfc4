"""Hot reads are kept until a posting changes, and callers until something changes among the people; never longer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from tests.rigs.product import Clients
from tests.rigs.valkey import ValkeyRig
from verivita.bootstrap.container import Container, build
from verivita.bootstrap.settings import Settings
from verivita.core.principal import Principal
from verivita.features.identity import NOBODY, CredentialKind
from verivita.features.postings import Posting, RawPosting
from verivita.features.postings.recent import Recent
from verivita.kit.db.changes import PEOPLE, POSTINGS, Changes


async def heard(changes: Changes, subject: str, person: Principal, before: str | None) -> str:
    """The next version of a subject."""
    for _ in range(500):
        if (now := changes.version(subject, person.tenant_id)) not in (None, before):
            assert now is not None
            return now
        await asyncio.sleep(0.01)
    raise AssertionError(f"nothing new was heard of {subject}")


async def told(changes: Changes) -> None:
    """Wait until all news is in: nothing was heard for a while."""
    count = -1
    while count != changes.count:
        count = changes.count
        await asyncio.sleep(0.3)


@pytest.fixture
async def hearing(container: Container, owner: Principal) -> AsyncIterator[Container]:
    """The container while it hears of changes, as a running API does."""
    task = asyncio.create_task(container.changes.listen())
    await heard(container.changes, POSTINGS, owner, None)
    yield container
    task.cancel()
    await asyncio.wait([task])


async def posting(container: Container, person: Principal, title: str) -> Posting:
    raw = RawPosting(source="paste", title=title, company="Larkspur", description=f"{title}: Python and SQL.")
    return (await container.postings.add(person, raw))[0]


async def search(client, **more) -> dict:
    answer = await client.post("/api/v1/jobs/search", json={"query": "python", **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.acceptance("PF-01")
async def test_a_search_is_kept_until_a_posting_changes(
    hearing: Container, owner: Principal, clients: Clients, work
) -> None:
    await posting(hearing, owner, "Engineer")
    await work()
    client = await clients.with_key(owner)
    first = await search(client)
    again = await search(client)
    assert (first["cached"], again["cached"]) == (False, True)
    assert {**again, "cached": False} == first
    assert (await search(client, limit=1))["cached"] is False  # another question

    before = hearing.changes.version(POSTINGS, owner.tenant_id)
    await posting(hearing, owner, "Warehouse planner for python farms")
    await heard(hearing.changes, POSTINGS, owner, before)
    await work()
    fresh = await search(client)
    assert (fresh["cached"], fresh["total"]) == (False, 2)


async def test_another_tenant_and_personal_scores_are_never_served_from_it(
    hearing: Container, owner: Principal, stranger: Principal, neighbour: Principal, clients: Clients, work
) -> None:
    theirs = await posting(hearing, owner, "Engineer")
    await work()
    mine, foreign, near = [await clients.with_key(person) for person in (owner, stranger, neighbour)]
    assert (await search(mine))["total"] == 1
    assert (await mine.get(f"/api/v1/jobs/{theirs.id}")).status_code == 200
    assert (await search(foreign))["total"] == 0
    assert (await foreign.get(f"/api/v1/jobs/{theirs.id}")).status_code == 404
    assert (await search(near))["cached"] is True  # postings are the tenant's
    assert (await search(near, include_match_scores=True))["cached"] is False
    assert (await search(near, include_match_scores=True))["cached"] is False


async def test_who_writes_reads_what_they_wrote(hearing: Container, owner: Principal, clients: Clients) -> None:
    made = await posting(hearing, owner, "Engineer")
    client, address = await clients.with_key(owner), f"/api/v1/jobs/{made.id}"
    for _ in range(2):
        assert (await client.get(address)).json()["is_active"] is True
    tag = (await client.get(address)).headers["etag"]
    assert (await client.post(f"{address}/close")).status_code == 200
    closed = await client.get(address, headers={"if-none-match": tag})
    assert (closed.status_code, closed.json()["is_active"]) == (200, False)
    assert (await client.get(address, headers={"if-none-match": closed.headers["etag"]})).status_code == 304


async def test_a_posting_is_shown_again_without_reading_it_until_one_changes(
    hearing: Container, owner: Principal, stranger: Principal
) -> None:
    made = [await posting(hearing, owner, title) for title in ("Engineer", "Baker", "Nurse")]
    ids = [one.id for one in made]
    await told(hearing.changes)
    first = await hearing.postings.shown(owner, ids)
    assert [one.id for one in first] == ids
    again = await hearing.postings.shown(owner, [*ids[::-1], UUID(int=7)])
    assert all(one is other for one, other in zip(again, first[::-1], strict=True))
    assert await hearing.postings.shown(stranger, ids) == []

    before = hearing.changes.version(POSTINGS, owner.tenant_id)
    await hearing.postings.close(owner, ids[1])
    await heard(hearing.changes, POSTINGS, owner, before)
    assert [one.is_active for one in await hearing.postings.shown(owner, ids)] == [True, False, True]


async def test_what_is_remembered_of_postings_is_bounded(hearing: Container, owner: Principal) -> None:
    made = [await posting(hearing, owner, f"Engineer {n}") for n in range(4)]
    await told(hearing.changes)
    recent = Recent(hearing.changes, most=3)
    version = recent.version(owner.tenant_id)
    recent.put(owner.tenant_id, made, version)
    assert len(recent) == 3
    assert [*recent.get(owner.tenant_id, [one.id for one in made])] == [one.id for one in made[1:]]
    recent.put(owner.tenant_id, made[:1], "a version of before")
    assert recent.get(owner.tenant_id, [made[0].id]) == {}
    short = Recent(hearing.changes, lasts=0)
    short.put(owner.tenant_id, made, version)
    assert short.get(owner.tenant_id, [made[0].id]) == {}
    deaf = Recent(Changes(hearing.url))  # it does not listen
    deaf.put(owner.tenant_id, made, deaf.version(owner.tenant_id))
    assert len(deaf) == 0


async def test_a_caller_is_remembered_until_the_people_change(
    hearing: Container, owner: Principal, neighbour: Principal, clients: Clients
) -> None:
    client = await clients.with_key(neighbour)
    await heard(hearing.changes, PEOPLE, owner, None)
    for _ in range(2):
        assert (await client.get("/api/v1/jobs")).status_code == 200
    # By another process, which this one only hears of.
    before = hearing.changes.version(PEOPLE, owner.tenant_id)
    async with hearing.db.begin(neighbour) as tx:
        await tx.run(text("UPDATE people SET state = 'suspended' WHERE id = :id"), {"id": neighbour.person_id})
    await heard(hearing.changes, PEOPLE, owner, before)
    assert (await client.get("/api/v1/jobs")).status_code == 401


async def test_a_key_and_a_session_end_at_once(hearing: Container, owner: Principal, clients: Clients) -> None:
    other = await clients.with_key(owner)
    made = (await other.post("/api/v1/keys", json={"name": "short"})).json()
    short = clients.nobody()
    short.headers["authorization"] = f"Bearer {made['secret']}"
    for _ in range(2):
        assert (await short.get("/api/v1/jobs")).status_code == 200
    assert (await other.delete(f"/api/v1/keys/{made['id']}")).status_code == 204
    assert (await short.get("/api/v1/jobs")).status_code == 401

    browser, secret = await clients.with_session(owner)
    assert (await browser.get("/api/v1/jobs")).status_code == 200
    await hearing.identity.leave(owner, secret)
    await asyncio.sleep(0.3)  # said by PostgreSQL, as to any other process
    assert (await browser.get("/api/v1/jobs")).status_code == 401


async def test_without_news_nothing_is_kept(container: Container, owner: Principal, clients: Clients, work) -> None:
    await posting(container, owner, "Engineer")
    await work()
    client = await clients.with_key(owner)
    assert [(await search(client))["cached"] for _ in range(2)] == [False, False]
    key = await container.identity.create_key(owner, "k")
    await container.identity.identify(NOBODY, key.secret, CredentialKind.API_KEY)
    assert container.identity._standings._kept == {}


async def test_what_an_ended_transaction_did_is_not_told(hearing: Container, owner: Principal) -> None:
    made = await posting(hearing, owner, "Engineer")
    version = await heard(hearing.changes, POSTINGS, owner, None)
    await asyncio.sleep(0.2)
    version = hearing.changes.version(POSTINGS, owner.tenant_id)
    with pytest.raises(RuntimeError):
        async with hearing.db.begin(owner) as tx:
            await tx.run(text("UPDATE jobs SET is_active = false WHERE id = :id"), {"id": made.id})
            raise RuntimeError
    await asyncio.sleep(0.2)
    assert hearing.changes.version(POSTINGS, owner.tenant_id) == version


async def test_a_lost_connection_keeps_nothing_until_it_is_back(hearing: Container, owner: Principal) -> None:
    changes = hearing.changes
    before = changes.version(POSTINGS, owner.tenant_id)
    async with hearing.db.begin(owner) as tx:
        await tx.run(text("RESET ROLE"))
        await tx.run(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND query LIKE 'LISTEN%' OR query = 'SELECT 1'"
            )
        )
    for _ in range(300):
        if changes.version(POSTINGS, owner.tenant_id) is None:
            break
        await asyncio.sleep(0.01)
    assert changes.version(POSTINGS, owner.tenant_id) is None
    assert await heard(changes, POSTINGS, owner, before)  # and what was kept before has no name any more


async def test_processes_that_heard_the_same_change_share_its_answers(
    hearing: Container, owner: Principal, settings: Settings, product_url: str, valkey: ValkeyRig
) -> None:
    shared = settings.model_copy(update={"redis_url": SecretStr(valkey.url)})
    one, two = build(shared, product_url), build(shared, product_url)
    tasks = [asyncio.create_task(each.changes.listen()) for each in (one, two)]
    calls = 0

    async def make() -> bytes:
        nonlocal calls
        calls += 1
        return b"made"

    try:
        before = [await heard(each.changes, POSTINGS, owner, None) for each in (one, two)]
        await posting(hearing, owner, "Engineer")
        after = [await heard(each.changes, POSTINGS, owner, was) for each, was in zip((one, two), before, strict=True)]
        assert after[0] == after[1]
        for each in (one, two):
            assert await each.gateway.kept.answer(owner, POSTINGS, ("question",), make) == b"made"
        assert calls == 1
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        for each in (one, two):
            await each.aclose()
