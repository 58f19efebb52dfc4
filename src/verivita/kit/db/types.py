"""Tables and column types: every table has a tenant, a personal one also a person, and both are under row security."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, MetaData, Table, TypeDecorator
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.engine.interfaces import Dialect

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcTime(TypeDecorator[datetime]):
    """A moment with time zone; naive values are refused, so no local time slips in."""

    impl = pg.TIMESTAMP(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Refuse a moment without zone."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a stored moment needs a time zone")
        return value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give every moment in UTC."""
        return None if value is None else value.astimezone(UTC)


def tenant_table(name: str, *items: Any, **options: Any) -> Table:
    """A table whose rows belong to a tenant. Row security lets a transaction see its own tenant's rows only."""
    return Table(
        name,
        metadata,
        Column("tenant_id", pg.UUID(as_uuid=True), ForeignKey("tenants.id", ondelete="CASCADE"), nullable=False),
        *items,
        info={"secured": "tenant"},
        **options,
    )


def personal_table(name: str, *items: Any, **options: Any) -> Table:
    """A table whose rows belong to one person of a tenant. Row security shows a transaction that person's rows only."""
    return Table(
        name,
        metadata,
        Column("tenant_id", pg.UUID(as_uuid=True), ForeignKey("tenants.id", ondelete="CASCADE"), nullable=False),
        Column("person_id", pg.UUID(as_uuid=True), ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
        *items,
        Index(f"ix_{name}_owner", "tenant_id", "person_id"),
        info={"secured": "person"},
        **options,
    )
