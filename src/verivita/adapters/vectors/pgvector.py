"""Vectors in PostgreSQL with pgvector: exact inside a small partition and behind a selective filter, else by index.

A filter behind an HNSW scan loses most of the right rows (measured: 8 % left with a filter that passes 1 %). So a small
partition is scanned whole; in a large one the word index says which few rows pass the filter, and these are scanned;
a filter that lets many pass goes with the index scan, which goes on until enough rows pass. When even that finds too
few, the partition is scanned whole. Row security stands under every statement. It also keeps PostgreSQL from using an
index for conditions whose operator may leak, which rules out an index of its own over the tags.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
from pgvector.sqlalchemy import HALFVEC
from psycopg.adapt import Dumper
from sqlalchemy import Column, Index, PrimaryKeyConstraint, SmallInteger, Text, delete, func, select, text
from sqlalchemy.dialects import postgresql as pg

from verivita.adapters.vectors.halves import Half, half_dumper
from verivita.adapters.vectors.layout import MAX_K, asks_nothing, mismatch
from verivita.core.errors import StorageFull, Unavailable
from verivita.core.ids import PersonId, TenantId
from verivita.core.principal import Principal
from verivita.engines.retrieval.payload import MAX_NUMBER, numbers, tags, tags_for
from verivita.engines.retrieval.ports import AnyOf, Between, Filter, Hit, IdPairs, Partition, Point, Vector
from verivita.kit.db import Database, Tx, tenant_table

EXACT_LIMIT = 5_000
"""Partitions up to this size are scanned whole: a few milliseconds, and nothing is missed."""
EF_SEARCH = 160
SELECTIVE = 10_000
"""A filter that lets at most so many rows pass is answered exactly, over those rows alone."""
PROBES = 30
"""Lists that an IVFFlat index looks into at first; its iterative scan goes on from there."""
COUNT_SECONDS = 30.0
INDEXED_DIMENSIONS = (384,)
"""Dimensions that have an HNSW index; a new model of another length needs a migration that adds its own."""

Passing = Callable[[Partition, str, Filter, int], Awaitable[IdPairs | None]]
"""Which ids of a collection pass a filter, when they are at most so many; None when that is not known."""

points = tenant_table(
    "vector_points",
    Column("collection", Text, nullable=False),
    Column("id", pg.UUID(as_uuid=True), nullable=False),
    Column("dimensions", SmallInteger, nullable=False),
    Column("embedding", HALFVEC(), nullable=False),
    Column("tags", pg.ARRAY(Text), nullable=False),
    Column("numbers", pg.JSONB, nullable=False),
    PrimaryKeyConstraint("tenant_id", "collection", "id"),
    *(
        Index(
            f"ix_vector_points_hnsw_{size}",
            text(f"(embedding::halfvec({size})) halfvec_cosine_ops"),
            postgresql_using="hnsw",
            postgresql_where=text(f"dimensions = {size}"),
        )
        for size in INDEXED_DIMENSIONS
    ),
)


class PgVectorIndex:
    """A VectorIndex over one database; `exact_limit` is the size up to which a partition is scanned whole.

    `passing` knows which few rows a filter lets through; without it, a filter goes with the index scan.
    """

    def __init__(
        self,
        database: Database,
        *,
        exact_limit: int = EXACT_LIMIT,
        ef_search: int = EF_SEARCH,
        passing: Passing | None = None,
    ) -> None:
        self._database, self._exact_limit, self._ef_search = database, exact_limit, ef_search
        self._passing = passing
        self._type: type[Dumper] | None = None
        self._sizes: dict[tuple[Partition, str], tuple[float, bool]] = {}

    async def upsert(self, partition: Partition, collection: str, points_: Sequence[Point]) -> None:
        """Store or replace; a vector of another length than the collection's is `Invalid` (code dimension_mismatch)."""
        if not points_:
            return
        latest = {point.id: point for point in points_}
        sizes = {int(point.vector.size) for point in latest.values()}
        tenant = _tenant(partition)
        rows = [_row(tenant, collection, point) for point in latest.values()]
        async with self._begin(partition) as tx:
            known = select(points.c.dimensions).where(points.c.tenant_id == tenant, points.c.collection == collection)
            sizes |= {row.dimensions for row in await tx.run(known.limit(1))}
            if len(sizes) > 1:
                raise mismatch(collection, sorted(sizes))
            async with _answered():
                driver = await self._driver(tx)
                await driver.cursor().executemany(_UPSERT, rows)
        self._sizes.pop((partition, collection), None)

    async def query(
        self, partition: Partition, collection: str, vector: Vector, k: int, where: Filter = ()
    ) -> list[Hit]:
        """The k nearest that pass the filter, best first; score = cosine. Fewer only when fewer exist.

        Raises `Invalid` (dimension_mismatch) for a vector of another length than the collection's.
        """
        if asks_nothing(vector, k):
            return []
        k = min(k, MAX_K)
        few = await self._few(partition, collection, where)
        condition, values = _conditions(where)
        values |= {"tenant": _tenant(partition), "collection": collection, "k": k, "size": vector.size}
        values["vector"] = Half(vector)
        async with self._begin(partition) as tx:
            if few is not None:
                values["ids"] = few
                hits = await self._ask(tx, _AMONG.format(where=condition), values)
            elif await self._large(tx, partition, collection) and vector.size in INDEXED_DIMENSIONS:
                hits = await self._ask(tx, _NEAR.format(size=int(vector.size), where=condition), values)
                if len(hits) < k:
                    hits = await self._ask(tx, _EXACT.format(where=condition), values)
            else:
                hits = await self._ask(tx, _EXACT.format(where=condition), values)
            if not hits:
                await _refuse_other_sizes(tx, partition, collection, vector.size)
        return hits

    async def vectors(self, partition: Partition, collection: str, ids: Sequence[UUID]) -> Mapping[UUID, Vector]:
        """The stored vectors of those ids that the collection holds, in half precision."""
        values = {"tenant": _tenant(partition), "collection": collection, "ids": _listed([id.hex for id in ids])}
        async with self._begin(partition) as tx, _answered():
            found = await (await tx.driver()).execute(_VECTORS, values, binary=True)
            rows = await found.fetchall()
        if not rows:
            return {}
        # Every row is 4 bytes of header and the numbers, most significant byte first.
        if len({len(binary) for _, binary in rows}) > 1:
            return {id: np.frombuffer(binary, ">f2", offset=4).astype(np.float32) for id, binary in rows}
        joined = np.frombuffer(b"".join(binary for _, binary in rows), ">f2").reshape(len(rows), -1)
        return dict(zip((id for id, _ in rows), joined[:, 2:].astype(np.float32), strict=True))

    async def delete(self, partition: Partition, collection: str, ids: Sequence[UUID] | None) -> None:
        """Remove these ids; None removes the partition's whole part of the collection."""
        statement = delete(points).where(points.c.tenant_id == _tenant(partition), points.c.collection == collection)
        if ids is not None:
            statement = statement.where(points.c.id.in_(list(ids)))
        async with self._begin(partition) as tx:
            await tx.run(statement)
        self._sizes.pop((partition, collection), None)

    async def count(self, partition: Partition, collection: str) -> int:
        """How many points the partition holds."""
        statement = select(func.count()).where(
            points.c.tenant_id == _tenant(partition), points.c.collection == collection
        )
        async with self._begin(partition) as tx:
            return int((await tx.run(statement)).scalar_one())

    async def _few(self, partition: Partition, collection: str, where: Filter) -> str | None:
        """The ids that pass the filter as an array's text, where they are known to be few."""
        if not where or self._passing is None:
            return None
        try:
            pairs = await self._passing(partition, collection, where, SELECTIVE)
        except Unavailable:
            return None  # the index scan answers as well, only slower
        if pairs is None:
            return None
        digits = pairs.astype(">u8").tobytes().hex()
        return _listed([digits[start : start + 32] for start in range(0, len(digits), 32)])

    async def _ask(self, tx: Tx, statement: str, values: dict[str, Any]) -> list[Hit]:
        """Run a query; rows without a distance (zero vectors) are left out."""
        driver = await self._driver(tx)
        effort = max(self._ef_search, min(values["k"], 1000))
        async with _answered(), driver.pipeline():
            await driver.execute(_TUNE, {"ef": str(effort), "probes": str(PROBES)})
            found = await driver.execute(statement, values, binary=True, prepare=False)
            return [Hit(id, 1.0 - distance) for id, distance in await found.fetchall() if distance == distance]

    async def _driver(self, tx: Tx) -> psycopg.AsyncConnection[Any]:
        """The driver's connection, which knows how to send a vector in half precision."""
        driver = await tx.driver()
        if self._type is None:
            row = await (await driver.execute("SELECT CAST('halfvec' AS regtype)::oid")).fetchone()
            self._type = half_dumper(int(row[0]) if row else 0)
        driver.adapters.register_dumper(Half, self._type)
        return driver

    async def _large(self, tx: Tx, partition: Partition, collection: str) -> bool:
        """Whether the partition is beyond the exact limit; remembered for a while."""
        known = self._sizes.get((partition, collection))
        if known and known[0] > time.monotonic():
            return known[1]
        values = {"tenant": _tenant(partition), "collection": collection, "most": self._exact_limit + 1}
        large = int((await tx.run(_SIZE, values)).scalar_one()) > self._exact_limit
        self._sizes[(partition, collection)] = (time.monotonic() + COUNT_SECONDS, large)
        return large

    @asynccontextmanager
    async def _begin(self, partition: Partition) -> AsyncIterator[Tx]:
        scope = Principal(TenantId(_tenant(partition)), PersonId(UUID(int=0)))
        async with self._database.begin(scope) as tx:
            yield tx


