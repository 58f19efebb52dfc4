"""Queueing: tasks exist exactly when the caller's data does, one waits for each key, and they belong to a person."""

from __future__ import annotations

import asyncio

import psycopg
import pytest

from verivita.core.errors import NotFound
from verivita.kit.queue import Task, TaskStatus

ONCE = Task("test.once", collapse=True)
EACH = Task("test.each")


def jobs(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute("SELECT task_name FROM procrastinate_jobs ORDER BY id")]


async def put(container, person, task, **options):
    async with container.db.begin(person) as tx:
        return await container.queue.enqueue(tx, person, task, **options)


async def test_a_task_is_there_when_the_transaction_commits(container, owner, product_url):
    async with container.db.begin(owner) as tx:
        task_id = await container.queue.enqueue(tx, owner, EACH, {"n": 1})
        assert jobs(product_url) == []
    assert jobs(product_url) == ["test.each"]
    run = await container.tasks.get(owner, task_id)
    assert (run.name, run.status, run.progress, run.result, run.error) == ("test.each", "queued", 0, None, None)


async def test_a_transaction_that_rolls_back_leaves_no_task(container, owner, product_url):
    with pytest.raises(KeyError):
        async with container.db.begin(owner) as tx:
            await container.queue.enqueue(tx, owner, EACH)
            await container.queue.enqueue(tx, owner, ONCE)
            raise KeyError("no")
    assert jobs(product_url) == []
    assert await container.tasks.recent(owner) == []


async def test_of_a_task_that_collapses_one_waits_for_each_person(container, owner, neighbour, product_url):
    first = await put(container, owner, ONCE)
    assert await put(container, owner, ONCE) == first
    assert await put(container, neighbour, ONCE) != first
    assert await put(container, owner, EACH) != await put(container, owner, EACH)
    assert jobs(product_url) == ["test.once", "test.once", "test.each", "test.each"]


async def test_a_key_of_its_own_collapses_by_that_key(container, owner):
    first = await put(container, owner, EACH, unique="a")
    assert await put(container, owner, EACH, unique="a") == first
    assert await put(container, owner, EACH, unique="b") != first


async def test_twenty_at_once_queue_one(container, owner, product_url):
    found = await asyncio.gather(*(put(container, owner, ONCE) for _ in range(20)))
    assert len(set(found)) == 1
    assert jobs(product_url) == ["test.once"]


async def test_a_task_does_not_start_before_it_can_see_what_joined_it(container, owner):
    """A second caller finds the first one's task; it must not run past data that is not committed yet."""
    first = await put(container, owner, ONCE)
    started = asyncio.Event()

    async def begin():
        async with container.db.begin(owner) as tx:
            started.set()
            return await container.queue.set(tx, owner, first, [TaskStatus.QUEUED], status="running")

    async with container.db.begin(owner) as tx:
        assert await container.queue.enqueue(tx, owner, ONCE) == first
        beginning = asyncio.create_task(begin())
        await started.wait()
        done, _ = await asyncio.wait([beginning], timeout=0.5)
        assert not done, "the task began although somebody who relies on it has not committed"
    assert await beginning
    assert await put(container, owner, ONCE) != first, "a running task does not count as waiting"


@pytest.mark.security
@pytest.mark.acceptance("SEC-04")
async def test_tasks_of_others_cannot_be_seen_or_cancelled(container, owner, neighbour, stranger):
    mine = await put(container, owner, EACH)
    for person in (neighbour, stranger):
        assert await container.tasks.recent(person) == []
        with pytest.raises(NotFound):
            await container.tasks.get(person, mine)
        with pytest.raises(NotFound):
            await container.tasks.cancel(person, mine)
    assert (await container.tasks.get(owner, mine)).status is TaskStatus.QUEUED


async def test_cancel_ends_what_waits_and_leaves_what_is_done(container, owner):
    task_id = await put(container, owner, EACH)
    await container.tasks.cancel(owner, task_id)
    run = await container.tasks.get(owner, task_id)
    assert run.status is TaskStatus.CANCELLED
    assert run.finished_at is not None
    await container.tasks.cancel(owner, task_id)
    assert (await container.tasks.get(owner, task_id)).finished_at == run.finished_at
