"""One command's services: settings, database, container, and the owner as who asks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from verivita.bootstrap.container import Container
    from verivita.core.principal import Principal

T = TypeVar("T")

PATIENCE_S = 15.0
"""Seconds that a command or the worker waits for a database that does not answer."""


@asynccontextmanager
async def services() -> AsyncIterator[tuple[Container, Principal]]:
    """The services of this machine and its owner; the database is started when it does not run, and stopped again."""
    from verivita.bootstrap import container as made
    from verivita.bootstrap.database import locate
    from verivita.bootstrap.settings import Settings
    from verivita.features.identity import NOBODY
    from verivita.kit import logs

    settings = Settings()
    is_debug = settings.log_level == "DEBUG"
    logs.configure(as_json=None, level="DEBUG" if is_debug else "CRITICAL")
    if not is_debug:
        # A person reads sentences, not log lines; whoever looks for a fault asks for them.
        logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
    found = await asyncio.to_thread(locate, settings)
    try:
        container = made.build(settings, found.url, wait=PATIENCE_S)
        try:
            yield container, await container.identity.owner(NOBODY)
        finally:
            await container.aclose()
    finally:
        if found.server is not None and found.server.started_here:
            await asyncio.to_thread(found.server.stop)


def run(work: Callable[[Container, Principal], Awaitable[T]]) -> T:
    """Do one piece of work as the owner of this machine."""

    async def inside() -> T:
        async with services() as (container, owner):
            return await work(container, owner)

    return loop(inside())


def loop(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run to the end in a fresh event loop."""
    return asyncio.run(coroutine)
