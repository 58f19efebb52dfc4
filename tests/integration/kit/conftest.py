"""These tests may use the shared database server."""

from tests.rigs.postgres import database, postgres_server

__all__ = ["database", "postgres_server"]
