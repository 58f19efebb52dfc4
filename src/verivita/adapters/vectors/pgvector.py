"""Vectors in PostgreSQL with pgvector: exact inside a small partition and behind a selective filter, else by index.

Codes of a large shared collection are kept in memory where changes are heard of (`companions`): they name some hundred
candidates, which are compared exactly here. Without them the index answers.

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
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
from pgvector.sqlalchemy import HALFVEC
from psycopg.adapt import Dumper
from sqlalchemy import Column, Index, PrimaryKeyConstraint, SmallInteger, Text, delete, func, select, text
from sqlalchemy.dialects import postgresql as pg

from verivita.adapters.vectors.candidates import Coded, candidates, is_few
from verivita.adapters.vectors.companions import Companion, Companions, tell
from verivita.adapters.vectors.halves import Half, half_dumper, listed, listed_ids, spelled
from verivita.adapters.vectors.layout import MAX_K, asks_nothing, is_shared, mismatch
from verivita.core.errors import StorageFull, Unavailable
from verivita.core.ids import PersonId, TenantId
from verivita.core.principal import Principal
from verivita.engines.retrieval.payload import MAX_NUMBER, numbers, tags, tags_for
from verivita.engines.retrieval.ports import AnyOf, Between, Filter, Hit, IdPairs, Partition, Point, Vector
from verivita.kit.db import Database, Everywhere, Tx, tenant_table

EXACT_LIMIT = 5_000
"""Partitions up to this size are scanned whole: a few milliseconds, and nothing is missed."""
EFFORT, MAX_EFFORT = 160, 1_000
"""How many candidates the index looks at where nobody has measured how many it needs (see `tuning`), and at most."""
SELECTIVE = 10_000
"""A filter that lets at most so many rows pass is answered exactly, over those rows alone."""
PROBES = 30
"""Lists that an IVFFlat index looks into at least; its iterative scan goes on from there."""
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


@dataclass(frozen=True, slots=True)
class _Part:
    """What is remembered of a partition, until when."""

    until: float
    is_large: bool
    effort: int


class PgVectorIndex:
    """A VectorIndex over one database; `exact_limit` is the size up to which a partition is scanned whole.

    `effort` is how many candidates the index looks at; None takes what was measured of the collection. `passing`
    knows which few rows a filter lets through; without it, a filter goes with the index scan. `companions` keep codes.
    """

    def __init__(
        self,
        database: Database,
        *,
        exact_limit: int = EXACT_LIMIT,
        effort: int | None = None,
        passing: Passing | None = None,
        companions: Companions | None = None,
    ) -> None:
        self._database, self._exact_limit, self._effort, self._passing = database, exact_limit, effort, passing
        self._companions = companions
        self._type: type[Dumper] | None = None
        self._parts: dict[tuple[Partition, str], _Part] = {}

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
                await self._learn()
                driver = await tx.driver()
                self._teach(driver)
                await driver.cursor().executemany(_UPSERT, rows)
            await tell(tx, partition, collection, [*latest])
        self._wrote(partition, collection, [*latest])

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
        values["vector"] = spelled(vector)
        coded = await self._coded(partition, collection, vector, k, few, bool(where))
        hits: list[Hit] = []
        if coded is not None:
            among = _AMONG.format(where=condition)
            hits = await self._ask(partition, among, values | {"ids": listed(coded.ids), "k": coded.least})
        if coded is not None and (coded.is_all or len(hits) >= coded.least):
            hits = hits[:k]
        elif few is not None:
            hits = await self._ask(partition, _AMONG.format(where=condition), values | {"ids": listed(few)})
        else:
            hits = await self._scanned(partition, collection, condition, values)
        if not hits:
            async with self._begin(partition) as tx:
                await _refuse_other_sizes(tx, partition, collection, vector.size)
        return hits

    async def rough(self, partition: Partition, collection: str, ids: Sequence[UUID]) -> Mapping[UUID, Vector]:
        """The vectors of those ids that the collection holds, by their codes where these are in memory."""
        companion = await self._companion(partition, collection)
        known = {} if companion is None else companion.approximate(ids)
        rest = [id for id in ids if id not in known]
        return {**known, **await self.vectors(partition, collection, rest)} if rest else known

    async def vectors(self, partition: Partition, collection: str, ids: Sequence[UUID]) -> Mapping[UUID, Vector]:
        """The stored vectors of those ids that the collection holds, in half precision."""
        values = {"tenant": _tenant(partition), "collection": collection, "ids": listed_ids(ids)}
        rows = await self._database.ask(_scope(partition), (_VECTORS, values))
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
            await tell(tx, partition, collection, ids)
        self._wrote(partition, collection, ids)

    async def count(self, partition: Partition, collection: str) -> int:
        """How many points the partition holds."""
        statement = select(func.count()).where(
            points.c.tenant_id == _tenant(partition), points.c.collection == collection
        )
        async with self._begin(partition) as tx:
            return int((await tx.run(statement)).scalar_one())

    async def _scanned(
        self, partition: Partition, collection: str, condition: str, values: dict[str, Any]
    ) -> list[Hit]:
        """The nearest by the index; by a scan of the partition where it is small, or the index finds too few."""
        size, k, hits = int(values["size"]), int(values["k"]), list[Hit]()
        if size in INDEXED_DIMENSIONS and (part := await self._part(partition, collection)).is_large:
            near = _NEAR.format(size=size, where=condition)
            hits = await self._ask(partition, near, values, max(part.effort, min(k, MAX_EFFORT)))
        return hits if len(hits) >= k else await self._ask(partition, _EXACT.format(where=condition), values)

    async def _coded(
        self, partition: Partition, collection: str, vector: Vector, k: int, few: IdPairs | None, is_filtered: bool
    ) -> Coded | None:
        """Who may be nearest by the codes in memory; None where there are none, or where they save nothing."""
        companion = None if is_few(k, few) else await self._companion(partition, collection)
        return None if companion is None else await candidates(companion, vector, k, few, is_filtered)

    async def _companion(self, partition: Partition, collection: str) -> Companion | None:
        """The codes of a large shared collection, where they are in memory and hold."""
        if self._companions is None or not is_shared(collection):
            return None
        is_large = (await self._part(partition, collection)).is_large
        return self._companions.get(partition, collection) if is_large else None

    async def _few(self, partition: Partition, collection: str, where: Filter) -> IdPairs | None:
        """The ids that pass the filter, where they are known to be few."""
        if not where or self._passing is None:
            return None
        try:
            return await self._passing(partition, collection, where, SELECTIVE)
        except Unavailable:
            return None  # the index scan answers as well, only slower

    async def _ask(
        self, partition: Partition, statement: str, values: dict[str, Any], effort: int | None = None
    ) -> list[Hit]:
        """Run a query in one round trip; with `effort` by the index. Rows without a distance (zeros) are left out.

        The statement is planned anew each time: how many rows a partition or a list of ids has decides how to go.
        """
        tuned = {"ef": str(effort), "probes": str(max(PROBES, (effort or 0) // 4))}
        questions = [(statement, values)] if effort is None else [(_TUNE, tuned), (statement, values)]
        rows = await self._database.ask(_scope(partition), *questions)
        return [Hit(id, 1.0 - distance) for id, distance in rows if distance == distance]

    def _wrote(self, partition: Partition, collection: str, ids: Sequence[UUID] | None) -> None:
        """Forget what is no longer so."""
        self._parts.pop((partition, collection), None)
        if self._companions is not None:
            self._companions.wrote(partition, collection, ids)

    async def _learn(self) -> None:
        """Know the database's own number of the type of vectors."""
        if self._type is None:
            async with self._database.begin(Everywhere()) as tx:
                found = await tx.run(text("SELECT CAST('halfvec' AS regtype)::oid"))
                self._type = half_dumper(int(found.scalar_one()))

    def _teach(self, driver: psycopg.AsyncConnection[Any]) -> None:
        """Tell a connection how to send vectors in half precision."""
        if self._type is not None:
            driver.adapters.register_dumper(Half, self._type)

    async def _part(self, partition: Partition, collection: str) -> _Part:
        """Whether the partition is beyond the exact limit, and what was measured of it; remembered for a while."""
        known = self._parts.get((partition, collection))
        if known and known.until > time.monotonic():
            return known
        values = {"tenant": _tenant(partition), "collection": collection, "most": self._exact_limit + 1}
        async with self._begin(partition) as tx:
            row = (await tx.run(_SIZE, values)).one()
        effort = self._effort or row.effort or EFFORT
        found = _Part(time.monotonic() + COUNT_SECONDS, row.size > self._exact_limit, effort)
        self._parts[(partition, collection)] = found
        return found

    @asynccontextmanager
    async def _begin(self, partition: Partition) -> AsyncIterator[Tx]:
        async with self._database.begin(_scope(partition)) as tx:
            yield tx


