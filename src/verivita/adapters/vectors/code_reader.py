"""Reads the codes of a collection out of PostgreSQL, a part at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import numpy as np

from verivita.adapters.vectors.codes import Codes, coded, joined
from verivita.adapters.vectors.companions import MOST_BYTES, Load
from verivita.adapters.vectors.halves import listed
from verivita.core.ids import PersonId, TenantId
from verivita.core.principal import Principal
from verivita.engines.retrieval.ports import IdPairs, Partition, Vector
from verivita.kit.db import Database

PART = 2_000
"""Vectors of one question; each is answered in some 10 milliseconds, so that nobody waits behind it."""
MEAN_OF = 20_000
_FIRST = UUID(int=0)

Rows = Sequence[tuple[bytes, bytes]]

_MINE = "tenant_id = %(tenant)s AND collection = %(collection)s"
_READ = f"SELECT uuid_send(id), halfvec_send(embedding) FROM vector_points WHERE {_MINE}"  # noqa: S608 - fixed words
_PART = f"{_READ} AND id >= %(first)s ORDER BY id LIMIT {PART + 1}"
_THESE = f"{_READ} AND id = ANY(CAST(%(ids)s AS uuid[]))"
_ABOUT = (
    "SELECT (SELECT count(*) FROM vector_points WHERE " + _MINE + "), "  # noqa: S608 - fixed words
    "(SELECT halfvec_send(CAST(avg(embedding) AS halfvec)) FROM "
    f"(SELECT embedding FROM vector_points WHERE {_MINE} LIMIT {MEAN_OF}) AS first_rows)"
)


def reader(database: Database, most_bytes: int = MOST_BYTES) -> Load:
    """Reads from this database; a collection whose codes would need more than `most_bytes` has none."""

    async def read(partition: Partition, collection: str, ids: IdPairs | None, mean: Vector | None) -> Codes | None:
        ask = _Ask(database, partition, collection)
        if ids is None or mean is None:
            return await _all(ask, most_bytes)
        rows: Rows = await ask.rows(_THESE, ids=listed(ids)) if len(ids) else ()
        return await asyncio.to_thread(_coded, rows, mean) if rows else None

    return read


async def _all(ask: _Ask, most_bytes: int) -> Codes | None:
    (about,) = await ask.rows(_ABOUT)
    count, mean = int(about[0]), about[1] and _numbers(about[1])
    if mean is None or count * (len(mean) // 4 + 20) > most_bytes:
        return None
    parts: list[Codes] = []
    first: UUID | None = _FIRST
    while first is not None:
        rows: Rows = await ask.rows(_PART, first=first)
        first = UUID(bytes=rows[PART][0]) if len(rows) > PART else None
        if rows:
            parts.append(await asyncio.to_thread(_coded, rows[:PART], mean))
    return await asyncio.to_thread(joined, parts) if parts else None


class _Ask:
    """Questions about one collection as its tenant, each in a transaction of its own."""

    def __init__(self, database: Database, partition: Partition, collection: str) -> None:
        tenant = UUID(partition)
        self._database, self._scope = database, Principal(TenantId(tenant), PersonId(_FIRST))
        self._values = {"tenant": tenant, "collection": collection}

    async def rows(self, statement: str, **values: Any) -> list[Any]:
        """The rows, as bytes."""
        async with self._database.begin(self._scope) as tx:
            driver = await tx.driver()
            found = await driver.execute(statement, self._values | values, binary=True, prepare=False)
            return await found.fetchall()


def _coded(rows: Rows, mean: Vector) -> Codes:
    ids = np.frombuffer(b"".join(id for id, _ in rows), ">u8").reshape(-1, 2).astype(np.uint64)
    return coded(ids, np.stack([_numbers(data) for _, data in rows]), mean)


def _numbers(data: bytes) -> Vector:
    """A vector as the database sends it: 4 bytes of head and the numbers, most significant byte first."""
    return np.frombuffer(data, ">f2", offset=4).astype(np.float32)
