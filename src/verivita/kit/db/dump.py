"""Write a database into one file and read it back, with PostgreSQL's own programs."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.engine import make_url

from verivita.core.errors import Unavailable
from verivita.kit.db.binaries import Binaries
from verivita.kit.db.run_as import clean_env

_LONGEST_S = 6 * 3600.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One moment of a database that other connections can share: its name, and how many rows each table has then."""

    name: str
    rows: Mapping[str, int]


@contextmanager
def snapshot(url: str) -> Iterator[Snapshot]:
    """Hold one moment of the database for as long as the block lasts, while others go on writing."""
    with psycopg.connect(_plain(url)) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None
        yield Snapshot(str(row[0]), _counts(connection))


def row_counts(url: str) -> dict[str, int]:
    """How many rows each table has now."""
    with psycopg.connect(_plain(url)) as connection:
        return _counts(connection)


def dump(url: str, to: Path, binaries: Binaries, moment: str) -> None:
    """Write the database as it was at the snapshot `moment` into the file `to`. Raises `Unavailable`."""
    arguments = ["--format=custom", "--no-owner", f"--snapshot={moment}", f"--file={to}"]
    _run(binaries, "pg_dump", arguments, url, "The database could not be written out")


def read_through(file: Path, binaries: Binaries) -> list[str]:
    """Read a dump from its first to its last byte without a database; its table of contents, line by line.

    Raises `Unavailable` (code `backup_damaged`) when it cannot be read.
    """
    whole = "The dump cannot be read to its end"
    _run(binaries, "pg_restore", ["--file=/dev/null", str(file)], None, whole, "backup_damaged")
    listed = _run(binaries, "pg_restore", ["--list", str(file)], None, whole, "backup_damaged")
    return [line for line in listed.splitlines() if line and not line.startswith(";")]


def load(url: str, file: Path, binaries: Binaries, scratch: Path) -> None:
    """Bring a dump into a database that was migrated and emptied again, whole or not at all. Raises `Unavailable`.

    The extension is there already: on hosted servers only its maker may comment on it, which a dump wants to.
    """
    wanted = [line for line in read_through(file, binaries) if " EXTENSION " not in f" {line} "]
    with psycopg.connect(_plain(url), autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS alembic_version")
    scratch.write_text("\n".join(wanted) + "\n")
    arguments = ["--no-owner", "--exit-on-error", "--single-transaction", f"--use-list={scratch}", "--dbname="]
    try:
        _run(binaries, "pg_restore", [*arguments, str(file)], url, "The database could not be restored")
    finally:
        scratch.unlink(missing_ok=True)


def _counts(connection: psycopg.Connection[tuple[object, ...]]) -> dict[str, int]:
    tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
    counts = {}
    for (table,) in tables:
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(str(table)))).fetchone()
        counts[str(table)] = int(str(row[0])) if row else 0
    return counts


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _run(
    binaries: Binaries, program: str, arguments: list[str], url: str | None, failed: str, code: str = "dump_failed"
) -> str:
    path = binaries.program(program)
    if not path.is_file():
        raise Unavailable(
            "database_binaries_missing", f"{binaries.folder} has no {program}.", next="Set VERIVITA_PG_BIN."
        )
    # The address goes by the environment: arguments can be read by everyone on the machine.
    environment = clean_env() | ({} if url is None else _environment(url))
    if url is not None and "--dbname=" in arguments:
        arguments = [f"--dbname={environment['PGDATABASE']}" if a == "--dbname=" else a for a in arguments]
    done = subprocess.run(  # noqa: S603 - our own program and arguments
        [str(path), *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_LONGEST_S,
        check=False,
    )
    if done.returncode:
        said = " ".join(done.stderr.split())[:300]
        raise Unavailable(code, f"{failed}: {said}", next=_next(said))
    return done.stdout


def _next(said: str) -> str:
    if "row-level security" in said:
        return "Name in DATABASE_URL a user that may pass row security: a superuser, or one with BYPASSRLS."
    if "version mismatch" in said:
        return "Set VERIVITA_PG_BIN to programs that are as new as the server."
    return "Check that the database answers, with `verivita doctor`."


def _environment(url: str) -> dict[str, str]:
    names = {"dbname": "PGDATABASE", "host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
    given = {k: str(v) for k, v in conninfo_to_dict(_plain(url)).items() if v is not None}
    return {names.get(key, f"PG{key.upper()}"): value for key, value in given.items()}
