"""One product for each module: making one takes longer than asking it. A conftest adds `owner` and the encoder.

Modules say `pytestmark = pytest.mark.asyncio(loop_scope="module")`, because the product lives in one event loop.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from tests.rigs.postgres import fresh_database
from tests.rigs.product import Clients, from_elsewhere
from verivita.bootstrap.container import Container, build
from verivita.bootstrap.settings import Settings
from verivita.core.principal import Principal
from verivita.entrypoints import asgi
from verivita.kit.db.embedded import Dsn


@pytest.fixture(scope="module")
def product_url(postgres_server: Dsn, migrated_template: str) -> Iterator[str]:
    """The address of a fresh database with all tables."""
    with fresh_database(postgres_server, migrated_template) as url:
        yield url


def unhurried(folder: Any, **wanted: Any) -> Settings:
    """Settings of a throw-away installation in `folder` that slows nobody down, and gives a busy machine its time."""
    calm = {"requests_per_minute": 10**6, "burst": 10**6, "database_patience_s": 30}
    return Settings(data_dir=folder, demo=False, **(calm | wanted), _env_file=None)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def container(settings: Settings, product_url: str) -> AsyncIterator[Container]:
    """Every service over a fresh database."""
    made = build(settings, product_url)
    yield made
    await made.aclose()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stranger(container: Container, owner: Principal) -> Principal:
    """A person of another tenant, with nothing."""
    return await from_elsewhere(container)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def clients(container: Container) -> Clients:
    """Clients of the whole app over ASGI."""
    return Clients(container, httpx2.ASGITransport(asgi.build(container), raise_app_exceptions=False))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(clients: Clients, owner: Principal) -> AsyncIterator[httpx2.AsyncClient]:
    """A client that sends an API key of the owner."""
    async with await clients.with_key(owner) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def work(container: Container) -> Callable[[], Awaitable[None]]:
    """Runs every queued task to its end."""

    async def run() -> None:
        await container.worker().run(wait=False)

    return run
