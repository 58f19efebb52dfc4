"""What is done to a database from outside, before anyone asks anything of it: make it, and see how far it is."""

from __future__ import annotations

import psycopg
from psycopg import sql

from verivita.core.errors import Unavailable


def create_database(url: str, name: str) -> None:
    """Make the database `name` on the server of `url`, unless it exists."""
    with psycopg.connect(url, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            try:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                return  # another process was quicker


def migration_of(url: str) -> str | None:
    """The migration that a database is at; None for an empty one. Raises `Unavailable` when it does not answer."""
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            if connection.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
                return None
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except psycopg.OperationalError as error:
        raise Unavailable(
            "database_unavailable",
            "The database does not answer.",
            next="Check DATABASE_URL and that the server runs.",
        ) from error
    return str(row[0]) if row else None


def has_rows(url: str, table: str) -> bool:
    """True when the table holds a row."""
    query = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(table))
    with psycopg.connect(url, connect_timeout=10) as connection:
        return connection.execute(query).fetchone() == (True,)
