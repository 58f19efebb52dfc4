"""Rows of one person become rows of another one of the same tenant, in every personal table that there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from verivita.kit.db import Joining, Tx

_LEFT_BEHIND = ("credentials", "codes", "authenticators")
"""Secrets of the one who goes: they end with them, so that no cookie of a guest opens an account."""
_TABLES = """
SELECT quote_ident(c.relname) AS name FROM pg_class c
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relforcerowsecurity
  AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'person_id' AND NOT a.attisdropped)
  AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)
ORDER BY c.relname
"""
_UNIQUE = """
SELECT quote_ident(t.relname) AS name, pg_get_expr(i.indpred, i.indrelid) AS condition,
       array_agg(quote_ident(a.attname) ORDER BY k.place) AS columns
FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(number, place)
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number
WHERE i.indisunique AND t.relnamespace = 'public'::regnamespace AND t.relname = ANY(:tables)
GROUP BY i.indexrelid, t.relname, i.indpred, i.indrelid
HAVING bool_or(a.attname = 'person_id') AND bool_or(a.attname <> 'person_id')
"""


@dataclass(frozen=True, slots=True)
class Unique:
    """Columns that may hold each combination once for a person, and for which rows that holds."""

    table: str
    columns: tuple[str, ...]
    condition: str


class JoinRepository:
    """Moves rows; works in the scope `Joining` alone, which the second lock of the tables knows."""

    async def take_over(self, tx: Tx, scope: Joining) -> dict[str, int]:
        """Give every row of `scope.joined` to `scope.into`; how many rows of each table went over.

        Where a table may hold something once for a person, and both hold it, the row of `into` stays. The person who
        goes is erased at the end, with the secrets that stood for them.
        """
        names = [row.name for row in await tx.run(text(_TABLES))]
        tables = [name for name in names if name not in _LEFT_BEHIND]
        who = {"tenant": scope.into.tenant_id, "into": scope.into.person_id, "joined": scope.joined}
        for unique in await self._uniques(tx, tables):
            await tx.run(text(_without_twins(unique)), who)
        moved = {}
        for name in tables:
            statement = f"UPDATE {name} SET person_id = :into WHERE tenant_id = :tenant AND person_id = :joined"  # noqa: S608 - names come from the catalogue, quoted
            moved[name] = (await tx.run(text(statement), who)).rowcount
        await tx.run(text("DELETE FROM people WHERE tenant_id = :tenant AND id = :joined AND id <> :into"), who)
        return {name: count for name, count in moved.items() if count}

    async def _uniques(self, tx: Tx, tables: Sequence[str]) -> list[Unique]:
        found: Any = await tx.run(text(_UNIQUE), {"tables": list(tables)})
        return [Unique(row.name, tuple(row.columns), row.condition or "true") for row in found]


def _without_twins(unique: Unique) -> str:
    """Statement that drops rows of the one who goes where the other holds the same."""
    same = ", ".join(column for column in unique.columns if column not in ("person_id", "tenant_id"))
    mine = f"tenant_id = :tenant AND ({unique.condition})"
    held = f"SELECT {same} FROM {unique.table} WHERE person_id = :into AND {mine}"  # noqa: S608 - as above
    return f"DELETE FROM {unique.table} WHERE person_id = :joined AND {mine} AND ({same}) IN ({held})"  # noqa: S608 - names of our tables
