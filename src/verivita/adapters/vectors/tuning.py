"""How widely the approximate index is searched in a tenant's collection: measured on the collection, kept beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import REAL, Column, Integer, PrimaryKeyConstraint, SmallInteger, Text, func, select
from sqlalchemy.dialects import postgresql as pg

from verivita.core.ids import PersonId, TenantId
from verivita.core.principal import Principal
from verivita.engines.retrieval.ports import Partition
from verivita.kit.db import Database, UtcTime, tenant_table

GROWTH = 0.25
"""A collection that grew or shrank by this share is measured anew."""
LASTS = timedelta(days=1)

tuning = tenant_table(
    "vector_tuning",
    Column("collection", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("effort", SmallInteger, nullable=False),
    Column("recall", REAL, nullable=False),
    Column("size", Integer, nullable=False),
    Column("measured_at", UtcTime, server_default=func.now(), nullable=False),
    PrimaryKeyConstraint("tenant_id", "collection"),
)


@dataclass(frozen=True, slots=True)
class Tuned:
    """How many candidates the index of this kind looks at, the recall that this gave, and among how many vectors."""

    kind: str
    effort: int
    recall: float
    size: int
    measured_at: datetime | None = None

    def holds(self, kind: str, size: int) -> bool:
        """Whether it may still be believed of an index of this kind over so many vectors."""
        is_recent = self.measured_at is not None and datetime.now(UTC) - self.measured_at < LASTS
        return is_recent and kind == self.kind and abs(size - self.size) <= GROWTH * self.size


async def tuned(database: Database, partition: Partition, collection: str) -> Tuned | None:
    """What was measured last; None where nothing was."""
    mine = (tuning.c.tenant_id == UUID(partition)) & (tuning.c.collection == collection)
    columns = (tuning.c.kind, tuning.c.effort, tuning.c.recall, tuning.c.size, tuning.c.measured_at)
    async with database.begin(_scope(partition)) as tx:
        row = (await tx.run(select(*columns).where(mine))).one_or_none()
    return Tuned(row.kind, row.effort, row.recall, row.size, row.measured_at) if row else None


async def keep(database: Database, partition: Partition, collection: str, found: Tuned) -> None:
    """Remember what was measured now."""
    values = {"kind": found.kind, "effort": found.effort, "recall": found.recall, "size": found.size}
    statement = pg.insert(tuning).values(tenant_id=UUID(partition), collection=collection, **values)
    statement = statement.on_conflict_do_update(
        index_elements=["tenant_id", "collection"], set_=values | {"measured_at": func.now()}
    )
    async with database.begin(_scope(partition)) as tx:
        await tx.run(statement)


def _scope(partition: Partition) -> Principal:
    return Principal(TenantId(UUID(partition)), PersonId(UUID(int=0)))
