"""Where the database is: the address that was given, or the private server of the data directory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql

from verivita.bootstrap import schema
from verivita.bootstrap.settings import Settings
from verivita.kit.db.embedded import EmbeddedPostgres

NAME = "verivita"


@dataclass(frozen=True, slots=True)
class Located:
    """A database that runs and has all tables; `server` is the private one, when that is what it is."""

    url: str
    server: EmbeddedPostgres | None


def private_server(settings: Settings) -> EmbeddedPostgres:
    """The private server of the data directory, running or not."""
    return EmbeddedPostgres(settings.postgres_dir, binaries=settings.pg_bin)


def locate(settings: Settings) -> Located:
    """Start the private server unless an address was given, make the database and bring its tables up to date.

    Raises `Unavailable` when there is no database to be had.
    """
    if settings.database_url is not None:
        found = Located(settings.database_url.get_secret_value(), None)
    else:
        server = private_server(settings)
        server.start()
        _create(server.url("postgres"))
        found = Located(server.url(NAME), server)
    if current(found.url) != schema.newest():
        schema.upgrade(found.url)
    return found


@contextmanager
def located(settings: Settings) -> Iterator[Located]:
    """`locate` for one command: a private server that it had to start is stopped at the end."""
    found = locate(settings)
    try:
        yield found
    finally:
        if found.server is not None and found.server.started_here:
            found.server.stop()


def current(url: str) -> str | None:
    """The migration that a database is at; None for an empty one."""
    with psycopg.connect(url, connect_timeout=10) as connection:
        if connection.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def _create(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone() is None:
            try:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
            except psycopg.errors.DuplicateDatabase:
                return  # another process was quicker
