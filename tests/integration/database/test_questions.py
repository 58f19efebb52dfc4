"""A question in one round trip: who asks, nothing carried over, errors, a connection that died in the pool."""

from __future__ import annotations

import asyncio

import psycopg
import pytest
from sqlalchemy import text

from verivita.core.errors import Unavailable
from verivita.kit.db import Credential, Database, Everywhere

WHO = "SELECT current_user, current_setting('app.tenant', true), current_setting('app.person', true), pg_backend_pid()"


@pytest.fixture
async def one(product_url):
    """A pool of one connection, so that everybody gets the same."""
    database = Database(product_url, pool_size=1, pool_timeout=0.3)
    yield database
    await database.aclose()


def asking(statement, **values):
    return (statement, values)


@pytest.mark.acceptance("DB-13")
@pytest.mark.security
async def test_it_is_asked_as_the_scope_and_leaves_nothing(one, owner):
    pids = set()
    for scope, tenant in ((owner, str(owner.tenant_id)), (Credential("abc"), ""), (Everywhere(), ""), (owner, None)):
        ((user, said, _, pid),) = await one.ask(scope, asking(WHO))
        assert user == "verivita_app"
        assert said == (str(owner.tenant_id) if tenant is None else tenant)
        pids.add(pid)
        async with one._engine.connect() as plain:
            driver = (await plain.get_raw_connection()).driver_connection
            assert driver.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
            left = await (await driver.execute(WHO)).fetchone()
            assert left[0] != "verivita_app"
            assert set(left[1:3]) <= {"", None}
    assert len(pids) == 1
    assert await one.ask(Credential("x"), asking("SELECT count(*) FROM people")) == [(0,)]
    assert await one.ask(owner, asking("SELECT count(*) FROM people")) == [(1,)]


async def test_a_wrong_question_leaves_the_connection_usable(one, owner):
    with pytest.raises(psycopg.errors.DivisionByZero):
        await one.ask(owner, asking("SELECT 1 / %(by)s::int", by=0))
    with pytest.raises(psycopg.errors.UndefinedTable):
        await one.ask(owner, asking("SELECT 1 FROM nowhere"))
    with pytest.raises(psycopg.ProgrammingError):
        await one.ask(owner, asking("SELECT %(missing)s"))
    assert await one.ask(owner, asking("SELECT 2")) == [(2,)]


async def test_who_stops_waiting_leaves_the_connection_usable(one, owner):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await one.ask(owner, asking("SELECT pg_sleep(30)"))
    async with asyncio.timeout(10):
        ((user, said, *_),) = await one.ask(owner, asking(WHO))
    assert (user, said) == ("verivita_app", str(owner.tenant_id))
    async with one.begin(owner) as tx:
        assert (await tx.run(text("SELECT 1"))).scalar_one() == 1


@pytest.mark.security
async def test_values_are_never_words_of_the_message(one, owner):
    for said in ("'; SELECT pg_sleep(9); --", "\\'; RESET ROLE; --", "$$ 100 % %(x)s", "é🙂"):
        assert await one.ask(owner, asking("SELECT %(said)s::text, 5 %% 3", said=said)) == [(said, 2)]
    with pytest.raises(psycopg.DataError):
        await one.ask(owner, asking("SELECT %(said)s::text", said="a\x00b"))
    assert await one.ask(owner, asking("SELECT 1"), asking("SELECT current_user")) == [("verivita_app",)]


async def test_a_connection_that_died_in_the_pool_is_replaced(one, owner, product_url):
    ((*_, pid),) = await one.ask(owner, asking(WHO))
    with psycopg.connect(product_url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])
    await asyncio.sleep(0.2)
    ((*_, after),) = await one.ask(owner, asking(WHO))
    assert after != pid


async def test_a_full_pool_and_a_server_that_is_gone_are_unavailable(one, owner):
    async with one.begin(owner):
        with pytest.raises(Unavailable) as caught:
            await one.ask(owner, asking("SELECT 1"))
    assert caught.value.code == "database_busy"
    gone = Database("postgresql://nobody@127.0.0.1:1/none", pool_timeout=1)
    with pytest.raises(Unavailable) as caught:
        await gone.ask(owner, asking("SELECT 1"))
    assert caught.value.code == "database_unavailable"
    await gone.aclose()


async def test_many_at_once_each_hear_their_own_answer(product_url, owner):
    database = Database(product_url, pool_size=3)
    found = await asyncio.gather(*(database.ask(owner, asking("SELECT %(n)s::int", n=n)) for n in range(40)))
    assert found == [[(n,)] for n in range(40)]
    await database.aclose()
