"""Fixtures of these tests."""

from tests.integration.identity.opened import open_url, place

__all__ = ["open_url", "place"]
