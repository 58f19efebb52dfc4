"""A real PostgreSQL for tests: one embedded server for the whole run, and a fresh database for each test module.

Import the fixtures in the `conftest.py` of the folder that uses them.
"""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.rigs.data import ROOT
from verivita.kit.db.embedded import Dsn, EmbeddedPostgres

# Safe here alone: a test database that is lost with the machine is no loss.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
# Where files live in memory, and the free bytes that must be there: a fresh database is five hundred files, made and
# dropped hundreds of times.
MEMORY, ROOM = Path("/dev/shm"), 2 << 30
# Waits until nobody holds the file any more, also because they were killed, and stops the server then.
GUARD = """
import fcntl, sys
from pathlib import Path
with open(sys.argv[1], "a") as users:
    fcntl.flock(users, fcntl.LOCK_EX)
    from tests.rigs.postgres import end
    end(Path(sys.argv[2]))
"""


def place(home: Path) -> None:
    """Lets the folder `home`, which nobody has made yet, lie in memory where there is room; else it is made on disk."""
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ROOM:
        return
    made = Path(tempfile.mkdtemp(prefix="verivita-tests-", dir=MEMORY))
    try:
        home.symlink_to(made)
    except FileExistsError:
        made.rmdir()  # another worker was here first


def end(home: Path) -> None:
    """Stops the server of this folder, and frees the memory that the folder takes."""
    EmbeddedPostgres(home).stop("immediate")
    if home.is_symlink():
        shutil.rmtree(home.resolve(), ignore_errors=True)
        home.unlink()


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dsn]:
    """The address of the running server, as its superuser. Workers of pytest-xdist share it; the last one stops it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if base.name.startswith("popen-") else base
    home = shared / "pg"
    with (shared / "pg.users").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        place(home)
        server = EmbeddedPostgres(home, options=FAST, ready_within=120)
        dsn = server.start()
        if server.started_here:
            guard = [sys.executable, "-c", GUARD, users.name, str(home)]
            alone = ["/bin/sh", "-c", '"$@" </dev/null >/dev/null 2>&1 &', "sh", *guard]
            subprocess.run(alone, check=True, start_new_session=True, cwd=ROOT)
        yield dsn
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # another worker still uses it
        end(home)


@contextmanager
def fresh_database(server: Dsn, template: str | None = None) -> Iterator[str]:
    """The URL of a new database, empty or copied from the database `template`; it is dropped at the end.

    Nobody may be connected to a template while it is copied.
    """
    name = f"t_{uuid.uuid4().hex}"
    make = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
        sql.Identifier(name), sql.Identifier(template or "template0")
    )
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(make)
    try:
        yield server.url(name)
    finally:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
def database(postgres_server: Dsn) -> Iterator[str]:
    """The URL of an empty database of this module's own."""
    with fresh_database(postgres_server) as url:
        yield url