_UPSERT = (
    "INSERT INTO vector_points (tenant_id, collection, id, dimensions, embedding, tags, numbers) VALUES "
    "(%(tenant)s, %(collection)s, %(id)s, %(size)s, %(vector)s, %(tags)s, CAST(%(numbers)s AS jsonb)) "
    "ON CONFLICT (tenant_id, collection, id) DO UPDATE SET dimensions = excluded.dimensions, "
    "embedding = excluded.embedding, tags = excluded.tags, numbers = excluded.numbers"
)
_SIZE = text(
    "SELECT count(*) FROM (SELECT 1 FROM vector_points WHERE tenant_id = :tenant AND collection = :collection "
    "LIMIT :most) AS first_rows"
)
_TUNE = (
    "SELECT set_config('hnsw.ef_search', %(ef)s, true), set_config('hnsw.iterative_scan', 'relaxed_order', true), "
    "set_config('ivfflat.probes', %(probes)s, true), set_config('ivfflat.iterative_scan', 'relaxed_order', true), "
    "set_config('jit', 'off', true)"
)
_MINE = "tenant_id = %(tenant)s AND collection = %(collection)s"
_VECTORS = f"SELECT id, halfvec_send(embedding) FROM vector_points WHERE {_MINE} AND id = ANY(CAST(%(ids)s AS uuid[]))"  # noqa: S608 - fixed words
_EXACT = (
    f"WITH part AS MATERIALIZED (SELECT id, embedding FROM vector_points WHERE {_MINE} "  # noqa: S608 - fixed words
    "AND dimensions = %(size)s{where}) SELECT id, embedding <=> CAST(%(vector)s AS halfvec) AS distance "
    "FROM part ORDER BY distance, id LIMIT %(k)s"
)
_AMONG = (
    f"WITH part AS MATERIALIZED (SELECT id, embedding FROM vector_points WHERE {_MINE} "  # noqa: S608 - fixed words
    "AND id = ANY(CAST(%(ids)s AS uuid[])) AND dimensions = %(size)s{where}) "
    "SELECT id, embedding <=> CAST(%(vector)s AS halfvec) AS distance FROM part ORDER BY distance, id LIMIT %(k)s"
)
_NEAR = (
    "WITH near AS MATERIALIZED (SELECT id, CAST(embedding AS halfvec({size})) <=> CAST(%(vector)s AS halfvec({size})) "  # noqa: S608 - numbers and fixed words
    f"AS distance FROM vector_points WHERE {_MINE} "
    "AND dimensions = {size}{where} ORDER BY distance LIMIT %(k)s) SELECT id, distance FROM near ORDER BY distance, id"
)


