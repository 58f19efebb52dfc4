"""Building an approximate index over vectors in PostgreSQL: its statements, and the memory that it may take."""

from __future__ import annotations

import math
from pathlib import Path

import psycopg
from psycopg import sql

_ROWS = "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'vector_points'::regclass"
VALID = (
    "SELECT c.relname FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid "
    "WHERE c.relname = ANY(%s) AND i.indisvalid"
)
_CACHE = "SELECT pg_size_bytes(current_setting('effective_cache_size')) / 2"
_LEAST_MB, _ELEMENT_BYTES = 512, 900
"""Memory that a build may always take, and what a graph keeps of a vector beside its numbers."""


def rows(connection: psycopg.Connection) -> int:
    """About how many vectors there are, as the planner knows it."""
    connection.execute("ANALYZE vector_points")
    found = connection.execute(_ROWS).fetchone()
    return int(found[0]) if found else 0


def build(connection: psycopg.Connection, kind: str, name: str, size: int, count: int) -> None:
    """Build an index of `count` vectors of this size while readers and writers go on.

    A graph that does not fit into memory is built many times slower, so as much is asked for as it needs and the
    machine has. Several workers share it; where the system has no room for shared memory, one builds it alone.
    """
    memory = memory_mb(count, size, _most_mb(connection))
    connection.execute(sql.SQL("SET maintenance_work_mem = {}").format(sql.Literal(f"{memory}MB")))
    connection.execute(drop(name))
    try:
        connection.execute(_create(kind, name, size, count))
    except (psycopg.errors.DiskFull, psycopg.errors.OutOfMemory):
        connection.execute("SET max_parallel_maintenance_workers = 0")
        connection.execute(drop(name))
        connection.execute(_create(kind, name, size, count))


def memory_mb(count: int, size: int, most: int) -> int:
    """Megabytes for a graph of `count` vectors of this size in half precision, at most `most`."""
    return max(_LEAST_MB, min(most, -(-count * (2 * size + _ELEMENT_BYTES) // 2**20)))


def _most_mb(connection: psycopg.Connection) -> int:
    """Half of what this machine has free, when the server is on it; else half of what the server says it caches."""
    if connection.info.host in ("localhost", "127.0.0.1", "::1") or connection.info.host.startswith("/"):
        for line in _lines(Path("/proc/meminfo")):
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) // 2**11
    found = connection.execute(_CACHE).fetchone()
    return int(found[0]) // 2**20 if found else 0


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="ascii").splitlines() if file.is_file() else []


def _create(kind: str, name: str, size: int, count: int) -> sql.Composed:
    """The statement; an IVFFlat gets a list per 1,000 rows, and their root where there are very many."""
    lists = max(10, count // 1000 if count < 1_000_000 else math.isqrt(count))
    options = sql.SQL(" WITH (lists = {})").format(sql.Literal(lists)) if kind == "ivfflat" else sql.SQL("")
    return sql.SQL(
        "CREATE INDEX CONCURRENTLY {} ON vector_points USING {} "
        "((CAST(embedding AS halfvec({}))) halfvec_cosine_ops){} WHERE dimensions = {}"
    ).format(sql.Identifier(name), sql.SQL(kind), sql.Literal(size), options, sql.Literal(size))


def drop(name: str) -> sql.Composed:
    """The statement that removes an index."""
    return sql.SQL("DROP INDEX IF EXISTS {}").format(sql.Identifier(name))
