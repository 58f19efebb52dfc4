"""The audit log keeps what was done, in its own transaction and for good; unexpected errors are counted once a kind."""

from __future__ import annotations

import contextlib

import psycopg
import pytest

from tests.integration.database.rows import enter
from verivita.core.errors import Denied, NotFound
from verivita.core.ids import new_id
from verivita.core.page import PageRequest
from verivita.features.library import DocumentKind
from verivita.kit import logs
from verivita.kit.queue import Task

ALL = PageRequest(limit=100)


async def test_what_was_done_is_there_with_who_what_and_the_request(container, owner, clients):
    async with await clients.with_key(owner) as client:
        made = await client.post("/api/v1/keys", json={"name": "script"}, headers={"X-Request-ID": "request-one-1"})
        await client.delete(f"/api/v1/keys/{made.json()['id']}", headers={"X-Request-ID": "request-two-2"})
        added = await container.library.add(owner, "a.md", b"# Words of the paper", DocumentKind.NOTES)
        await client.delete(f"/api/v1/documents/{added.document.id}", headers={"X-Request-ID": "request-three"})
        found = (await client.get("/api/v1/admin/audit")).json()
    by_request = {item["request_id"]: item for item in found["items"]}
    assert by_request["request-one-1"]["action"] == "key.made"
    assert by_request["request-one-1"]["object_id"] == made.json()["id"]
    assert by_request["request-two-2"]["action"] == "key.dropped"
    assert by_request["request-three"]["action"] == "document.removed"
    assert by_request["request-three"]["object_id"] == str(added.document.id)
    assert {item["actor_id"] for item in found["items"]} == {str(owner.person_id)}
    assert "Words" not in str(found)
    assert "script" not in str(found)


async def test_signing_in_is_kept(container, owner, clients):
    await clients.with_session(owner)
    assert "session.started" in {entry.action for entry in (await container.audit.page(owner, ALL)).items}


async def test_what_did_not_happen_is_not_kept(container, owner):
    with pytest.raises(NotFound):
        await container.identity.drop_key(owner, new_id())
    with contextlib.suppress(RuntimeError):
        async with container.db.begin(owner) as tx:
            await container.audit.record(tx, owner, "key.made")
            raise RuntimeError
    actions = [entry.action for entry in (await container.audit.page(owner, ALL)).items]
    assert "key.dropped" not in actions
    assert "key.made" not in actions


@pytest.mark.security
async def test_it_is_for_owners_and_admins_of_the_tenant(container, owner, neighbour, stranger, clients):
    await container.identity.create_key(owner, "one")
    with pytest.raises(Denied):
        await container.audit.page(neighbour, ALL)
    async with await clients.with_key(neighbour) as client:
        assert (await client.get("/api/v1/admin/audit")).status_code == 403
        assert (await client.get("/api/v1/admin/errors")).status_code == 403
    assert (await container.audit.page(stranger, ALL)).items == []


@pytest.mark.security
@pytest.mark.parametrize(
    "statement", ["UPDATE audit_log SET action = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log"]
)
async def test_rows_are_never_changed(container, owner, statement):
    await container.identity.create_key(owner, "one")
    with psycopg.connect(container.url) as connection:
        for role in ("application", "owner"):
            with connection.transaction(force_rollback=True), pytest.raises(psycopg.errors.InsufficientPrivilege):
                if role == "application":
                    enter(connection, owner)
                connection.execute(statement)
        # They go together with their tenant.
        with connection.transaction(force_rollback=True):
            connection.execute("DELETE FROM tenants WHERE id = %s", [owner.tenant_id])
            assert connection.execute("SELECT count(*) FROM audit_log").fetchone() == (0,)


@pytest.mark.acceptance("AN-08")
async def test_an_error_appears_once_with_its_count(container, owner, clients, monkeypatch):
    async def fail(*_: object) -> None:
        raise KeyError("words of a person: anna@mail.example")

    monkeypatch.setattr(type(container.tasks), "get", fail)
    async with await clients.with_key(owner) as client:
        for number in range(3):
            answer = await client.get(f"/api/v1/tasks/{new_id()}", headers={"X-Request-ID": f"request-{number}-x"})
            assert answer.status_code == 500
        (group,) = (await client.get("/api/v1/admin/errors")).json()["items"]
    assert (group["kind"], group["count"], group["last_request_id"]) == ("KeyError", 3, "request-2-x")
    assert group["during"] == "GET /api/v1/tasks/{task_id}"
    assert "anna" not in str(group)
    assert "api/tasks.py:one" in group["place"]


@pytest.mark.acceptance("AN-08")
async def test_an_error_in_a_task_is_counted_for_its_tenant(container, owner, stranger):
    broken = Task("test.broken", attempts=1)

    async def fail(context: object, payload: object) -> None:
        raise ZeroDivisionError

    worker = container.worker()
    worker.handle(broken, fail)
    for person in (owner, owner, stranger):
        async with container.db.begin(person) as tx:
            await container.queue.enqueue(tx, person, broken)
    with logs.about(request_id="none"):
        await worker.run(wait=False)
    (group,) = (await container.faults.page(owner, ALL)).items
    assert (group.kind, group.count, group.during) == ("ZeroDivisionError", 2, "test.broken")
    assert [g.count for g in (await container.faults.page(stranger, ALL)).items] == [1]
