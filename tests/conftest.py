"""Fixtures for every test: the rigs, and the rows of the acceptance table."""

from tests.rigs.llm_server import llm_server, model_settings
from tests.rigs.postgres import database, postgres_server
from tests.rigs.product import (
    clients,
    container,
    migrated_template,
    neighbour,
    owner,
    product_url,
    settings,
    stranger,
    work,
)
from tests.rigs.speed import pytest_collection_modifyitems

__all__ = [
    "clients",
    "container",
    "database",
    "llm_server",
    "migrated_template",
    "model_settings",
    "neighbour",
    "owner",
    "postgres_server",
    "product_url",
    "pytest_collection_modifyitems",
    "settings",
    "stranger",
    "work",
]
