"""The approximate index over vectors in PostgreSQL: its kind, how much it finds, and building it anew when it fades."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import psycopg
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.engine import make_url

from verivita.adapters.vectors.pgvector import INDEXED_DIMENSIONS, PgVectorIndex
from verivita.core.errors import Unavailable
from verivita.core.ids import PersonId, TenantId
from verivita.core.principal import Principal
from verivita.engines.retrieval.ports import Partition, Vector
from verivita.kit.db import Database

KINDS = ("hnsw", "ivfflat")
LEAST_RECALL = 0.95
SAMPLE, NEAREST = 20, 10
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
        self._near = PgVectorIndex(database, exact_limit=0)
        self._exact = PgVectorIndex(database, exact_limit=2**31)

    async def ensure(self) -> bool:
        """Have the index of the wanted kind and no other; True when something was built. May raise `Unavailable`."""
        return await asyncio.to_thread(self._ensure)

    async def keep(self, partition: Partition, collection: str) -> Kept:
        """Measure the index on a sample of the collection's own vectors; build it anew when it finds too little."""
        found = await self.recall(partition, collection)
        if found >= self._least:
            return Kept(found, False)
        await asyncio.to_thread(self._rebuild)
        return Kept(await self.recall(partition, collection), True)

    async def recall(self, partition: Partition, collection: str) -> float:
        """Share of the exact ten nearest that the index finds, over twenty stored vectors; 1 where nothing is."""
        hit = wanted = 0
        for vector in await self._sample(partition, collection):
            exact = {one.id for one in await self._exact.query(partition, collection, vector, NEAREST)}
            near = {one.id for one in await self._near.query(partition, collection, vector, NEAREST)}
            hit, wanted = hit + len(exact & near), wanted + len(exact)
        return hit / wanted if wanted else 1.0

    async def _sample(self, partition: Partition, collection: str) -> Sequence[Vector]:
        scope = Principal(TenantId(UUID(partition)), PersonId(UUID(int=0)))
        values = {"tenant": UUID(partition), "collection": collection, "size": INDEXED_DIMENSIONS[0], "most": SAMPLE}
        async with self._database.begin(scope) as tx:
            rows = await tx.run(_SAMPLED, values)
            return [np.frombuffer(row.binary, ">f2", offset=4).astype(np.float32) for row in rows]

    def _ensure(self) -> bool:
        built = False
        with self._owner() as connection:
            rows = _rows(connection)
            for size in INDEXED_DIMENSIONS:
                names = {kind: f"ix_vector_points_{kind}_{size}" for kind in KINDS}
                here = {str(row[0]) for row in connection.execute(_VALID, [list(names.values())]).fetchall()}
                if names[self._kind] not in here:
                    connection.execute(_drop(names[self._kind]))
                    connection.execute(_create(self._kind, names[self._kind], size, rows))
                    built = True
                for kind in KINDS:
                    if kind != self._kind and names[kind] in here:
                        connection.execute(_drop(names[kind]))
        return built

    def _rebuild(self) -> None:
        """Build the index anew beside the old one, which answers until then."""
        with self._owner() as connection:
            rows = _rows(connection)
            for size in INDEXED_DIMENSIONS:
                name = f"ix_vector_points_{self._kind}_{size}"
                fresh = f"{name}_new"
                connection.execute(_drop(fresh))
                connection.execute(_create(self._kind, fresh, size, rows))
                connection.execute(_drop(name))
                rename = sql.SQL("ALTER INDEX {} RENAME TO {}")
                connection.execute(rename.format(sql.Identifier(fresh), sql.Identifier(name)))

    def _owner(self) -> psycopg.Connection:
        """The owner's own connection, alone in building indexes while it lasts."""
        try:
            connection = psycopg.connect(self._url, autocommit=True)
            connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            connection.execute("SET maintenance_work_mem = '512MB'")
        except psycopg.OperationalError as error:
            raise Unavailable("database_unavailable", "The database does not answer.", retry_after=1) from error
        return connection


_ROWS = "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'vector_points'::regclass"
_VALID = (
    "SELECT c.relname FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid "
    "WHERE c.relname = ANY(%s) AND i.indisvalid"
)


def _rows(connection: psycopg.Connection) -> int:
    """About how many vectors there are, as the planner knows it."""
    connection.execute("ANALYZE vector_points")
    found = connection.execute(_ROWS).fetchone()
    return int(found[0]) if found else 0


def _create(kind: str, name: str, size: int, rows: int) -> sql.Composed:
    """The statement that builds an index while readers and writers go on; an IVFFlat gets a list per 1,000 rows."""
    lists = max(10, rows // 1000 if rows < 1_000_000 else math.isqrt(rows))
    options = sql.SQL(" WITH (lists = {})").format(sql.Literal(lists)) if kind == "ivfflat" else sql.SQL("")
    return sql.SQL(
        "CREATE INDEX CONCURRENTLY {} ON vector_points USING {} "
        "((CAST(embedding AS halfvec({}))) halfvec_cosine_ops){} WHERE dimensions = {}"
    ).format(sql.Identifier(name), sql.SQL(kind), sql.Literal(size), options, sql.Literal(size))


def _drop(name: str) -> sql.Composed:
    return sql.SQL("DROP INDEX IF EXISTS {}").format(sql.Identifier(name))
