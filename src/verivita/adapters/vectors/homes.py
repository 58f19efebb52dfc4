"""Which engine answers for a tenant's collection, and which one is being filled to take over."""

from __future__ import annotations

import time
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Column, PrimaryKeyConstraint, Text, func, select
from sqlalchemy.dialects import postgresql as pg

from verivita.core.ids import PersonId, TenantId
from verivita.core.principal import Principal
from verivita.engines.retrieval.ports import Partition
from verivita.kit.db import Database, UtcTime, tenant_table

REMEMBERED_S = 2.0
"""How long a process may still follow the answer of before; whoever moves a collection waits longer than this."""

homes = tenant_table(
    "vector_homes",
    Column("collection", Text, nullable=False),
    Column("engine", Text, nullable=False),
    Column("building", Text),
    Column("position", pg.UUID(as_uuid=True)),
    Column("updated_at", UtcTime, server_default=func.now(), nullable=False),
    PrimaryKeyConstraint("tenant_id", "collection"),
)


@dataclass(frozen=True, slots=True)
class Home:
    """The engine that answers; the one that is being filled, and the last item that it was given."""

    engine: str
    building: str | None = None
    position: UUID | None = None


class Homes:
    """The table of homes; what was read is remembered for two seconds."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[tuple[Partition, str], tuple[float, Home | None]] = {}

    async def get(self, partition: Partition, collection: str) -> Home | None:
        """Where a collection lives; None when nobody has said so yet."""
        known = self._known.get((partition, collection))
        if known is not None and known[0] > time.monotonic():
            return known[1]
        mine = (homes.c.tenant_id == UUID(partition)) & (homes.c.collection == collection)
        async with self._database.begin(_scope(partition)) as tx:
            query = select(homes.c.engine, homes.c.building, homes.c.position).where(mine)
            row = (await tx.run(query)).one_or_none()
        home = Home(row.engine, row.building, row.position) if row else None
        self._known[(partition, collection)] = (time.monotonic() + REMEMBERED_S, home)
        return home

    async def put(self, partition: Partition, collection: str, home: Home) -> None:
        """Say where a collection lives."""
        values = {"engine": home.engine, "building": home.building, "position": home.position}
        statement = pg.insert(homes).values(tenant_id=UUID(partition), collection=collection, **values)
        statement = statement.on_conflict_do_update(
            index_elements=["tenant_id", "collection"], set_=values | {"updated_at": func.now()}
        )
        async with self._database.begin(_scope(partition)) as tx:
            await tx.run(statement)
        self._known.pop((partition, collection), None)


def _scope(partition: Partition) -> Principal:
    return Principal(TenantId(UUID(partition)), PersonId(UUID(int=0)))
