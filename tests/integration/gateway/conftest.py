"""Fixtures of these tests."""

from tests.rigs.valkey import valkey

__all__ = ["valkey"]
