"""Fixtures for every test: the rigs, and the rows of the acceptance table."""

import structlog

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
from tests.rigs.speed import pytest_collection, pytest_collection_modifyitems

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
    "pytest_collection",
    "pytest_collection_modifyitems",
    "settings",
    "stranger",
    "work",
]

# Its default shows the values of every frame, which takes ten seconds an error; the product does not do so either.
_shown = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
structlog.configure(processors=[*structlog.get_config()["processors"][:-1], _shown])
