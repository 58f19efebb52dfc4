"""Imports of every kind of file: counted so that it adds up, refused with place and reason, nothing twice."""

from __future__ import annotations

import asyncio
import gzip
import json

import psycopg
import pytest

from tests.integration.database.rows import quiet
from verivita.core.errors import Invalid, NotFound
from verivita.core.ids import new_id
from verivita.core.page import PageRequest
from verivita.features.postings import RawPosting

ALL = PageRequest(1, 100)
TRADES = ("Baker", "Night Nurse", "Welder", "Payroll Clerk", "Backend Engineer", "Geologist", "Tram Driver")
PLACES = ("Lisbon, Portugal", "Berlin, Germany", "Austin, TX", "Oslo, Norway")
WORDS = (
    "ovens dough flour nights", "wards charts medicine patients", "frames torches steel masks",
    "wages ledgers sums tables", "services queries deploys caches", "cores strata maps drills",
    "rails bells stops doors",
)  # fmt: skip


def record(number: int) -> dict[str, str]:
    trade = number % len(TRADES)
    return {
        "id": f"r{number}",
        "title": f"{TRADES[trade]}",
        "company": f"Firm {number}",
        "location": PLACES[number % len(PLACES)],
        "url": f"https://firm{number}.example/jobs/1",
        "description": f"Firm {number} seeks one. " + " ".join(f"{word}{number}" for word in WORDS[trade].split() * 3),
    }


def lines(numbers, *extra: str) -> bytes:
    return "\n".join([*(json.dumps(record(n)) for n in numbers), *extra]).encode()


def counted(run) -> tuple[int, ...]:
    assert run.fetched == run.new + run.changed + run.unchanged + run.duplicates + run.refused_count
    return run.new, run.changed, run.unchanged, run.duplicates, run.refused_count


@pytest.fixture
def take(container, owner):
    async def go(name, data):
        return await container.postings.import_file(owner, name, data, quiet)

    return go


@pytest.mark.acceptance("JOB-19")
async def test_json_lines_with_refused_lines_in_between(take, container, owner):
    data = lines(range(5), "this is no json", json.dumps({"title": "", "note": "nothing"}), "", json.dumps(record(9)))
    run = await take("list.jsonl", data)
    assert counted(run) == (6, 0, 0, 0, 2)
    assert run.status == "succeeded"
    assert [item.place for item in run.refused] == ["line 6", "line 7"]
    assert all(item.reason for item in run.refused)
    assert (await container.postings.counts(owner)).open == 6


@pytest.mark.security
async def test_a_posting_with_an_endless_title_is_refused_by_the_name_of_the_field(take, container, owner):
    run = await take("a.jsonl", lines([1], json.dumps(record(2) | {"title": "x" * 501})))
    assert counted(run) == (1, 0, 0, 0, 1)
    assert run.refused[0].place == "line 2"
    assert run.refused[0].reason == "its title has 501 characters; at most 500 are taken"


@pytest.mark.acceptance("JOB-19")
async def test_the_same_postings_as_csv_json_jsonl_and_packed_are_the_same_postings(take, container, owner):
    some = [record(n) for n in range(4)]
    head = list(some[0])
    table = "\n".join([",".join(head), *(",".join(f'"{row[name]}"' for name in head) for row in some)])
    assert counted(await take("a.jsonl", lines(range(4)))) == (4, 0, 0, 0, 0)
    assert counted(await take("b.csv", table.encode())) == (0, 0, 0, 4, 0)
    assert counted(await take("c.json", json.dumps({"jobs": some}).encode())) == (0, 0, 0, 4, 0)
    assert counted(await take("d.jsonl.gz", gzip.compress(lines(range(4))))) == (0, 0, 0, 4, 0)
    assert (await container.postings.counts(owner)).open == 4
    posting = (await container.postings.page(owner, ALL)).items[0]
    assert {snapshot.source for snapshot in await container.postings.snapshot(owner, posting.id)} == {
        "a",
        "b",
        "c",
        "d",
    }


