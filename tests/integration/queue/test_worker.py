"""The worker: results and errors are kept, failures are tried again with pauses, cancelled tasks stop."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from verivita.core.errors import Invalid, NotFound, Unavailable
from verivita.kit.queue import Task, TaskStatus, Worker

TASK = Task("test.work", attempts=3, backoff=4.0)


@pytest.fixture
def run(container, owner, product_url):
    """Queues one task, works until the queue is empty, and gives how the task stands."""

    async def go(handler, *, task=TASK, before=None):
        worker = Worker(container.db, container.queue, product_url)
        worker.handle(task, handler)
        async with container.db.begin(owner) as tx:
            task_id = await container.queue.enqueue(tx, owner, task, {"n": 7})
        if before is not None:
            await before(task_id)
        await worker.run(wait=False)
        return await container.tasks.get(owner, task_id)

    return go


def queue_rows(url):
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT status::text, attempts, scheduled_at FROM procrastinate_jobs").fetchall()


async def test_the_result_is_kept_and_the_job_goes(run, owner, product_url):
    given = []

    async def work(context, payload):
        given.append((context.principal.person_id, context.principal.tenant_id, dict(payload)))
        await context.progress(0.5, "half")
        return {"made": 3}

    done = await run(work)
    assert (done.status, done.result, done.progress, done.stage) == ("succeeded", {"made": 3}, 1.0, "done")
    assert done.finished_at is not None
    assert given == [(owner.person_id, owner.tenant_id, {"n": 7})]
    assert queue_rows(product_url) == []


async def test_progress_is_seen_while_it_works(run, container, owner):
    seen = []

    async def work(context, _payload):
        await context.progress(7, "too far")
        seen.append(await container.tasks.get(owner, context.id))
        await context.progress(-1, "below")
        seen.append(await container.tasks.get(owner, context.id))

    await run(work)
    assert [(item.status, item.progress, item.stage) for item in seen] == [
        ("running", 1.0, "too far"),
        ("running", 0.0, "below"),
    ]


async def test_a_failure_is_tried_again_with_a_longer_pause_each_time(run, container, owner, product_url):
    tries = []

    async def work(_context, _payload):
        tries.append(1)
        raise Unavailable("ml_unavailable", "The ML service does not answer.")

    worker = Worker(container.db, container.queue, product_url)
    worker.handle(TASK, work)
    started = datetime.now(UTC)
    waiting = await run(work)
    assert (waiting.status, waiting.error) == ("running", None)
    pauses = []
    for _ in range(2):
        ((status, _, at),) = queue_rows(product_url)
        assert status == "todo"
        pauses.append((at - datetime.now(UTC)).total_seconds())
        with psycopg.connect(product_url, autocommit=True) as connection:
            connection.execute("UPDATE procrastinate_jobs SET scheduled_at = now()")
        await worker.run(wait=False)
    assert 0 < pauses[0] <= 4 < pauses[1] <= 8
    assert len(tries) == 3
    failed = await container.tasks.get(owner, waiting.id)
    assert (failed.status, failed.error) == ("failed", "The ML service does not answer.")
    assert failed.finished_at >= started - timedelta(minutes=1)
    assert [row[0] for row in queue_rows(product_url)] == ["failed"]


async def test_an_unknown_error_says_nothing_of_its_inside(run):
    async def work(_context, _payload):
        raise RuntimeError("password=hunter2")

    failed = await run(work, task=Task("test.work", attempts=1))
    assert (failed.status, failed.error) == ("failed", "Something went wrong on our side.")


@pytest.mark.parametrize("error", [Invalid(message="Wrong type."), NotFound("document")])
async def test_wrong_input_is_not_tried_again(run, error, product_url):
    tries = []

    async def work(_context, _payload):
        tries.append(1)
        raise error

    failed = await run(work)
    assert (failed.status, failed.error) == ("failed", error.message)
    assert len(tries) == 1
    assert [row[0] for row in queue_rows(product_url)] == ["failed"]


async def test_a_cancelled_task_never_starts(run, container, owner):
    async def work(_context, _payload):
        raise AssertionError("it was cancelled")

    async def cancel(task_id):
        await container.tasks.cancel(owner, task_id)

    assert (await run(work, before=cancel)).status is TaskStatus.CANCELLED


async def test_a_running_task_stops_at_its_next_report(run, container, owner):
    reached = []

    async def work(context, _payload):
        reached.append("start")
        await container.tasks.cancel(owner, context.id)
        await context.progress(0.5, "on")
        reached.append("after")

    ended = await run(work)
    assert ended.status is TaskStatus.CANCELLED
    assert reached == ["start"]


async def test_urgent_tasks_go_first(container, owner, product_url):
    order = []
    worker = Worker(container.db, container.queue, product_url)
    tasks = [Task("test.low", priority=-2), Task("test.middle"), Task("test.high", priority=5)]

    def keep(name):
        async def work(_context, _payload):
            order.append(name)

        return work

    for task in tasks:
        worker.handle(task, keep(task.name))
        async with container.db.begin(owner) as tx:
            await container.queue.enqueue(tx, owner, task)
    await worker.run(wait=False, concurrency=1)
    assert order == ["test.high", "test.middle", "test.low"]


async def test_two_workers_do_a_task_once(container, owner, product_url):
    done = []

    async def work(_context, payload):
        done.append(payload["n"])
        await asyncio.sleep(0.01)

    workers = [Worker(container.db, container.queue, product_url) for _ in range(2)]
    for worker in workers:
        worker.handle(TASK, work)
    async with container.db.begin(owner) as tx:
        for number in range(12):
            await container.queue.enqueue(tx, owner, TASK, {"n": number})
    await asyncio.gather(*(worker.run(wait=False) for worker in workers))
    assert sorted(done) == list(range(12))
