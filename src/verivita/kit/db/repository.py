"""Repository base: the first lock. Every statement that it builds is filtered by who asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Delete, Row, Select, Table, Update, and_, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert_insert

from verivita.core.errors import VersionMismatch
from verivita.core.page import PageRequest
from verivita.core.principal import Principal
from verivita.kit.db.engine import Tx


def of(table: Table, principal: Principal) -> ColumnElement[bool]:
    """The condition that a row is the caller's: same tenant, and for a personal table same person."""
    mine = table.c.tenant_id == principal.tenant_id
    return and_(mine, table.c.person_id == principal.person_id) if table.info.get("secured") == "person" else mine


def stamped(table: Table, principal: Principal, values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` with the caller's tenant, and person where the table is personal."""
    owner: dict[str, Any] = {"tenant_id": principal.tenant_id}
    if table.info.get("secured") == "person":
        owner["person_id"] = principal.person_id
    return owner | dict(values)


class Repository:
    """Common statements over one table, each filtered by the caller."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def select(self, principal: Principal, *columns: Any) -> Select[Any]:
        """A query over the caller's rows."""
        return select(*(columns or (self.table,))).where(of(self.table, principal))

    def update(self, principal: Principal) -> Update:
        """An update of the caller's rows; add the condition that picks them."""
        return update(self.table).where(of(self.table, principal))

    def delete(self, principal: Principal) -> Delete:
        """A deletion of the caller's rows; add the condition that picks them."""
        return delete(self.table).where(of(self.table, principal))

    async def get(self, tx: Tx, principal: Principal, id: UUID) -> Row[Any] | None:
        """The caller's row with this id, or None."""
        return (await tx.run(self.select(principal).where(self.table.c.id == id))).one_or_none()

    async def insert(self, tx: Tx, principal: Principal, *rows: Mapping[str, Any]) -> None:
        """Add rows as the caller's."""
        if rows:
            await tx.run(insert(self.table), [stamped(self.table, principal, row) for row in rows])

    async def insert_new(self, tx: Tx, principal: Principal, row: Mapping[str, Any], *unique: str) -> bool:
        """Add a row unless one with the same `unique` columns exists; True when it was added."""
        statement = upsert_insert(self.table).on_conflict_do_nothing(index_elements=list(unique))
        added = statement.values(stamped(self.table, principal, row)).returning(self.table.c.id)
        return (await tx.run(added)).one_or_none() is not None

    async def change(
        self, tx: Tx, principal: Principal, id: UUID, values: Mapping[str, Any], version: int | None = None
    ) -> bool:
        """Set columns of the caller's row and raise its version; False when there is no such row.

        With `version`, raises `VersionMismatch` when somebody changed the row since it was read.
        """
        statement = self.update(principal).where(self.table.c.id == id)
        if "version" in self.table.c:
            values = dict(values) | {"version": self.table.c.version + 1}
            if version is not None:
                statement = statement.where(self.table.c.version == version)
        if (await tx.run(statement.values(values))).rowcount:
            return True
        if version is not None and await self.get(tx, principal, id):
            raise VersionMismatch(message="Somebody changed this since you read it.", next="Read it again and repeat.")
        return False

    async def remove(self, tx: Tx, principal: Principal, ids: Sequence[UUID]) -> int:
        """Delete the caller's rows with these ids; how many there were."""
        return (await tx.run(self.delete(principal).where(self.table.c.id.in_(ids)))).rowcount

    async def count(self, tx: Tx, statement: Select[Any]) -> int:
        """How many rows a query gives, whatever its limit."""
        inner = statement.order_by(None).limit(None).offset(None).subquery()
        return int((await tx.run(select(func.count()).select_from(inner))).scalar_one())

    async def page(self, tx: Tx, statement: Select[Any], request: PageRequest) -> tuple[Sequence[Row[Any]], int]:
        """One page of a query's rows, and how many rows there are in all."""
        total = await self.count(tx, statement)
        rows = (await tx.run(statement.limit(request.limit).offset(request.offset))).all() if total else []
        return rows, total
