"""A wrong, empty or faded index is brought back to what the database says."""

from __future__ import annotations

from uuid import UUID

import numpy as np
import psycopg
import pytest

from tests.integration.vectors.postings import filled, found, place, with_engines
from verivita.adapters.vectors import tuning
from verivita.adapters.vectors.index_keeper import IndexKeeper
from verivita.adapters.vectors.pgvector import PgVectorIndex
from verivita.bootstrap import reindex
from verivita.engines.retrieval.ports import Partition, Point, TextEntry


async def test_a_lost_and_a_wrong_index_are_healed(container, owner, stranger, work):
    partition, collection = place(container, owner)
    for person in (owner, stranger):
        await filled(container, person)
    before = await found(container, owner)
    assert not any(one.healed for one in await reindex.check(container))
    # lost: words, then vectors
    await container.lexical.delete(partition, None)
    assert [one.healed for one in await reindex.check(container) if one.principal.tenant_id == owner.tenant_id] == [
        True
    ]
    await work()
    assert await found(container, owner) == before
    await container.vectors.delete(partition, collection, before[:3])
    assert (await container.upkeep.state(owner)).is_short
    assert await container.upkeep.heal(owner)
    await work()
    assert await found(container, owner) == before
    # wrong: entries of postings that nobody knows
    stray, vector = UUID(int=5), np.eye(1, 384, dtype=np.float32)[0]
    await container.lexical.upsert(partition, [TextEntry(stray, "night nurse", "night nurse")])
    await container.vectors.upsert(partition, collection, [Point(stray, vector)])
    assert (await container.upkeep.state(owner)).is_long
    assert await container.upkeep.heal(owner)
    assert await found(container, owner) == before
    state = await container.upkeep.state(owner)
    assert (state.expected, state.words, state.vectors) == (12, 12, 12)
    # a stray that only the vectors have: they are filled anew
    await container.vectors.upsert(partition, collection, [Point(stray, vector)])
    assert await container.upkeep.heal(owner)
    await work()
    assert await found(container, owner) == before
    assert not await container.upkeep.heal(owner)


async def test_an_index_of_an_older_form_is_made_anew_and_filled(container, owner, work):
    from tantivy import Index, SchemaBuilder

    await filled(container, owner)
    before = await found(container, owner)
    folder = container.lexical._held(place(container, owner)[0]).path
    for file in folder.iterdir():
        file.unlink()
    old = SchemaBuilder().add_text_field("id", stored=True).build()
    Index(old, path=str(folder)).reload()
    container.lexical._open.clear()
    assert await container.upkeep.heal(owner)
    await work()
    assert await found(container, owner) == before


async def test_an_engine_that_is_away_is_left_for_the_next_round(container, owner, settings, product_url):
    await filled(container, owner)
    async with with_engines(settings, product_url, "qdrant://127.0.0.1:9") as made:
        assert await found(made, owner) == await found(container, owner)
        assert await reindex.check(made) == []


@pytest.mark.acceptance("RET-18")
@pytest.mark.parametrize("kind", ["hnsw", "ivfflat"])
async def test_the_index_is_of_the_wanted_kind_and_built_anew_when_it_fades(container, owner, product_url, kind):
    generator = np.random.default_rng(3)
    vectors = generator.standard_normal((1500, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    partition, collection = Partition(str(owner.tenant_id)), "job_description/x/int8/384"
    keeper = IndexKeeper(container.db, product_url, kind)
    assert (await keeper.keep(partition, collection)).recall == 1.0
    await container.vectors.upsert(partition, collection, [Point(UUID(int=i + 1), v) for i, v in enumerate(vectors)])
    assert await keeper.ensure() == (kind == "ivfflat")
    assert not await keeper.ensure()
    query = "SELECT indexname FROM pg_indexes WHERE tablename = 'vector_points' AND indexname LIKE 'ix_%'"
    with psycopg.connect(product_url) as connection:
        assert connection.execute(query).fetchall() == [(f"ix_vector_points_{kind}_384",)]
    kept = await keeper.keep(partition, collection)
    assert (kept.recall >= 0.95, kept.rebuilt) == (True, False)
    known = await tuning.tuned(container.db, partition, collection)
    assert known is not None
    assert (known.kind, known.size, known.recall) == (kind, 1500, pytest.approx(kept.recall))
    assert (await PgVectorIndex(container.db, exact_limit=0)._part(partition, collection)).effort == known.effort
    await tuning.keep(container.db, partition, collection, tuning.Tuned(kind, 77, 0.98, 1400))
    assert (await keeper.keep(partition, collection)).recall == pytest.approx(0.98)  # lately measured: believed
    strict = await IndexKeeper(container.db, product_url, kind, least_recall=1.1).keep(partition, collection)
    assert strict.rebuilt
    assert strict.recall >= 0.95
    with psycopg.connect(product_url) as connection:
        assert connection.execute(query).fetchall() == [(f"ix_vector_points_{kind}_384",)]
