"""Migrations: up, down, up; and they say the same as the tables in the code."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql

from tests.integration.database.rows import tables
from verivita.bootstrap import schema
from verivita.kit.db.admin import create_database, has_rows, migration_of


def things(url: str) -> set[tuple[str, str]]:
    """Every table, function, type and policy outside extensions."""
    query = """
        SELECT 'relation', relname FROM pg_class c WHERE relnamespace = 'public'::regnamespace
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
        UNION SELECT 'function', proname FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
        UNION SELECT 'type', typname FROM pg_type t WHERE typnamespace = 'public'::regnamespace
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = t.oid AND d.deptype IN ('e', 'i'))
          AND NOT EXISTS (SELECT FROM pg_depend d JOIN pg_type b ON b.oid = d.refobjid AND d.deptype = 'i'
                          WHERE d.objid = t.oid)
          AND typelem = 0
        UNION SELECT 'policy', tablename || '.' || policyname FROM pg_policies
    """
    with psycopg.connect(url) as connection:
        return {(row[0], row[1]) for row in connection.execute(query)}


@pytest.fixture
def empty(postgres_server):
    from tests.rigs.postgres import fresh_database

    with fresh_database(postgres_server) as url:
        yield url


@pytest.mark.acceptance("DB-07")
def test_up_down_up(empty):
    assert migration_of(empty) is None
    schema.upgrade(empty)
    assert migration_of(empty) == schema.newest()
    first = things(empty)
    assert ("policy", "documents.own") in first
    schema.downgrade(empty, "base")
    assert things(empty) == {("relation", "alembic_version"), ("relation", "alembic_version_pkc")}
    assert migration_of(empty) is None
    schema.upgrade(empty)
    assert things(empty) == first
    schema.upgrade(empty)
    assert things(empty) == first


@pytest.mark.acceptance("DB-07")
@pytest.mark.filterwarnings("ignore:Expression #1 .*halfvec_cosine_ops.*operator clause:UserWarning")
def test_autogenerate_finds_no_difference(product_url):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    engine = sa.create_engine(product_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_name": lambda name, kind, _: kind != "table" or not name.startswith("procrastinate_"),
                "compare_type": True,
                "compare_server_default": True,
            },
        )
        assert compare_metadata(context, schema.all_tables()) == []
        # What the comparison cannot see: the index over an expression.
        found = connection.execute(
            sa.text("SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_vector_points_hnsw_384'")
        ).scalar_one()
    engine.dispose()
    assert "USING hnsw" in found
    assert "halfvec(384)" in found
    assert "halfvec_cosine_ops" in found


@pytest.mark.acceptance("DB-07")
@pytest.mark.edge
def test_several_processes_may_migrate_at_once(empty):
    code = "import sys; from verivita.bootstrap import schema; schema.upgrade(sys.argv[1])"
    started = [subprocess.Popen([sys.executable, "-c", code, empty], stderr=subprocess.PIPE) for _ in range(3)]
    said = [process.communicate(timeout=120)[1] for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], said
    assert set(tables(empty)) == {table.name for table in schema.secured_tables()}


def test_a_database_is_made_once_by_several_at_once(postgres_server):
    name = f"made_{uuid4().hex}"
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: create_database(postgres_server.url(), name), range(6)))
    create_database(postgres_server.url(), name)
    assert migration_of(postgres_server.url(name)) is None
    with psycopg.connect(postgres_server.url(), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


async def test_has_rows(product_url, container):
    assert not has_rows(product_url, "tenants")
    from verivita.features.identity import NOBODY

    await container.identity.owner(NOBODY)
    assert has_rows(product_url, "tenants")
