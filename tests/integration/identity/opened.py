"""An installation that others than the owner may come into, and a browser that keeps its cookies."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from tests.rigs.postgres import fresh_database
from verivita.adapters.mailers.memory import MemoryMailer
from verivita.bootstrap.container import Container, build
from verivita.bootstrap.settings import Settings
from verivita.core.clock import SteppedClock
from verivita.core.principal import Principal
from verivita.entrypoints import asgi
from verivita.features.identity import NOBODY, Visit
from verivita.kit.db.embedded import Dsn

HERE = Visit("test browser", "203.0.113.7")
PASSWORD = "correct horse battery"


class Opened:
    """The services with a clock that the test moves, and what was mailed."""

    def __init__(self, container: Container, clock: SteppedClock) -> None:
        self.container, self.clock = container, clock
        self.sign_in = container.sign_in
        self.entry, self.accounts = self.sign_in.entry, self.sign_in.accounts
        self.access, self.members = self.sign_in.access, self.sign_in.members
        self.transport = httpx2.ASGITransport(asgi.build(container), raise_app_exceptions=False)
        self._network = 0

    def code(self, email: str) -> str:
        """The code of the newest mail to this address."""
        mailer = self.sign_in.mailer
        assert isinstance(mailer, MemoryMailer)
        letter = next(mail for mail in reversed(mailer.sent) if mail.to == email)
        found = re.search(r"\b\d{6}\b", letter.text)
        assert found is not None
        return found.group()

    def visit(self) -> Visit:
        """A visit from a network that nobody came from before."""
        self._network += 1
        return Visit("test browser", f"198.51.{self._network // 250}.{self._network % 250 + 1}")

    async def guest(self) -> Principal:
        return (await self.entry.guest(NOBODY, self.visit())).principal

    async def verified(self, email: str) -> Principal:
        """A person who has proved this address by a code."""
        guest = await self.guest()
        await self.entry.give_email(guest, email, self.visit())
        return await self.entry.verify(guest, email, self.code(email), self.visit())

    def browser(self, **options: Any) -> httpx2.AsyncClient:
        """A client that keeps cookies."""
        return httpx2.AsyncClient(transport=self.transport, base_url="http://localhost:8080", **options)


def open_settings(folder: Path, **identity: Any) -> Settings:
    return Settings(
        data_dir=folder,
        embedder="hashing",
        demo=False,
        sign_in="open",
        identity={"mail": "memory"} | identity,
        requests_per_minute=10**6,
        burst=10**6,
        database_patience_s=30,  # a busy machine is no outage
        _env_file=None,
    )


async def opened(settings: Settings, url: str) -> AsyncIterator[Opened]:
    clock = SteppedClock(datetime.now(UTC))
    container = build(settings, url, clock=clock)
    await container.identity.owner(NOBODY)
    yield Opened(container, clock)
    await container.aclose()


@pytest.fixture(scope="module")
def open_url(postgres_server: Dsn, migrated_template: str) -> Iterator[str]:
    """The address of a database that the tests of one module share."""
    with fresh_database(postgres_server, migrated_template) as url:
        yield url


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(open_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Opened]:
    """One open installation for the tests of a module."""
    async for made in opened(open_settings(tmp_path_factory.mktemp("open")), open_url):
        yield made
