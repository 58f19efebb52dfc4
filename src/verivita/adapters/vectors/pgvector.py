"""Vectors in PostgreSQL with pgvector: exact inside a small partition, HNSW beyond.

A filter behind an HNSW scan loses most of the right rows (measured: 8 % left with a filter that passes 1 %), so a
small partition is scanned whole, and in a large one the index is scanned on until enough rows pass; when even that
finds too few, the partition is scanned whole. Row security stands under every statement. It also keeps PostgreSQL
from using an index for conditions whose operator may leak, which rules out an index over the tags.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import numpy as np
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import (
    Column,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    bindparam,
    delete,
    func,
    select,
    text,
)
from sqlalchemy.dialects import postgresql as pg

from verivita.core.errors import Invalid
from verivita.core.ids import PersonId, TenantId
from verivita.core.principal import Principal
from verivita.engines.retrieval.payload import MAX_NUMBER, numbers, tags, tags_for
from verivita.engines.retrieval.ports import AnyOf, Between, Filter, Hit, Partition, Point, Vector
from verivita.kit.db import Database, Tx, tenant_table

EXACT_LIMIT = 5_000
"""Partitions up to this size are scanned whole: a few milliseconds, and nothing is missed."""
EF_SEARCH = 100
COUNT_SECONDS = 30.0
BATCH = 500
INDEXED_DIMENSIONS = (384,)
"""Dimensions that have an HNSW index; a new model of another length needs a migration that adds its own."""

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

_TUNE = text(
    "SELECT set_config('hnsw.ef_search', :ef, true), set_config('hnsw.iterative_scan', 'relaxed_order', true), "
    "set_config('jit', 'off', true), set_config('plan_cache_mode', 'force_custom_plan', true)"
)


class PgVectorIndex:
    """A VectorIndex over one database; `exact_limit` is the size up to which a partition is scanned whole."""

    def __init__(self, database: Database, *, exact_limit: int = EXACT_LIMIT, ef_search: int = EF_SEARCH) -> None:
        self._database, self._exact_limit, self._ef_search = database, exact_limit, ef_search
        self._sizes: dict[tuple[Partition, str], tuple[float, bool]] = {}

    async def upsert(self, partition: Partition, collection: str, points_: Sequence[Point]) -> None:
        """Store or replace; a vector of another length than the collection's is `Invalid` (code dimension_mismatch)."""
        if not points_:
            return
        latest = {point.id: point for point in points_}
        sizes = {point.vector.size for point in latest.values()}
        tenant = _tenant(partition)
        async with self._begin(partition) as tx:
            known = select(points.c.dimensions).where(points.c.tenant_id == tenant, points.c.collection == collection)
            sizes |= {row.dimensions for row in await tx.run(known.limit(1))}
            if len(sizes) > 1:
                message = f"The collection {collection!r} cannot hold vectors of different lengths: {sorted(sizes)}."
                raise Invalid("dimension_mismatch", message)
            rows = [_row(tenant, collection, point) for point in latest.values()]
            for start in range(0, len(rows), BATCH):
                statement = pg.insert(points).values(rows[start : start + BATCH])
                new = {name: statement.excluded[name] for name in ("dimensions", "embedding", "tags", "numbers")}
                keys = ["tenant_id", "collection", "id"]
                await tx.run(statement.on_conflict_do_update(index_elements=keys, set_=new))
        self._sizes.pop((partition, collection), None)

    async def query(
        self, partition: Partition, collection: str, vector: Vector, k: int, where: Filter = ()
    ) -> list[Hit]:
        """The k nearest that pass the filter, best first; score = cosine. Fewer only when fewer exist."""
        if k < 1 or not vector.any():
            return []
        condition, values = _conditions(where)
        values |= {"tenant": _tenant(partition), "collection": collection, "k": k, "size": vector.size}
        values["vector"] = "[" + ",".join(map(str, vector.tolist())) + "]"
        async with self._begin(partition) as tx:
            await tx.run(_TUNE, {"ef": str(max(self._ef_search, min(k, 1000)))})
            hits: list[Hit] = []
            if await self._large(tx, partition, collection) and vector.size in INDEXED_DIMENSIONS:
                hits = await _rows(tx, _NEAR.format(size=int(vector.size), where=condition), values)
            if len(hits) < k:
                hits = await _rows(tx, _EXACT.format(where=condition), values)
            if not hits:
                await _refuse_other_sizes(tx, partition, collection, vector.size)
        return hits

    async def vectors(self, partition: Partition, collection: str, ids: Sequence[UUID]) -> Mapping[UUID, Vector]:
        """The stored vectors of those ids that the collection holds, in half precision."""
        binary = func.halfvec_send(points.c.embedding, type_=LargeBinary).label("binary")  # text would cost far more
        statement = select(points.c.id, binary).where(
            points.c.tenant_id == _tenant(partition), points.c.collection == collection, points.c.id.in_(list(ids))
        )
        async with self._begin(partition) as tx:
            return {
                row.id: np.frombuffer(row.binary, ">f2", offset=4).astype(np.float32) for row in await tx.run(statement)
            }

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


