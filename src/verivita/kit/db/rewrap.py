"""Seal what is stored anew, column by column and in small transactions, while others read and write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, LargeBinary, Select, Table, func, or_, select

from verivita.core.principal import Principal
from verivita.kit.crypto import Keyring
from verivita.kit.db.engine import Database, Everywhere
from verivita.kit.db.repository import of

_BATCH = 200


def sealed_columns(tables: Sequence[Table], plain: Mapping[str, str]) -> dict[Table, list[Column[bytes]]]:
    """Every column of bytes but the `plain` ones (`table.column` -> why it is not sealed).

    A sealed value is bound to `table.column` and the row's id, and starts with its key's number.
    """
    found = {}
    for table in tables:
        columns = [c for c in table.c if isinstance(c.type, LargeBinary) and f"{table.name}.{c.name}" not in plain]
        if columns:
            found[table] = columns
    return found


async def rewrap(
    db: Database, principal: Principal, table: Table, columns: Sequence[Column[bytes]], keyring: Keyring
) -> int:
    """Seal the caller's rows of one table with the current key; how many values were sealed anew.

    Only values of older keys are touched, so it can be repeated; a value that changed meanwhile was sealed by whoever
    changed it. Raises `Unavailable` (code `key_wrong`) for a value that does not open.
    """
    after, done = UUID(int=0), 0
    while True:
        query = _old(table, columns, principal, keyring.current).where(table.c.id > after)
        async with db.begin(principal) as tx:
            rows = (await tx.run(query.order_by(table.c.id).limit(_BATCH))).all()
            for row in rows:
                for column in columns:
                    old = getattr(row, column.name)
                    if old is not None and len(old) > 1 and old[1] != keyring.current:
                        new = _anew(keyring, principal, column, row.id, old)
                        unchanged = table.update().where(of_row(table, principal), table.c.id == row.id, column == old)
                        done += (await tx.run(unchanged.values({column.name: new}))).rowcount
        if not rows:
            return done
        after = rows[-1].id


async def tenants(db: Database, table: Table) -> list[UUID]:
    """Ids of every tenant of the installation."""
    async with db.begin(Everywhere()) as tx:
        return [row.id for row in await tx.run(select(table.c.id).order_by(table.c.id))]


async def ids(db: Database, principal: Principal, table: Table) -> list[UUID]:
    """Ids of the caller's rows."""
    async with db.begin(principal) as tx:
        return [row.id for row in await tx.run(select(table.c.id).where(of_row(table, principal)).order_by(table.c.id))]


async def pairs(db: Database, principal: Principal, table: Table, column: str) -> list[tuple[UUID, str]]:
    """(id, value of `column`) of the caller's rows."""
    query: Select[Any] = select(table.c.id, table.c[column]).where(of_row(table, principal)).order_by(table.c.id)
    async with db.begin(principal) as tx:
        return [(row.id, getattr(row, column)) for row in await tx.run(query)]


def of_row(table: Table, principal: Principal) -> ColumnElement[bool]:
    """The condition that a row is the caller's; in the list of tenants, that it is their tenant."""
    return table.c.id == principal.tenant_id if table.info.get("secured") == "self" else of(table, principal)


def _old(table: Table, columns: Sequence[Column[bytes]], principal: Principal, current: int) -> Select[Any]:
    other = [(func.length(column) > 1) & (func.get_byte(column, 1) != current) for column in columns]
    return select(table.c.id, *columns).where(of_row(table, principal), or_(*other))


def _anew(keyring: Keyring, principal: Principal, column: Column[bytes], id: UUID, old: bytes) -> bytes:
    place = f"{column.table.name}.{column.name}"
    return keyring.seal(principal.tenant_id, place, id, keyring.open(principal.tenant_id, place, id, old))
