"""Versions of what may be kept: PostgreSQL tells every process at once when a tenant's postings or people change."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing, suppress
from typing import Any
from uuid import uuid4

import psycopg
import structlog
from sqlalchemy.engine import make_url

from verivita.core.ids import TenantId

log = structlog.get_logger(__name__)

POSTINGS, PEOPLE, VECTORS = "postings", "people", "vectors"
_PROBE = "probe"
CHANNEL = "verivita_changes"
Heard = Callable[[str, str], None]
"""Takes the tenant and the word of a change, as soon as it is heard."""
_PROBE_EVERY_S = 2.0
_PROBE_PATIENCE_S = 2.0
_CONNECT_WITHIN_S = 5.0
_LONGEST_WAIT_S = 30.0
_MOST_KEPT = 100_000


class Changes:
    """A version for each subject of a tenant, which is another one after every change that was committed.

    Triggers tell of a change when it commits, whoever made it. All processes that heard it name the version alike, by
    the transaction, so that they can share what they keep under it. As long as nobody listens there are no versions,
    and nothing may be kept.
    """

    def __init__(self, url: str) -> None:
        """`url` leads to the server itself: a pooler between may swallow what it tells, and then nothing is kept."""
        self._dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self.count = 0
        """How many changes, of anything, were heard so far."""
        self._since: str | None = None
        self._heard: dict[tuple[str, str], str] = {}
        self._followers: dict[str, Heard] = {}

    @property
    def since(self) -> str | None:
        """Names the time since when every change was heard; None while changes are not heard of."""
        return self._since

    def follow(self, subject: str, heard: Heard) -> None:
        """From now on the words of a subject's changes go to `heard`, and are not kept as versions."""
        self._followers[subject] = heard

    def version(self, subject: str, tenant_id: TenantId) -> str | None:
        """The present version of a subject; None while changes are not heard of."""
        if self._since is None:
            return None
        return self._heard.get((subject, str(tenant_id)), self._since)

    def wrote(self, tenant_id: TenantId) -> None:
        """Note that this process wrote for a tenant: its next read must not wait for the news to come round."""
        for subject in (POSTINGS, PEOPLE):
            self._put(subject, str(tenant_id), _fresh())

    async def listen(self) -> None:
        """Hear of changes until cancelled; a lost connection is opened again, each time a little later."""
        wait = 1.0
        while True:
            start = time.monotonic()
            try:
                await self._listen()
            except (psycopg.Error, OSError, TimeoutError) as error:
                log.warning("changes.lost", error=type(error).__name__)
            wait = 1.0 if time.monotonic() - start > _LONGEST_WAIT_S else min(2 * wait, _LONGEST_WAIT_S)
            await asyncio.sleep(wait)

    async def _listen(self) -> None:
        async with asyncio.timeout(_CONNECT_WITHIN_S):
            connection = await psycopg.AsyncConnection.connect(self._dsn, autocommit=True)
        try:
            await connection.execute(f"LISTEN {CHANNEL}")
            await self._heard_of(connection)
            self._heard.clear()
            self._since = _fresh()
            while True:
                async for told in connection.notifies(timeout=_PROBE_EVERY_S):
                    subject, tenant, transaction = told.payload.split(" ")
                    if follower := self._followers.get(subject):
                        follower(tenant, transaction)
                    elif subject != _PROBE:
                        self._put(subject, tenant, transaction)
                # A server that went silent tells nothing either, and what is kept would stay for ever.
                async with asyncio.timeout(_PROBE_PATIENCE_S):
                    await connection.execute("SELECT 1")
        finally:
            self._since = None
            with suppress(psycopg.Error, OSError):
                await connection.close()

    async def _heard_of(self, connection: psycopg.AsyncConnection[Any]) -> None:
        """Raise `TimeoutError` unless what another connection tells arrives: a pooler between may swallow it."""
        word = _fresh()
        async with asyncio.timeout(_CONNECT_WITHIN_S), await psycopg.AsyncConnection.connect(self._dsn) as other:
            await other.execute("SELECT pg_notify(%s, %s)", (CHANNEL, f"{_PROBE} {word} -"))
        async with aclosing(connection.notifies(timeout=_PROBE_PATIENCE_S)) as heard:
            async for told in heard:
                if word in told.payload:
                    return
        raise TimeoutError("what another connection tells does not arrive")

    def _put(self, subject: str, tenant: str, version: str) -> None:
        if len(self._heard) >= _MOST_KEPT and self._since is not None:
            self._heard.clear()
            self._since = _fresh()
        self.count += 1
        self._heard[subject, tenant] = version


def _fresh() -> str:
    """A version that nobody has named before."""
    return uuid4().hex