_UPSERT = (
    "INSERT INTO vector_points (tenant_id, collection, id, dimensions, embedding, tags, numbers) VALUES "
    "(%(tenant)s, %(collection)s, %(id)s, %(size)s, %(vector)s, %(tags)s, CAST(%(numbers)s AS jsonb)) "
    "ON CONFLICT (tenant_id, collection, id) DO UPDATE SET dimensions = excluded.dimensions, "
    "embedding = excluded.embedding, tags = excluded.tags, numbers = excluded.numbers"
)
_SIZE = text(
    "SELECT (SELECT count(*) FROM (SELECT 1 FROM vector_points WHERE tenant_id = :tenant "
    "AND collection = :collection LIMIT :most) AS first_rows) AS size, "
    "(SELECT effort FROM vector_tuning WHERE tenant_id = :tenant AND collection = :collection) AS effort"
)
_TUNE = (
    "SELECT set_config('hnsw.ef_search', %(ef)s, true), set_config('hnsw.iterative_scan', 'relaxed_order', true), "
    "set_config('ivfflat.probes', %(probes)s, true), set_config('ivfflat.iterative_scan', 'relaxed_order', true)"
)
_MINE = "tenant_id = %(tenant)s AND collection = %(collection)s"
_VECTORS = f"SELECT id, halfvec_send(embedding) FROM vector_points WHERE {_MINE} AND id = ANY(CAST(%(ids)s AS uuid[]))"  # noqa: S608 - fixed words
# No index has this expression without a length, so these two never go by one; rows are compared as they are read.
_COMPARED = "SELECT id, embedding <=> CAST(%(vector)s AS halfvec) AS distance FROM vector_points WHERE "
_BEST = " AND dimensions = %(size)s{where} ORDER BY distance, id LIMIT %(k)s"
_EXACT = f"{_COMPARED}{_MINE}{_BEST}"
_AMONG = f"{_COMPARED}{_MINE} AND id = ANY(CAST(%(ids)s AS uuid[])){_BEST}"
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


def _scope(partition: Partition) -> Principal:
    return Principal(TenantId(_tenant(partition)), PersonId(UUID(int=0)))


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
