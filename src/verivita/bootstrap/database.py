"""Where the database is: the address that was given, or the private server of the data directory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from verivita.bootstrap import schema
from verivita.bootstrap.settings import Settings
from verivita.kit.db.admin import create_database, migration_of
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
        create_database(server.url("postgres"), NAME)
        found = Located(server.url(NAME), server)
    if migration_of(found.url) != schema.newest():
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
