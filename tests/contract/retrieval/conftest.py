"""A database with the index tables under row security, for the implementations that live in PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from uuid import UUID

import pytest
import sqlalchemy as sa

from tests.rigs.postgres import fresh_database, postgres_server
from verivita.adapters.lexical import postgres
from verivita.adapters.vectors import pgvector, tuning
from verivita.features.identity.tables import tenants
from verivita.kit.db import Database
from verivita.kit.db.embedded import Dsn
from verivita.migrations import security

__all__ = ["postgres_server"]


@pytest.fixture(scope="module")
def indexed(postgres_server: Dsn) -> Iterator[str]:
    """The URL of a database that has the tables of both indexes and the tenants 1 and 2."""
    with fresh_database(postgres_server) as url:
        engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"))
        tables = [tenants, postgres.entries, pgvector.points, tuning.tuning]
        with engine.begin() as connection:
            connection.execute(sa.text("CREATE EXTENSION IF NOT EXISTS vector"))
            tenants.metadata.create_all(connection, tables=tables)
            for number in (1, 2):
                row = {"id": UUID(int=number), "name": f"tenant {number}", "key_check": b"none"}
                connection.execute(tenants.insert().values(row))
            for statement in (security.CREATE_ROLE, security.JOIN_ROLE, security.USE_SCHEMA):
                connection.execute(sa.text(statement))
            for table in tables[1:]:
                for statement in security.tenant_rows(table.name):
                    connection.execute(sa.text(statement))
        engine.dispose()
        yield url


@pytest.fixture
async def database(indexed: str) -> AsyncIterator[Database]:
    """The application's own connection pool, not the owner's."""
    made = Database(indexed, pool_size=4)
    yield made
    await made.aclose()


@pytest.fixture
def empty(indexed: str) -> None:
    """Empty both indexes as their owner."""
    engine = sa.create_engine(sa.make_url(indexed).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execute(sa.text("TRUNCATE vector_points, lexical_entries"))
    engine.dispose()
