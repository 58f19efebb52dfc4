"""Alembic steps, shipped in the wheel."""
