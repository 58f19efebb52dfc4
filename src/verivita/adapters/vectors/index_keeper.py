"""The approximate index over vectors in PostgreSQL: its kind, how much it finds, and building it anew when it fades."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import psycopg
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.engine import make_url

from verivita.adapters.vectors import index_build, tuning
from verivita.adapters.vectors.pgvector import INDEXED_DIMENSIONS, PgVectorIndex
from verivita.core.errors import Unavailable
from verivita.core.ids import PersonId, TenantId
from verivita.core.principal import Principal
from verivita.engines.retrieval.ports import Partition, Vector
from verivita.kit.db import Database

KINDS = ("hnsw", "ivfflat")
LEAST_RECALL, WANTED_RECALL = 0.95, 0.98
"""An index that finds less of a stored vector's neighbours is built anew; what the effort is chosen for."""
ASIDE = 1.5
"""Length of the noise beside a stored vector that makes a question of it: cosine 0.55, as six words of a posting have
to their nearest one (0.54 measured). Stored vectors themselves are found far more easily: all of their neighbours at an
effort that found 95 % of a question's."""
EFFORTS = (40, 60, 90, 130, 190, 280, 400)
SAMPLE, NEAREST = 25, 10
LOCK = 7_305_198_243
"""One process at a time builds an index."""
_SAMPLED = text(
    "SELECT halfvec_send(embedding) AS binary FROM vector_points WHERE tenant_id = :tenant "
    "AND collection = :collection AND dimensions = :size ORDER BY md5(CAST(id AS text)) LIMIT :most"
)


@dataclass(frozen=True, slots=True)
class Kept:
    """What the keeper found and did: share of the exact nearest that the index gave, and whether it was built anew."""

    recall: float
    rebuilt: bool


class IndexKeeper:
    """Looks after the index of `vector_points`; `url` is the owner's address, as only the owner may build indexes."""

    def __init__(self, database: Database, url: str, kind: str = "hnsw", *, least_recall: float = LEAST_RECALL) -> None:
        self._database, self._kind, self._least = database, kind, least_recall
        self._url = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._exact = PgVectorIndex(database, exact_limit=2**31)

    async def ensure(self) -> bool:
        """Have the index of the wanted kind and no other; True when something was built. May raise `Unavailable`."""
        return await asyncio.to_thread(self._ensure)

    async def keep(self, partition: Partition, collection: str) -> Kept:
        """Know how much the index finds of a collection, and how widely it must be searched for that.

        What was measured lately of about as many vectors is believed. An index that finds too little is built anew.
        """
        size = await self._exact.count(partition, collection)
        if not size:
            return Kept(1.0, False)
        known = await tuning.tuned(self._database, partition, collection)
        if known is None or known.recall < self._least or not known.holds(self._kind, size):
            known = await self._measured(partition, collection, size)
        if known.recall >= self._least:
            return Kept(known.recall, False)
        await asyncio.to_thread(self._rebuild)
        return Kept((await self._measured(partition, collection, size)).recall, True)

    async def _measured(self, partition: Partition, collection: str, size: int) -> tuning.Tuned:
        """Choose the least effort that finds what is wanted, and remember it."""
        sample = await self._sample(partition, collection)
        asked = _aside(sample)
        best = [await self._found(self._exact, partition, collection, vector) for vector in asked]
        effort = EFFORTS[-1]
        for effort in EFFORTS:
            if await self._recall(effort, partition, collection, asked, best) >= WANTED_RECALL:
                break
        best = [await self._found(self._exact, partition, collection, vector) for vector in sample]
        recall = await self._recall(effort, partition, collection, sample, best)
        found = tuning.Tuned(self._kind, effort, recall, size)
        await tuning.keep(self._database, partition, collection, found)
        return found

    async def _recall(
        self, effort: int, partition: Partition, collection: str, asked: Sequence[Vector], best: Sequence[set[UUID]]
    ) -> float:
        index = PgVectorIndex(self._database, exact_limit=0, effort=effort)
        return _share([await self._found(index, partition, collection, vector) for vector in asked], best)

    async def _found(self, index: PgVectorIndex, partition: Partition, collection: str, vector: Vector) -> set[UUID]:
        return {hit.id for hit in await index.query(partition, collection, vector, NEAREST)}

    async def _sample(self, partition: Partition, collection: str) -> Sequence[Vector]:
        scope = Principal(TenantId(UUID(partition)), PersonId(UUID(int=0)))
        values = {"tenant": UUID(partition), "collection": collection, "size": INDEXED_DIMENSIONS[0], "most": SAMPLE}
        async with self._database.begin(scope) as tx:
            rows = await tx.run(_SAMPLED, values)
            return [np.frombuffer(row.binary, ">f2", offset=4).astype(np.float32) for row in rows]

    def _ensure(self) -> bool:
        built = False
        with self._owner() as connection:
            rows = index_build.rows(connection)
            for size in INDEXED_DIMENSIONS:
                names = {kind: f"ix_vector_points_{kind}_{size}" for kind in KINDS}
                here = {str(row[0]) for row in connection.execute(index_build.VALID, [list(names.values())]).fetchall()}
                if names[self._kind] not in here:
                    index_build.build(connection, self._kind, names[self._kind], size, rows)
                    built = True
                for kind in KINDS:
                    if kind != self._kind and names[kind] in here:
                        connection.execute(index_build.drop(names[kind]))
        return built

    def _rebuild(self) -> None:
        """Build the index anew beside the old one, which answers until then."""
        with self._owner() as connection:
            rows = index_build.rows(connection)
            for size in INDEXED_DIMENSIONS:
                name = f"ix_vector_points_{self._kind}_{size}"
                fresh = f"{name}_new"
                index_build.build(connection, self._kind, fresh, size, rows)
                connection.execute(index_build.drop(name))
                rename = sql.SQL("ALTER INDEX {} RENAME TO {}")
                connection.execute(rename.format(sql.Identifier(fresh), sql.Identifier(name)))

    def _owner(self) -> psycopg.Connection:
        """The owner's own connection, alone in building indexes while it lasts."""
        try:
            connection = psycopg.connect(self._url, autocommit=True)
            connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        except psycopg.OperationalError as error:
            raise Unavailable("database_unavailable", "The database does not answer.", retry_after=1) from error
        return connection


def _aside(sample: Sequence[Vector]) -> list[Vector]:
    """Stored vectors, each moved aside as far as questions lie."""
    generator, found = np.random.default_rng(len(sample)), []
    for vector in sample:
        noise = generator.standard_normal(vector.size).astype(np.float32)
        moved = vector + noise * (ASIDE / np.linalg.norm(noise))
        found.append(moved / np.linalg.norm(moved))
    return found


def _share(found: Sequence[set[UUID]], best: Sequence[set[UUID]]) -> float:
    """Share of the best that was found; 1 where there are none."""
    wanted = sum(map(len, best))
    return sum(len(one & other) for one, other in zip(found, best, strict=True)) / wanted if wanted else 1.0
