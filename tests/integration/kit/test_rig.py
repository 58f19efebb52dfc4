"""The rig gives each module a real, empty database with pgvector."""

from __future__ import annotations

import psycopg

from tests.rigs.postgres import fresh_database
from verivita.kit.db.embedded import Dsn


def test_the_database_is_real_and_has_vectors(database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("CREATE EXTENSION vector")
        connection.execute("CREATE EXTENSION pg_trgm")
        row = connection.execute("SELECT '[1,2,3]'::vector <-> '[1,2,4]'::vector").fetchone()
        assert row == (1.0,)
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        assert tables == (0,)


def test_a_template_is_copied_and_the_copy_dropped(postgres_server: Dsn) -> None:
    with fresh_database(postgres_server) as first:
        name = first.rsplit("/", 1)[1]
        with psycopg.connect(first) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
        with fresh_database(postgres_server, template=name) as second, psycopg.connect(second) as connection:
            assert connection.execute("SELECT n FROM kept").fetchone() == (7,)
    with psycopg.connect(postgres_server.url()) as connection:
        left = connection.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [name]).fetchone()
    assert left == (0,)


def test_text_sorts_and_folds_by_code_point(database: str) -> None:
    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT lower('ÄÉ'), 'a' > 'B', current_setting('data_checksums')").fetchone()
        assert row == ("äé", True, "on")