_SIZE = text(
    "SELECT count(*) FROM (SELECT 1 FROM vector_points WHERE tenant_id = :tenant AND collection = :collection "
    "LIMIT :most) AS first_rows"
)
_EXACT = (
    "WITH part AS MATERIALIZED (SELECT id, embedding FROM vector_points WHERE tenant_id = :tenant "
    "AND collection = :collection AND dimensions = :size{where}) "
    "SELECT id, embedding <=> CAST(:vector AS halfvec) AS distance FROM part ORDER BY distance, id LIMIT :k"
)
_NEAR = (
    "WITH near AS MATERIALIZED (SELECT id, CAST(embedding AS halfvec({size})) <=> CAST(:vector AS halfvec({size})) "
    "AS distance FROM vector_points WHERE tenant_id = :tenant AND collection = :collection "
    "AND dimensions = {size}{where} ORDER BY distance LIMIT :k) SELECT id, distance FROM near ORDER BY distance, id"
)


async def _refuse_other_sizes(tx: Tx, partition: Partition, collection: str, size: int) -> None:
    """A query of a length that the collection does not hold is a mistake, not an empty answer."""
    known = select(points.c.dimensions).where(points.c.tenant_id == _tenant(partition))
    found = (await tx.run(known.where(points.c.collection == collection).limit(1))).scalar_one_or_none()
    if found is not None and found != size:
        message = f"The collection {collection!r} cannot hold vectors of different lengths: {sorted({found, size})}."
        raise Invalid("dimension_mismatch", message)


async def _rows(tx: Tx, statement: str, values: dict[str, Any]) -> list[Hit]:
    """Run a query; rows without a distance (zero vectors) are left out."""
    listed = [bindparam(name, type_=pg.ARRAY(Text)) for name in values if name.startswith("tags_")]
    found = await tx.run(text(statement).bindparams(*listed), values)
    return [Hit(row.id, 1.0 - float(row.distance)) for row in found if row.distance == row.distance]


def _tenant(partition: Partition) -> UUID:
    return UUID(partition)


def _row(tenant: UUID, collection: str, point: Point) -> dict[str, Any]:
    return {
        "tenant_id": tenant,
        "collection": collection,
        "id": point.id,
        "dimensions": point.vector.size,
        "embedding": point.vector.tolist(),
        "tags": tags(point.payload),
        "numbers": numbers(point.payload),
    }


def _conditions(where: Filter) -> tuple[str, dict[str, Any]]:
    """The filter as SQL with bound values only; field names are values too."""
    parts: list[str] = []
    values: dict[str, Any] = {}
    for i, condition in enumerate(where):
        if isinstance(condition, Between):
            low, high = condition.minimum, condition.maximum
            parts.append(f" AND CAST(numbers ->> :field_{i} AS float8) BETWEEN :low_{i} AND :high_{i}")
            values[f"field_{i}"] = condition.field.replace("\x00", "")
            values[f"low_{i}"] = -MAX_NUMBER if low is None else low
            values[f"high_{i}"] = MAX_NUMBER if high is None else high
        else:
            parts.append(f" AND {'' if isinstance(condition, AnyOf) else 'NOT '}tags && :tags_{i}")
            values[f"tags_{i}"] = tags_for(condition.field, condition.values)
    return "".join(parts), values
