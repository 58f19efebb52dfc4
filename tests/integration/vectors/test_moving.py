"""Postings move between vector engines while they are searched."""

from __future__ import annotations

import pytest

from tests.integration.database.rows import quiet
from tests.integration.vectors.postings import filled, found, place, with_engines
from verivita.adapters.vectors import routed
from verivita.bootstrap import reindex
from verivita.core.errors import Invalid
from verivita.engines.retrieval.ports import VectorFetch
from verivita.features.postings import upkeep


@pytest.fixture(autouse=True)
def short(monkeypatch):
    monkeypatch.setattr(upkeep, "MOVE_BATCH", 5)
    monkeypatch.setattr(routed, "REMEMBERED_S", 0.0)
    monkeypatch.setattr("verivita.adapters.vectors.homes.REMEMBERED_S", 0.0)
    # An engine over a file may need longer on a busy machine than a search waits for one leg.
    monkeypatch.setattr("verivita.features.search.service.LEG_TIMEOUT_S", 60.0)


class Killed(Exception):
    """The process is gone."""


@pytest.mark.acceptance("RET-15")
@pytest.mark.acceptance("RET-17")
@pytest.mark.acceptance("RET-19")
async def test_another_engine_takes_over_and_answers_the_same(container, owner, settings, product_url, tmp_path):
    await filled(container, owner)
    before = await found(container, owner)
    addresses = f"qdrant::memory:,milvus:{tmp_path / 'vectors.db'},chroma:{tmp_path / 'chroma'}"
    async with with_engines(settings, product_url, addresses) as moved:
        index, (partition, name) = moved.vectors, place(moved, owner)
        assert await index.lives_in(partition, name) == "pgvector"
        assert await found(moved, owner) == before
        assert await moved.upkeep.follow(owner, quiet)
        assert await index.lives_in(partition, name) == "qdrant"
        assert await found(moved, owner) == before
        assert await container.vectors.count(partition, name) == 0
        assert not await moved.upkeep.follow(owner, quiet)
        await filled(moved, owner, 12, 14)
        assert await index.count(partition, name) == 14
        whole = await found(moved, owner)
        for engine in ("milvus", "chroma"):
            assert await reindex.rebuild(moved, owner, engine, quiet) == 14
            assert await index.lives_in(partition, name) == engine
            assert await found(moved, owner) == whole
            await index.delete(partition, name, whole[:3])
            assert await moved.upkeep.heal(owner)
            await moved.worker().run(wait=False)
            assert (await index.count(partition, name), await found(moved, owner)) == (14, whole)
        assert await reindex.rebuild(moved, owner, "pgvector", quiet) == 14
    assert await container.vectors.count(partition, name) == 14
    assert await found(container, owner) == whole
    assert set(before) < set(whole)


async def test_while_it_moves_the_old_one_answers_and_news_reach_both(container, owner, settings, product_url):
    await filled(container, owner)
    before = await found(container, owner)
    async with with_engines(settings, product_url, "qdrant::memory:") as moved:
        seen = []

        async def told(done, stage):
            seen.append((done, stage, await found(moved, owner) == before))
            if done == 10:
                await filled(moved, owner, 20, 21)
                before.clear()
                before.extend(await found(moved, owner))

        assert await moved.upkeep.move(owner, "qdrant", told) == 13
        assert [(done, same) for done, _, same in seen][:2] == [(5, True), (10, True)]
        assert set(await found(moved, owner)) == set(before)


async def test_a_killed_move_goes_on_where_it_stopped(container, owner, settings, product_url, tmp_path):
    await filled(container, owner)
    folder = f"qdrant:{tmp_path / 'q'}"

    async def killed(done, stage):
        if done == 10:
            raise Killed

    async with with_engines(settings, product_url, folder) as first:
        with pytest.raises(Killed):
            await first.upkeep.move(owner, "qdrant", killed)
        assert await first.vectors.lives_in(*place(first, owner)) == "pgvector"
        assert len(await found(first, owner)) == 12
    counts = []

    async def told(done, stage):
        counts.append(done)

    async with with_engines(settings, product_url, folder) as second:
        assert await second.upkeep.move(owner, "qdrant", told) == 12
        assert counts == [2]
        assert await second.vectors.count(*place(second, owner)) == 12


async def test_stored_vectors_are_taken_over_not_embedded_again(container, owner, settings, product_url, monkeypatch):
    await filled(container, owner)
    async with with_engines(settings, product_url, "qdrant::memory:") as moved:
        asked = []
        inner = moved.embedder.embed

        async def embed(texts):
            asked.extend(texts)
            return await inner(texts)

        monkeypatch.setattr(moved.upkeep._embedder, "embed", embed)
        await moved.upkeep.move(owner, "qdrant", quiet)
        assert asked == []
        assert isinstance(moved.vectors, VectorFetch)


async def test_an_engine_that_is_not_configured_is_refused(container, owner, settings, product_url):
    with pytest.raises(Invalid, match="qdrant"):
        await container.upkeep.move(owner, "qdrant", quiet)
    with pytest.raises(Invalid):
        async with with_engines(settings, product_url, "redis://somewhere"):
            pass
    with pytest.raises(Invalid):
        async with with_engines(settings, product_url, "qdrant::memory:", vector_engine="milvus"):
            pass


@pytest.mark.acceptance("RET-16")
@pytest.mark.security
async def test_private_vectors_stay_in_postgresql_unless_told(container, owner, stranger, settings, product_url):
    for private, engine in ((False, "pgvector"), (True, "qdrant")):
        async with with_engines(settings, product_url, "qdrant::memory:", vector_private=private) as made:
            partition, _ = place(made, owner)
            assert await made.vectors.lives_in(partition, "passages/some/int8/384") == engine


@pytest.mark.acceptance("DB-10")
async def test_seeding_twice_gives_the_same_counts(container, owner, stranger, settings, product_url):
    async with with_engines(settings, product_url, "qdrant::memory:") as made:
        for person in (owner, stranger):
            await filled(made, person)
        counted = []
        for _ in range(2):
            assert await reindex.rebuild(made, owner, None, quiet) == 12
            await made.worker().run(wait=False)
            counted.append([await made.vectors.count(*place(made, person)) for person in (owner, stranger)])
            counted.append([(await made.upkeep.state(person)).words for person in (owner, stranger)])
        assert counted == [[12, 12]] * 4