async def _refuse_other_sizes(tx: Tx, partition: Partition, collection: str, size: int) -> None:
    """A query of a length that the collection does not hold is a mistake, not an empty answer."""
    known = select(points.c.dimensions).where(points.c.tenant_id == _tenant(partition))
    found = (await tx.run(known.where(points.c.collection == collection).limit(1))).scalar_one_or_none()
    if found is not None and found != size:
        raise mismatch(collection, sorted({found, size}))


@asynccontextmanager
async def _answered() -> AsyncIterator[None]:
    """What the driver itself raises when the server is gone becomes `Unavailable`."""
    try:
        yield
    except psycopg.errors.DiskFull as error:
        raise StorageFull(message="The disk that holds the database is full.") from error
    except psycopg.OperationalError as error:
        raise Unavailable("database_unavailable", "The database does not answer.", retry_after=1) from error


def _tenant(partition: Partition) -> UUID:
    return UUID(partition)


def _listed(digits: Sequence[str]) -> str:
    """Ids as the text of an array."""
    return "{" + ",".join(digits) + "}"


def _row(tenant: UUID, collection: str, point: Point) -> dict[str, Any]:
    return {
        "tenant": tenant,
        "collection": collection,
        "id": point.id,
        "size": point.vector.size,
        "vector": Half(point.vector),
        "tags": tags(point.payload),
        "numbers": json.dumps(numbers(point.payload)),
    }


def _conditions(where: Filter) -> tuple[str, dict[str, Any]]:
    """The filter as SQL with bound values only; field names are values too."""
    parts: list[str] = []
    values: dict[str, Any] = {}
    for i, condition in enumerate(where):
        if isinstance(condition, Between):
            low, high = condition.minimum, condition.maximum
            parts.append(f" AND CAST(numbers ->> %(field_{i})s AS float8) BETWEEN %(low_{i})s AND %(high_{i})s")
            values[f"field_{i}"] = condition.field.replace("\x00", "")
            values[f"low_{i}"] = -MAX_NUMBER if low is None else low
            values[f"high_{i}"] = MAX_NUMBER if high is None else high
        else:
            parts.append(f" AND {'' if isinstance(condition, AnyOf) else 'NOT '}tags && CAST(%(tags_{i})s AS text[])")
            values[f"tags_{i}"] = tags_for(condition.field, condition.values)
    return "".join(parts), values