@pytest.mark.acceptance("JOB-19", "JOB-08")
async def test_a_saved_page(take, container, owner):
    linked = {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "title": "Geologist",
        "hiringOrganization": {"@type": "Organization", "name": "Deep Maps"},
        "description": "<p>Read cores and <b>strata</b>.</p>",
    }
    page = f'<!doctype html><html><head><script type="application/ld+json">{json.dumps(linked)}</script></head></html>'
    assert counted(await take("page.html", page.encode())) == (1, 0, 0, 0, 0)
    (posting,) = (await container.postings.page(owner, ALL)).items
    assert (posting.understood.title, posting.understood.company) == ("Geologist", "Deep Maps")
    assert "<" not in posting.understood.description


async def test_the_same_file_again_changes_nothing(take, container, owner):
    assert counted(await take("a.jsonl", lines(range(6)))) == (6, 0, 0, 0, 0)
    before = {p.id: p.version for p in (await container.postings.page(owner, ALL)).items}
    assert counted(await take("a.jsonl", lines(range(6)))) == (0, 0, 6, 0, 0)
    assert {p.id: p.version for p in (await container.postings.page(owner, ALL)).items} == before
    assert [run.fetched for run in await container.postings.runs(owner)] == [6, 6]


async def test_a_changed_record_is_written_over_and_counts_as_open_again(take, container, owner):
    await take("a.jsonl", lines([1]))
    (posting,) = (await container.postings.page(owner, ALL)).items
    await container.postings.close(owner, posting.id)
    changed = record(1) | {"description": "Now with steel masks and better pay.", "title": "Senior Night Nurse"}
    assert counted(await take("a.jsonl", json.dumps(changed).encode())) == (0, 1, 0, 0, 0)
    (after,) = (await container.postings.page(owner, ALL)).items
    assert (after.id, after.is_active, after.understood.title) == (posting.id, True, "Senior Night Nurse")
    assert after.version > posting.version


@pytest.mark.edge
async def test_one_record_twice_in_a_file(take, container, owner):
    better = record(1) | {"description": "Other words about wards and charts of the night."}
    data = lines([1, 2, 1], json.dumps(better))
    assert counted(await take("a.jsonl", data)) == (2, 1, 1, 0, 0)
    found = {p.understood.description for p in (await container.postings.page(owner, ALL)).items}
    assert better["description"] in found
    assert len(found) == 2


@pytest.mark.acceptance("JOB-14")
async def test_twins_exact_near_and_false(take, container, owner):
    """One job told by three sources is one; another role, or another city, of the same employer is not."""
    text = (
        "Harbour Systems keeps ports moving. You will build services in Python, look after PostgreSQL, write tests, "
        "review the work of others and be on call one week in six. We offer a share of the profit and quiet rooms."
    )
    job = {"title": "Backend Engineer", "company": "Harbour Systems", "location": "Lisbon, Portugal"}
    exact = [job | {"id": n, "description": text} for n in ("1", "2")]
    near = job | {
        "id": "3",
        "title": "Backend Engineer (m/f)",
        "description": text.replace("quiet", "calm") + " Apply now.",
    }
    other_role = job | {"id": "4", "title": "Frontend Engineer", "description": text.replace("PostgreSQL", "CSS")}
    other_city = job | {"id": "5", "location": "Oslo, Norway", "description": text}
    other_firm = job | {"id": "6", "company": "Lantern Labs", "description": "We write games. " + "Play and draw. " * 9}
    for name, items in (("a", exact[:1]), ("b", exact[1:]), ("c", [near]), ("d", [other_role, other_city, other_firm])):
        run = await take(f"{name}.json", json.dumps(items).encode())
        assert counted(run)[:4] == ((len(items), 0, 0, 0) if name in "ad" else (0, 0, 0, 1)), name
    told = {
        (p.understood.title, p.understood.location.split(",")[0], p.understood.company): p.id
        for p in (await container.postings.page(owner, ALL)).items
    }
    assert len(told) == 4
    one = told["Backend Engineer", "Lisbon", "Harbour Systems"]
    assert [s.source for s in await container.postings.snapshot(owner, one)] == ["a", "b", "c"]


