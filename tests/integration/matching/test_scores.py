"""Scores that are kept: equal to fresh ones, gone when papers or postings change, and in a stable order."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tests.integration.library.papers import NURSE, RESUME
from verivita.bootstrap.container import build
from verivita.core.clock import SteppedClock
from verivita.core.errors import NotFound
from verivita.core.ids import new_id
from verivita.core.page import PageRequest
from verivita.features.identity import Preferences
from verivita.features.library import DocumentKind
from verivita.features.postings import RawPosting
from verivita.features.search import PostingFilters, SearchRequest, SortBy

ALL = PageRequest(1, 100)
TRADES = (
    ("Backend Engineer", "Build services for ports.", ("Python", "PostgreSQL", "Docker")),
    ("Night Nurse", "Give medicine and keep charts.", ("Patient care", "Triage")),
    ("Java Developer", "Write tests for payment code.", ("Java", "Kubernetes")),
    ("Data Engineer", "Move data between stores.", ("Python", "Apache Spark", "SQL")),
)


def postings(count: int) -> list[RawPosting]:
    found = []
    for number in range(count):
        title, duty, skills = TRADES[number % len(TRADES)]
        text = f"Firm {number} works on matter {number * 7919}.\n\nResponsibilities:\n- {duty}\n\nRequirements:\n"
        text += "".join(f"- {skill}\n" for skill in skills) + f"- {1 + number % 5} years of experience\n"
        found.append(
            RawPosting(
                source="test",
                source_id=str(number),
                title=title,
                company=f"Firm {number}",
                url=f"https://firm{number}.example/1",
                location=("Lisbon, Portugal", "Remote")[number % 2],
                posted=f"2026-0{1 + number % 6}-15",
                description=text,
            )
        )
    return found


@pytest.fixture
async def ready(container, owner, work):
    """Twelve postings and a resume that was read."""
    await container.postings.add_many(owner, postings(12))
    await container.library.add(owner, "mira.md", RESUME.encode(), DocumentKind.RESUME)
    await work()
    return container


def stored(url):
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT job_id, overall_score, matched_skills, missing_skills, reason, resume_hash, job_version "
            "FROM job_match_scores"
        ).fetchall()
    return {row[0]: row[1:] for row in rows}


async def quiet(_done, _stage):
    return None


@pytest.mark.acceptance("MAT-01")
async def test_what_is_stored_is_what_is_computed_afresh(ready, owner, product_url):
    held = stored(product_url)
    assert len(held) == 12
    scores = set()
    for posting in (await ready.postings.page(owner, ALL)).items:
        match = await ready.matching.explain(owner, posting.id)
        overall, matched, missing, reason, _, version = held[posting.id]
        assert (None if overall is None else float(overall)) == match.overall
        assert (tuple(matched), tuple(missing), reason) == (match.matched_skills, match.missing_skills, match.reason)
        assert version == posting.version
        scores.add(match.overall)
    assert len(scores) > 2


@pytest.mark.acceptance("MAT-01")
async def test_known_scores_are_not_computed_again(ready, owner, monkeypatch):
    def never(*_):
        raise AssertionError("every score is known")

    monkeypatch.setattr(type(ready.matching), "_compute", never)
    assert await ready.matching.score_all(owner, quiet) == 0
    assert len(await ready.matching._known(owner, None, await ready.matching._side(owner))) == 12


@pytest.mark.acceptance("MAT-01")
async def test_other_papers_make_other_scores(ready, owner, work, product_url):
    before = stored(product_url)
    nurse = (await ready.library.add(owner, "nurse.md", NURSE.encode(), DocumentKind.RESUME)).document
    await work()
    after = stored(product_url)
    assert {row[4] for row in before.values()} != {row[4] for row in after.values()}
    better = [id for id in after if (after[id][0] or 0) > (before[id][0] or 0)]
    assert {(await ready.postings.get(owner, id)).understood.title for id in better} >= {"Night Nurse"}
    assert [id for id in after if (after[id][0] or 0) < (before[id][0] or 0)] == [], "more evidence never lowers"
    await ready.library.use(owner, nurse.id, False)
    assert await ready.matching._known(owner, None, await ready.matching._side(owner)) == {
        id: None if row[0] is None else float(row[0]) for id, row in before.items()
    }
    await work()
    assert stored(product_url) == before


@pytest.mark.acceptance("MAT-01")
async def test_a_changed_posting_is_scored_anew_without_any_task(ready, owner, product_url):
    before = stored(product_url)
    raw = postings(1)[0]
    changed = RawPosting(**{**asdict(raw), "description": raw.description.replace("Docker", "Haskell")})
    posting, is_new = await ready.postings.add(owner, changed)
    assert not is_new
    known = await ready.matching._known(owner, None, await ready.matching._side(owner))
    fresh = await ready.matching.explain(owner, posting.id)
    assert known[posting.id] == fresh.overall
    assert float(before[posting.id][0]) != fresh.overall
    assert stored(product_url)[posting.id][5] == posting.version > before[posting.id][5]


async def test_a_new_month_makes_new_scores(ready, owner, settings, product_url):
    held = {row[4] for row in stored(product_url).values()}
    later = build(settings, product_url, clock=SteppedClock(datetime.now(UTC) + timedelta(days=62)))
    try:
        assert await later.matching.score_all(owner, quiet) == 12
    finally:
        await later.aclose()
    assert not held & {row[4] for row in stored(product_url).values()}


@pytest.mark.acceptance("MAT-10")
@pytest.mark.parametrize(("query", "descending"), [("", False), ("engineer python services nurse java", True)])
async def test_sorted_by_match_the_pages_hold_everything_once_in_order(ready, owner, query, descending):
    async def page(number, limit):
        request = SearchRequest(
            query=query, sort_by=SortBy.MATCH, descending=descending, page=PageRequest(number, limit)
        )
        return await ready.matching.shortlist(owner, request, scores=True)

    whole = await page(1, 100)
    ids = [posting.id for posting in whole.postings]
    assert len(ids) == len(set(ids)) == whole.result.found.total > 8
    for limit in (5, 7):
        walked = [p.id for n in range(1, -(-len(ids) // limit) + 1) for p in (await page(n, limit)).postings]
        assert walked == ids
    scores = [match.overall for match in whole.matches]
    said = [score for score in scores if score is not None]
    assert said == sorted(said, reverse=descending)
    assert scores[: len(said)] == said, "what has no score comes last"
    assert [match.posting_id for match in whole.matches] == ids


@pytest.mark.acceptance("MAT-10")
async def test_scores_come_only_when_they_are_asked_for(ready, owner):
    request = SearchRequest(query="python")
    assert (await ready.matching.shortlist(owner, request, scores=False)).matches == ()
    with_scores = await ready.matching.shortlist(owner, request, scores=True)
    assert [match.posting_id for match in with_scores.matches] == [posting.id for posting in with_scores.postings]


@pytest.mark.acceptance("MAT-10")
async def test_filters_hold_when_sorted_by_match(ready, owner):
    request = SearchRequest(
        filters=PostingFilters(location_type=("remote",)), sort_by=SortBy.MATCH, page=PageRequest(1, 100)
    )
    found = await ready.matching.shortlist(owner, request, scores=True)
    assert len(found.postings) == 6
    assert {posting.understood.location_type for posting in found.postings} == {"remote"}


@pytest.mark.acceptance("MAT-07")
async def test_recommendations_are_the_best_open_ones_with_reasons_and_stable(ready, owner, work):
    page = await ready.matching.recommend(owner, ALL)
    scores = [match.overall for _, match in page.items]
    assert scores == sorted(scores, reverse=True)
    assert all(match.pairs and match.sentence for _, match in page.items)
    assert page.items[0][0].understood.title == "Backend Engineer"
    ids = [posting.id for posting, _ in page.items]
    parts = [await ready.matching.recommend(owner, PageRequest(n, 5)) for n in range(1, -(-len(ids) // 5) + 1)]
    assert [posting.id for part in parts for posting, _ in part.items] == ids
    await ready.postings.close(owner, ids[0])
    assert [posting.id for posting, _ in (await ready.matching.recommend(owner, ALL)).items] == ids[1:]
    await work()
    assert [posting.id for posting, _ in (await ready.matching.recommend(owner, ALL)).items] == ids[1:]


@pytest.mark.acceptance("MAT-07")
async def test_without_papers_nothing_is_recommended_and_nothing_breaks(container, owner):
    await container.postings.add_many(owner, postings(4))
    found = await container.matching.recommend(owner, ALL)
    assert all(match.overall is not None for _, match in found.items)
    posting = (await container.postings.page(owner, ALL)).items[0]
    match = await container.matching.explain(owner, posting.id)
    assert match.matched_skills == ()


async def test_wishes_never_change_the_number(ready, owner):
    before = await ready.matching._known(owner, None, await ready.matching._side(owner))
    await ready.identity.prefer(
        owner, Preferences(location_types=("remote",), minimum_pay=1_000_000, needs_visa=True, countries=("NZ",))
    )
    assert await ready.matching._known(owner, None, await ready.matching._side(owner)) == before
    posting = (await ready.postings.page(owner, ALL)).items[0]
    assert (await ready.matching.explain(owner, posting.id)).overall == before[posting.id]


async def test_an_unknown_posting_is_not_found(container, owner):
    with pytest.raises(NotFound):
        await container.matching.explain(owner, new_id())


@pytest.mark.security
async def test_scores_are_a_persons_own(ready, owner, neighbour, product_url):
    assert len(await ready.matching._known(neighbour, None, await ready.matching._side(neighbour))) == 12
    with psycopg.connect(product_url) as connection:
        rows = connection.execute("SELECT person_id, count(*) FROM job_match_scores GROUP BY 1").fetchall()
    assert dict(rows) == {owner.person_id: 12, neighbour.person_id: 12}


@pytest.mark.acceptance("RET-29")
async def test_nearness_follows_papers_goals_and_weights(ready, owner):
    ids = [posting.id for posting in (await ready.postings.page(owner, ALL)).items]
    titles = {id: (await ready.postings.get(owner, id)).understood.title for id in ids}
    aims = {("goals", "description"): 1.0}
    for goal, title in (
        ("night nurse, give medicine, keep charts", "Night Nurse"),
        ("java developer", "Java Developer"),
    ):
        found = await ready.matching.nearest(owner, ids, goal, aims)
        assert sorted(id for id, _ in found) == sorted(ids)
        assert titles[found[0][0]] == title
    by_work = await ready.matching.nearest(owner, ids, "night nurse", {("experience", "description"): 1.0})
    assert titles[by_work[0][0]] != "Night Nurse"


EXPLAIN = """
import asyncio, json, sys
from dataclasses import asdict
from pathlib import Path
from verivita.bootstrap.container import build
from verivita.bootstrap.settings import Settings
from verivita.core.page import PageRequest
from verivita.features.identity import NOBODY

async def go():
    settings = Settings(data_dir=Path(sys.argv[1]), embedder="hashing", demo=False, _env_file=None)
    container = build(settings, sys.argv[2])
    owner = await container.identity.owner(NOBODY)
    page = await container.postings.page(owner, PageRequest(1, 5))
    out = []
    for posting in page.items:
        match = asdict(await container.matching.explain(owner, posting.id))
        match.pop("calculated_at")
        out.append(match)
    sys.stdout.write(json.dumps(out, default=str))
    await container.aclose()

asyncio.run(go())
"""


@pytest.mark.acceptance("MAT-01")
async def test_two_processes_say_the_same_bytes(ready, settings, product_url):
    command = [sys.executable, "-c", EXPLAIN, str(settings.data_dir), product_url]
    said = []
    for seed in ("0", "1234"):
        options = {"capture_output": True, "env": {"PYTHONHASHSEED": seed}, "timeout": 120, "check": False}
        done = await asyncio.to_thread(subprocess.run, command, **options)
        assert done.returncode == 0, done.stderr.decode()[-2000:]
        said.append(done.stdout)
    assert said[0] == said[1]
    assert len(json.loads(said[0])) == 5
