"""What a transaction brings and leaves: rollback, nothing carried over, a full pool, a broken connection."""

from __future__ import annotations

import asyncio
import time

import psycopg
import pytest
from sqlalchemy import text

from verivita.core.errors import Unavailable
from verivita.core.events import Event
from verivita.kit.db import Credential, Database, Everywhere

LEFT = text(
    "SELECT current_user, current_setting('app.tenant', true), current_setting('app.person', true), "
    "current_setting('app.credential', true), current_setting('app.everywhere', true), pg_backend_pid()"
)


@pytest.fixture
async def one(product_url):
    """A pool of one connection, so that everybody gets the same."""
    database = Database(product_url, pool_size=1, pool_timeout=0.3)
    yield database
    await database.aclose()


@pytest.mark.acceptance("DB-13")
@pytest.mark.security
async def test_a_pooled_connection_carries_nothing_over(one, owner):
    pids = set()
    for scope in (owner, Credential("abc"), Everywhere(), owner):
        async with one.begin(scope) as tx:
            row = (await tx.run(LEFT)).one()
            assert row[0] == "verivita_app"
            pids.add(row[5])
        async with one._engine.connect() as plain:
            left = (await plain.execute(LEFT)).one()
            assert left[0] != "verivita_app"
            assert set(left[1:5]) <= {"", None}
    assert len(pids) == 1


@pytest.mark.acceptance("DB-13")
@pytest.mark.security
async def test_after_a_person_the_next_scope_sees_nothing_of_theirs(one, owner):
    async with one.begin(owner) as tx:
        assert (await tx.run(text("SELECT count(*) FROM people"))).scalar_one() == 1
    async with one.begin(Credential("unknown")) as tx:
        assert (await tx.run(text("SELECT count(*) FROM people"))).scalar_one() == 0
    async with one.begin(Everywhere()) as tx:
        assert (await tx.run(text("SELECT count(*) FROM people"))).scalar_one() == 0


@pytest.mark.acceptance("DB-13")
@pytest.mark.security
async def test_also_a_failed_transaction_carries_nothing_over(one, owner):
    with pytest.raises(ZeroDivisionError):
        async with one.begin(owner):
            _ = 1 // 0
    async with one._engine.connect() as plain:
        left = (await plain.execute(LEFT)).one()
    assert left[0] != "verivita_app"
    assert set(left[1:5]) <= {"", None}


@pytest.mark.acceptance("DB-08")
async def test_an_exception_rolls_everything_back(container, owner):
    with pytest.raises(RuntimeError, match="stop"):
        async with container.db.begin(owner) as tx:
            await container.library.events.record(tx, owner, Event("document.ready", {"document_id": "x"}))
            assert len(await container.queue.recent(tx, owner)) == 1
            raise RuntimeError("stop")
    async with container.db.begin(owner) as tx:
        assert await container.queue.recent(tx, owner) == []
        names = (await tx.run(text("SELECT name FROM events"))).scalars().all()
    assert names == ["tenant.created"]


@pytest.mark.acceptance("DB-08")
async def test_a_full_pool_refuses_by_name_and_recovers(one, owner):
    held, go = asyncio.Event(), asyncio.Event()

    async def hold():
        async with one.begin(owner):
            held.set()
            await go.wait()

    holding = asyncio.create_task(hold())
    await held.wait()
    with pytest.raises(Unavailable) as caught:
        async with one.begin(owner):
            raise AssertionError("there is no connection left")
    assert caught.value.code == "database_busy"
    assert caught.value.retry_after == 1
    assert not await one.ping()
    go.set()
    await holding
    async with one.begin(owner) as tx:
        assert (await tx.run(text("SELECT 1"))).scalar_one() == 1


@pytest.mark.acceptance("DB-08")
async def test_a_hundred_at_once_share_a_small_pool(product_url, owner):
    database = Database(product_url, pool_size=3, pool_timeout=30)

    async def ask():
        async with database.begin(owner) as tx:
            return (await tx.run(text("SELECT count(*) FROM people"))).scalar_one()

    assert await asyncio.gather(*(ask() for _ in range(100))) == [1] * 100
    await database.aclose()


@pytest.mark.acceptance("DB-08")
async def test_connections_that_were_cut_are_replaced(container, owner, product_url):
    await container.identity.me(owner)
    with psycopg.connect(product_url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert (await container.identity.me(owner)).id == owner.person_id


async def test_a_connection_cut_inside_a_transaction_is_unavailable(one, owner, product_url):
    with pytest.raises(Unavailable) as caught:
        async with one.begin(owner) as tx:
            pid = (await tx.run(text("SELECT pg_backend_pid()"))).scalar_one()
            with psycopg.connect(product_url, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s)", [pid])
            await tx.run(text("SELECT 1"))
    assert caught.value.code == "database_unavailable"
    async with one.begin(owner) as tx:
        assert (await tx.run(text("SELECT 1"))).scalar_one() == 1


async def test_a_process_that_stood_still_does_not_blame_the_server(product_url, owner):
    database = Database(product_url, pool_size=1, patience=0.2, connect_timeout=0.4)
    for again in range(2):  # over a new connection, and over one from the pool
        asyncio.get_running_loop().call_later(0.001 * again, time.sleep, 1.0)
        async with database.begin(owner) as tx:
            assert (await tx.run(text("SELECT 1"))).scalar_one() == 1
        asyncio.get_running_loop().call_soon(time.sleep, 1.0)
        assert (await database.ask(owner, ("SELECT 1", {}))) == [(1,)]
    await database.aclose()


async def test_a_server_that_is_not_there_is_unavailable():
    nowhere = Database("postgresql://nobody:x@127.0.0.1:9/none")
    assert not await nowhere.ping()
    with pytest.raises(Unavailable) as caught:
        async with nowhere.begin(Everywhere()):
            raise AssertionError("there is no server")
    assert caught.value.code == "database_unavailable"
    await nowhere.aclose()


@pytest.mark.acceptance("DB-06")
async def test_one_asynchronous_driver_carries_services_and_queue(container, owner):
    """SQLAlchemy 2 over psycopg 3 for both; DESIGN.md section 3 has why not a second driver."""
    assert container.db._engine.dialect.driver == "psycopg"
    assert container.db._engine.dialect.is_async
    async with container.db.begin(owner) as tx:
        pid = (await tx.run(text("SELECT pg_backend_pid()"))).scalar_one()
        same = await (await (await tx.driver()).execute("SELECT pg_backend_pid()")).fetchone()
    assert same == (pid,)
