"""The whole product on a real database: services, two people in two tenants, and a client over ASGI.

One database is migrated once and copied for each module. The encoder is the one without weights, which is fast and
deterministic; tests that mean the real one build their own container.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
from filelock import FileLock
from psycopg import sql

from tests.rigs.postgres import fresh_database
from verivita.bootstrap import schema
from verivita.bootstrap.container import Container, build
from verivita.bootstrap.settings import LlmSettings, Settings
from verivita.core.ids import PersonId, TenantId, new_id
from verivita.core.principal import IdentityState, Principal, Role
from verivita.entrypoints import asgi
from verivita.features.identity import NOBODY, CredentialKind
from verivita.kit.db.embedded import Dsn

TEMPLATE = "verivita_template"


@pytest.fixture(scope="session")
def migrated_template(postgres_server: Dsn, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database with all tables and no rows; made once for all workers."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if base.name.startswith("popen-") else base
    with FileLock(shared / "template.lock"):
        with psycopg.connect(postgres_server.url(), autocommit=True) as connection:
            made = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]).fetchone()
            if made is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
        if made is None:
            schema.upgrade(postgres_server.url(TEMPLATE))
    return TEMPLATE


@pytest.fixture
def product_url(postgres_server: Dsn, migrated_template: str) -> Iterator[str]:
    """The address of a fresh database with all tables."""
    with fresh_database(postgres_server, migrated_template) as url:
        yield url


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a throw-away installation that read nothing from the surroundings."""
    return Settings(
        data_dir=tmp_path / "data",
        embedder="hashing",
        demo=False,
        llm=LlmSettings(find_ollama=False),  # none of the machine that runs the tests
        database_patience_s=30,  # a busy machine is no outage
        _env_file=None,
    )


@pytest.fixture
async def container(settings: Settings, product_url: str) -> AsyncIterator[Container]:
    """Every service over a fresh database."""
    made = build(settings, product_url)
    yield made
    await made.aclose()


@pytest.fixture
async def owner(container: Container) -> Principal:
    """The owner of the installation."""
    return await container.identity.owner(NOBODY)


async def from_elsewhere(container: Container) -> Principal:
    """A person of another tenant, with nothing."""
    other = Principal(TenantId(new_id()), PersonId(new_id()), Role.OWNER, IdentityState.MEMBER)
    async with container.db.begin(other) as tx:
        await container.identity.repo.add_tenant(tx, other, "Elsewhere")
        await container.identity.repo.add_person(tx, other, "Stranger")
    return other


@pytest.fixture
async def stranger(container: Container, owner: Principal) -> Principal:
    """A person of another tenant."""
    return await from_elsewhere(container)


@pytest.fixture
async def neighbour(container: Container, owner: Principal) -> Principal:
    """Another person of the owner's tenant, a student."""
    other = replace(owner, person_id=PersonId(new_id()), role=Role.STUDENT)
    async with container.db.begin(other) as tx:
        await container.identity.repo.add_person(tx, other, "Neighbour")
    return other


@dataclass(frozen=True, slots=True)
class Clients:
    """Makes HTTP clients for people: by API key, by session cookie, or for nobody."""

    container: Container
    transport: httpx2.ASGITransport

    async def with_key(self, person: Principal, scopes: tuple[str, ...] = ()) -> httpx2.AsyncClient:
        """A client that sends an API key of this person."""
        key = await self.container.identity.create_key(person, "test", scopes)
        return self._client(headers={"Authorization": f"Bearer {key.secret}"})

    async def with_session(self, person: Principal) -> tuple[httpx2.AsyncClient, str]:
        """A client that is signed in like a browser, and the session's secret."""
        link = await self.container.identity.owner_link(person)
        session = await self.container.identity.enter(NOBODY, link.secret)
        caller = await self.container.identity.identify(NOBODY, session.secret, CredentialKind.SESSION)
        assert caller.principal.person_id == person.person_id
        return self._client(cookies={"verivita_session": session.secret}), session.secret

    def nobody(self) -> httpx2.AsyncClient:
        """A client of nobody."""
        return self._client()

    def _client(self, **options: Any) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=self.transport, base_url="http://localhost:8080", **options)


@pytest.fixture
async def clients(container: Container) -> AsyncIterator[Clients]:
    """Clients of the whole app over ASGI."""
    yield Clients(container, httpx2.ASGITransport(asgi.build(container), raise_app_exceptions=False))


@pytest.fixture
async def work(container: Container) -> Callable[[], object]:
    """Runs every queued task to its end."""

    async def run() -> None:
        await container.worker().run(wait=False)

    return run


@contextlib.contextmanager
def no_row_security(url: str) -> Iterator[None]:
    """Takes the second lock off: all policies let everything through, so that the first lock stands alone."""
    with psycopg.connect(url, autocommit=True) as connection:
        tables = [row[0] for row in connection.execute("SELECT relname FROM pg_class WHERE relforcerowsecurity")]
        for table in tables:
            statement = sql.SQL("CREATE POLICY wide_open ON {} USING (true) WITH CHECK (true)")
            connection.execute(statement.format(sql.Identifier(table)))
        try:
            yield
        finally:
            for table in tables:
                connection.execute(sql.SQL("DROP POLICY wide_open ON {}").format(sql.Identifier(table)))
