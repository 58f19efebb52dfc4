"""The product with papers and jobs, as the tests of answers have it."""

from tests.integration.answers.conftest import client, clients, container, owner, product_url, settings, stranger, work

__all__ = ["client", "clients", "container", "owner", "product_url", "settings", "stranger", "work"]
