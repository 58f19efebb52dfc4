"""One product for each module of these tests, with the encoder without weights; see tests/rigs/lasting.py."""

from __future__ import annotations

import pytest
import pytest_asyncio

from tests.rigs.lasting import client, clients, container, product_url, stranger, unhurried, work
from verivita.bootstrap.container import Container
from verivita.bootstrap.settings import Settings
from verivita.core.principal import Principal
from verivita.features.identity import NOBODY

__all__ = ["client", "clients", "container", "product_url", "stranger", "work"]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a throw-away installation that nobody slows down."""
    return unhurried(tmp_path_factory.mktemp("data"), embedder="hashing")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def owner(container: Container) -> Principal:
    """The owner of the installation."""
    return await container.identity.owner(NOBODY)
