"""The rows of three people, as the tests of the two locks have them."""

from tests.integration.database.conftest import filled

__all__ = ["filled"]
