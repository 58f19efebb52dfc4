"""The owner before anybody else: made on the first start, with the example; and the link that lets them in."""

from __future__ import annotations

from verivita.bootstrap.keys import keyring
from verivita.bootstrap.settings import Settings
from verivita.core.clock import SystemClock
from verivita.features.identity import NOBODY, IdentityService
from verivita.kit.db import Database
from verivita.kit.db.admin import has_rows
from verivita.kit.event_log import EventLog
from verivita.kit.queue import Queue


async def welcome(settings: Settings, url: str) -> str:
    """The secret of a fresh one-time link for the owner; an installation that holds nothing gets the example first.

    Raises `Unavailable` when the master key is missing or does not belong to the stored data.
    """
    if settings.demo and not (has_rows(url, "jobs") or has_rows(url, "documents")):
        await _example(settings, url)
    # Only what this needs: the other services would take longer to import than all of this takes to run.
    db = Database(url, pool_size=1)
    try:
        identity = IdentityService(db, keyring(settings, url), EventLog(Queue(), {}), SystemClock())
        return (await identity.owner_link(await identity.owner(NOBODY))).secret
    finally:
        await db.aclose()


async def _example(settings: Settings, url: str) -> None:
    from verivita.bootstrap import demo
    from verivita.bootstrap.container import build

    container = build(settings, url)
    try:
        owner = await container.identity.owner(NOBODY)
        if await demo.is_wanted(container, owner):
            await demo.add(container, owner)
    finally:
        await container.aclose()