@pytest.mark.acceptance("JOB-14")
async def test_two_jobs_of_one_careers_page_stay_two_also_the_second_time(take, container, owner):
    page = {"url": "https://firm.example/careers", "id": "", "company": "Firm"}
    items = [record(0) | page, record(1) | page, record(2) | page]
    assert counted(await take("a.json", json.dumps(items[:2]).encode())) == (2, 0, 0, 0, 0)
    assert counted(await take("b.json", json.dumps(items).encode()))[0] == 1
    assert counted(await take("a.json", json.dumps(items).encode()))[:2] == (0, 0)
    assert (await container.postings.counts(owner)).open == 3


@pytest.mark.acceptance("JOB-14")
async def test_twins_inside_one_batch_are_one(take):
    items = [record(1) | {"id": "x"}, record(1) | {"id": "y", "url": ""}, record(2)]
    assert counted(await take("a.json", json.dumps(items).encode())) == (2, 0, 0, 1, 0)


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [("a.json", b"", "empty"), ("a.json", b" \n ", "empty"), ("a.pdf", b"%PDF-1.7", "unsupported_type")],
)
async def test_a_file_that_is_none_is_refused_as_a_whole(take, container, owner, name, data, code):
    with pytest.raises(Invalid) as caught:
        await take(name, data)
    assert caught.value.code == code
    assert await container.postings.runs(owner) == []


