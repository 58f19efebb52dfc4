"""The way to a Redis or Valkey: a small pool of connections, given up on quickly while the server does not answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from verivita.core.errors import Unavailable
from verivita.kit import logs
from verivita.kit.metrics import METRICS, Metrics

if TYPE_CHECKING:
    from redis.asyncio import Redis

T = TypeVar("T")
log = logs.get(__name__)


class RedisLink:
    """Asks the server at `url`, `timeout` seconds at most; after a failure nobody asks for `rest` seconds.

    So a server that is gone costs one request in `rest` seconds one wait of `timeout`, and nobody else anything.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 0.25,
        rest: float = 1.0,
        most: int = 32,
        metrics: Metrics | None = None,
    ) -> None:
        from redis.asyncio import BlockingConnectionPool, Redis
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff

        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=most,
            timeout=timeout,
            socket_timeout=timeout,
            socket_connect_timeout=timeout,
            retry=Retry(NoBackoff(), 0),
        )
        self._redis: Redis = Redis(connection_pool=pool)
        self._timeout, self._rest = timeout, rest
        self._asleep_until = 0.0
        self._failures = (metrics or METRICS).counter(
            "redis_failures_total", "Times that the shared cache and counter did not answer."
        )

    async def ask(self, work: Callable[[Redis], Awaitable[T]]) -> T:
        """What `work` brings from the server. Raises `Unavailable` when it does not answer in time."""
        from redis.exceptions import RedisError

        if time.monotonic() < self._asleep_until:
            raise _gone()
        try:
            async with asyncio.timeout(self._timeout):
                return await work(self._redis)
        except (RedisError, OSError, TimeoutError) as error:
            if time.monotonic() >= self._asleep_until:
                log.warning("redis.gone", error=type(error).__name__)
            self._asleep_until = time.monotonic() + self._rest
            self._failures.inc()
            raise _gone() from error

    async def ping(self) -> None:
        """Raise `Unavailable` unless the server answers."""

        async def work(redis: Redis) -> Any:
            return await redis.ping()

        await self.ask(work)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._redis.aclose()
        await self._redis.connection_pool.disconnect()


def _gone() -> Unavailable:
    return Unavailable("cache_unavailable", "The shared cache does not answer.", retry_after=1)
