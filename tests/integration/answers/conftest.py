"""One product for the module, with a resume, notes and a few jobs on the shelf; the real rules, no model."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from tests.integration.answers.shelf import NOTES, POSTINGS, RESUME
from tests.rigs.postgres import fresh_database
from tests.rigs.product import Clients
from verivita.bootstrap.container import Container, build
from verivita.bootstrap.settings import Settings
from verivita.core.ids import PersonId, TenantId, new_id
from verivita.core.principal import IdentityState, Principal, Role
from verivita.entrypoints import asgi
from verivita.features.identity import NOBODY
from verivita.features.library import DocumentKind
from verivita.features.postings import RawPosting
from verivita.kit.db.embedded import Dsn


@pytest.fixture(scope="module")
def product_url(postgres_server: Dsn, migrated_template: str) -> Iterator[str]:
    """The address of a fresh database with all tables."""
    with fresh_database(postgres_server, migrated_template) as url:
        yield url


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a throw-away installation that nobody slows down."""
    folder: Path = tmp_path_factory.mktemp("data")
    return Settings(data_dir=folder, demo=False, requests_per_minute=10**6, burst=10**6, _env_file=None)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def container(settings: Settings, product_url: str) -> AsyncIterator[Container]:
    """Every service over a fresh database, with the shipped encoder."""
    made = build(settings, product_url)
    yield made
    await made.aclose()


async def stock(container: Container, person: Principal) -> None:
    """Give a person the papers and jobs of `shelf.py`, read and indexed."""

    async def quiet(*_: object) -> None:
        """Progress that nobody watches."""

    for name, kind, text in (
        ("resume.md", DocumentKind.RESUME, RESUME),
        ("cell-biology.md", DocumentKind.NOTES, NOTES),
    ):
        added = await container.library.add(person, name, text.encode(), kind)
        await container.library.read(person, added.document.id, quiet)
    await container.postings.add_many(person, [RawPosting(source="test", **fields) for fields in POSTINGS])
    await container.postings.index(person, quiet)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def owner(container: Container) -> Principal:
    """The owner of the installation, with papers and jobs."""
    person = await container.identity.owner(NOBODY)
    await stock(container, person)
    return person


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stranger(container: Container, owner: Principal) -> Principal:
    """A person of another tenant, with nothing."""
    other = Principal(TenantId(new_id()), PersonId(new_id()), Role.OWNER, IdentityState.MEMBER)
    async with container.db.begin(other) as tx:
        await container.identity.repo.add_tenant(tx, other, "Elsewhere")
        await container.identity.repo.add_person(tx, other, "Stranger")
    return other


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