async def test_a_file_that_breaks_off_keeps_what_came_before(take, container, owner):
    packed = gzip.compress(lines(range(450)), compresslevel=0)
    run = await take("a.jsonl.gz", packed[: len(packed) * 2 // 3])
    assert 200 < run.new < 450
    assert run.new % 200, "also those of the batch in which it broke off"
    assert (await container.postings.counts(owner)).open == run.new
    assert (run.status, run.error) == ("failed", "The packed file is damaged.")
    counted(run)


async def test_an_import_goes_on_where_it_stopped_and_takes_nothing_twice(container, owner, take):
    class Killed(BaseException):
        pass

    async def kill(done, _stage):
        if done >= 400:
            raise Killed

    data = lines(range(900))
    with pytest.raises(Killed):
        await container.postings.import_file(owner, "a.jsonl", data, kill)
    (run,) = await container.postings.runs(owner)
    assert (run.status, run.fetched, run.new) == ("running", 400, 400)
    run = await take("a.jsonl", data)
    assert counted(run) == (900, 0, 0, 0, 0)
    assert len(await container.postings.runs(owner)) == 1


async def test_two_who_import_the_same_file_at_once_share_the_run(container, owner, work):
    data = lines(range(450), "no json")
    first, one = await container.postings.queue_import(owner, "a.jsonl", data)
    second, two = await container.postings.queue_import(owner, "a.jsonl", data)
    assert first == second
    await work()
    assert counted(await container.postings.run(owner, first)) == (450, 0, 0, 0, 1)
    assert {(await container.tasks.get(owner, id)).status for id in (one, two)} == {"succeeded"}
    assert (await container.postings.counts(owner)).open == 450


async def test_many_different_files_at_once(container, owner, product_url):
    files = [lines(range(start, start + 60)) for start in range(0, 240, 40)]
    await asyncio.gather(
        *(container.postings.import_file(owner, f"{n}.jsonl", data, quiet) for n, data in enumerate(files))
    )
    runs = await container.postings.runs(owner)
    assert sum(counted(run)[0] for run in runs) == 260
    assert sum(counted(run)[3] for run in runs) == 100
    assert (await container.postings.counts(owner)).open == 260


async def test_a_queued_import_ends_and_its_file_goes(container, owner, work, settings):
    run_id, task_id = await container.postings.queue_import(owner, "a.jsonl", lines(range(30)))
    assert len([p for p in settings.files_dir.rglob("*") if p.is_file()]) == 1
    await work()
    assert counted(await container.postings.run(owner, run_id)) == (30, 0, 0, 0, 0)
    assert (await container.tasks.get(owner, task_id)).result["new"] == 30
    assert [p for p in settings.files_dir.rglob("*") if p.is_file()] == []
    counts = await container.postings.counts(owner)
    assert (counts.open, counts.closed, counts.waiting) == (30, 0, 0)


async def test_a_queued_import_that_fails_keeps_its_reason_and_no_file(container, owner, work, settings):
    data = b"title,company\nBaker,Firm\n".replace(b"title,company", b"colour,size")
    run_id, task_id = await container.postings.queue_import(owner, "a.csv", data)
    await work()
    task = await container.tasks.get(owner, task_id)
    run = await container.postings.run(owner, run_id)
    assert (task.status, run.status) in {("failed", "failed"), ("succeeded", "succeeded")}
    assert task.error or run.refused_count
    assert [p for p in settings.files_dir.rglob("*") if p.is_file()] == []


@pytest.mark.acceptance("JOB-18")
async def test_a_closed_posting_leaves_the_search_and_stays_readable(container, owner, work, take):
    await take("a.jsonl", lines(range(3)))
    await work()
    posting = (await container.postings.page(owner, ALL)).items[0]
    assert (await container.postings.close(owner, posting.id)).is_active is False
    await work()
    assert posting.id not in {p.id for p in (await container.postings.page(owner, ALL)).items}
    counts = await container.postings.counts(owner)
    assert (counts.open, counts.closed, counts.waiting) == (2, 1, 0)
    assert (await container.postings.get(owner, posting.id)).understood == posting.understood
    with pytest.raises(NotFound):
        await container.postings.close(owner, new_id())


async def test_a_lost_index_is_built_again(container, owner, work, take):
    await take("a.jsonl", lines(range(8)))
    await work()
    assert not await container.upkeep.heal(owner)
    from verivita.engines.retrieval.ports import Partition

    partition = Partition(str(owner.tenant_id))
    await container.lexical.delete(partition, None)
    assert await container.lexical.count(partition) == 0
    assert await container.upkeep.heal(owner)
    await work()
    assert await container.lexical.count(partition) == 8
    assert not await container.upkeep.heal(owner)


async def test_removing_a_source_leaves_nothing_of_it(container, owner, work, take, product_url):
    await take("a.jsonl", lines(range(3)))
    await take("b.jsonl", lines(range(3, 5)))
    await work()
    assert await container.postings.remove_source(owner, "a") == 3
    assert await container.postings.remove_source(owner, "a") == 0
    with psycopg.connect(product_url) as connection:
        held = [
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # type: ignore[arg-type, index]
            for table in ("jobs", "job_sightings", "vector_points")
        ]
    assert held == [2, 2, 2]


async def test_what_is_empty_is_no_posting(container, owner):
    with pytest.raises(Invalid) as caught:
        await container.postings.add(owner, RawPosting("paste", " ", "\n"))
    assert caught.value.code == "empty"
    with pytest.raises(Invalid) as caught:
        await container.postings.add_page(owner, "list.json", b'[{"colour": "red", "size": 3}]')
    assert (await container.postings.counts(owner)).open == 0


async def test_a_posting_given_twice_is_there_once(container, owner):
    raw = RawPosting("paste", "Baker", "Ovens, dough and early mornings in our shop.", company="Crust")
    posting, is_new = await container.postings.add(owner, raw)
    again, is_new_again = await container.postings.add(owner, raw)
    assert (is_new, is_new_again, again.id) == (True, False, posting.id)
    assert posting.understood.canonical_url.startswith("urn:verivita:posting:")


@pytest.mark.acceptance("RET-01")
async def test_the_real_encoder_indexes_and_finds(settings, product_url, owner):
    from verivita.bootstrap.container import build

    made = build(settings.model_copy(update={"embedder": "onnx"}), product_url)
    try:
        await made.postings.import_file(owner, "a.jsonl", lines(range(7)), quiet)
        await made.worker().run(wait=False)
        from verivita.features.search import SearchRequest

        found = await made.search.postings(owner, SearchRequest(query="someone who bakes bread", vector_weight=1.0))
        best = await made.postings.get(owner, found.found.items[0].id)
        assert best.understood.title == "Baker"
        assert found.mode == "hybrid"
    finally:
        await made.aclose()
