"""The first lock alone: every policy lets everything through, and the services still give nothing foreign."""

from __future__ import annotations

from contextlib import asynccontextmanager

import pytest

from tests.integration.database.rows import quiet
from tests.rigs.product import no_row_security
from verivita.bootstrap.container import build
from verivita.core.errors import NotFound
from verivita.core.page import PageRequest
from verivita.features.identity import Preferences
from verivita.features.search import SearchRequest, SortBy

pytestmark = [pytest.mark.security, pytest.mark.acceptance("DB-13", "SEC-04")]
ALL = PageRequest(1, 100)


@asynccontextmanager
async def open_services(filled):
    container = build(filled.settings, filled.url)
    try:
        with no_row_security(filled.url):
            yield container
    finally:
        await container.aclose()


async def test_lists_hold_own_rows_only(filled):
    async with open_services(filled) as services:
        for person, name in zip(filled.people, ("Omar", "Nadia", "Sven"), strict=True):
            papers = await services.library.all(person)
            assert [paper.filename for paper in papers] == [f"{name}.md"]
            assert (await services.library.page(person, ALL)).total == 1
            assert all(name in p.text or "Python" in p.text for p in await services.library.all_passages(person))
            assert {p.document_id for p in await services.library.all_passages(person)} == {papers[0].id}
            assert [key.name for key in await services.identity.keys(person)] == [name]
            mine = {paper.id for paper in papers}
            for task in await services.tasks.recent(person):
                assert task.result is None or task.result.get("document_id") in {None, *map(str, mine)}
            assert (await services.identity.me(person)).id == person.person_id


async def test_a_tenant_sees_its_own_postings_only(filled):
    async with open_services(filled) as services:
        home = {posting.id for posting in (await services.postings.page(filled.owner, ALL)).items}
        away = {posting.id for posting in (await services.postings.page(filled.stranger, ALL)).items}
        assert len(home) == 6
        assert len(away) == 3
        assert not home & away
        assert {p.id for p in (await services.postings.page(filled.neighbour, ALL)).items} == home
        assert (await services.postings.counts(filled.stranger)).open == 3
        assert sum((await services.postings.facets(filled.stranger))["source"].values()) == 3
        assert await services.postings.many(filled.stranger, sorted(home)) == []
        assert await services.postings.versions(filled.stranger, sorted(home)) == {}
        assert set(await services.postings.versions(filled.stranger, None)) == away
        assert {p.id for p in await services.postings.after(filled.stranger, None, 100)} == away
        assert [run.source for run in await services.postings.runs(filled.stranger)] == ["Sven.csv"]
        assert await services.postings.remove_source(filled.stranger, "hackernews") == 0


@pytest.mark.parametrize("query", ["python engineer", ""])
async def test_search_and_scores_stay_inside(filled, query):
    async with open_services(filled) as services:
        away = {posting.id for posting in (await services.postings.page(filled.stranger, ALL)).items}
        for sort in (SortBy.RELEVANCE, SortBy.MATCH):
            found = await services.matching.shortlist(
                filled.stranger, SearchRequest(query=query, sort_by=sort), scores=True
            )
            assert found.postings
            assert {posting.id for posting in found.postings} <= away
        recommended = await services.matching.recommend(filled.stranger, ALL)
        assert {posting.id for posting, _ in recommended.items} <= away
        mine = await services.search.library(filled.neighbour, "python services", 10)
        assert mine.passages
        own = {paper.id for paper in await services.library.all(filled.neighbour)}
        assert {hit.passage.document_id for hit in mine.passages} == own


async def test_a_foreign_id_answers_like_an_unknown_one(filled):
    async with open_services(filled) as services:
        owner = filled.owner
        paper = (await services.library.all(owner))[0]
        job = (await services.postings.page(owner, ALL)).items[0].id
        run = (await services.postings.runs(owner))[0].id
        task = (await services.tasks.recent(owner))[0].id
        key = (await services.identity.keys(owner))[0].id
        for person in (filled.stranger, filled.neighbour):
            asked = [
                services.library.get(person, paper.id),
                services.library.open(person, paper.id),
                services.library.facts(person, paper.id),
                services.library.passages(person, paper.id),
                services.library.original(person, paper.id),
                services.library.use(person, paper.id, False),
                services.library.reread(person, paper.id),
                services.library.remove(person, paper.id),
                services.library.read(person, paper.id, quiet),
                services.tasks.get(person, task),
                services.tasks.cancel(person, task),
                services.identity.drop_key(person, key),
            ]
            if person is filled.stranger:
                asked += [
                    services.postings.get(person, job),
                    services.postings.snapshot(person, job),
                    services.postings.close(person, job),
                    services.postings.run(person, run),
                    services.matching.explain(person, job),
                ]
            for call in asked:
                with pytest.raises(NotFound):
                    await call
        assert (await services.library.get(owner, paper.id)).is_active
        assert (await services.postings.get(owner, job)).is_active
        assert (await services.identity.keys(owner))[0].id == key


async def test_the_same_bytes_of_two_people_are_two_papers(filled):
    async with open_services(filled) as services:
        data = await services.library.original(filled.owner, (await services.library.all(filled.owner))[0].id)
        added = await services.library.add(
            filled.stranger, "copy.md", data, (await services.library.all(filled.owner))[0].kind
        )
        assert added.duplicate_of is None
        await services.library.remove(filled.stranger, added.document.id)


async def test_preferences_are_a_persons_own(filled):
    async with open_services(filled) as services:
        await services.identity.prefer(filled.stranger, Preferences(minimum_pay=1))
        assert (await services.identity.me(filled.owner)).preferences.minimum_pay is None
        assert (await services.identity.me(filled.neighbour)).preferences.minimum_pay is None
