"""A tab of the owner, one of nobody, and a stocked shelf."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from tests.integration.web.pages import POSTING, RESUME, Tab
from tests.rigs.product import Clients
from verivita.bootstrap.container import Container
from verivita.core.principal import Principal
from verivita.entrypoints.http.auth import csrf_token


@pytest.fixture
async def tab(clients: Clients, owner: Principal) -> Tab:
    """The owner's browser."""
    client, secret = await clients.with_session(owner)
    return Tab(client, csrf_token(secret))


@pytest.fixture
async def nobody(clients: Clients, owner: Principal) -> Tab:
    """A browser without a session."""
    return Tab(clients.nobody())


@pytest.fixture
async def work(container: Container, owner: Principal) -> Callable[[], Awaitable[None]]:
    """Runs the owner's tasks, and those that follow from them, until none is left."""

    async def run() -> None:
        while any(task.status.value in ("queued", "running") for task in await container.tasks.recent(owner)):
            await container.worker().run(wait=False)

    return run


@dataclass(frozen=True, slots=True)
class Shelf:
    """Addresses of one paper and one job that were given by forms and read to the end."""

    paper: str
    job: str


@pytest.fixture
async def shelf(tab: Tab, work: Callable[[], Awaitable[None]]) -> Shelf:
    """One resume and one posting, read, indexed and scored."""
    paper = await tab.sent("/papers", {"kind": "resume"}, files={"file": ("ada.txt", RESUME.encode(), "text/plain")})
    job = await tab.sent("/jobs/add", {"text": POSTING})
    await work()
    return Shelf(paper.split("?")[0], job.split("?")[0])
