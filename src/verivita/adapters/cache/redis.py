"""A cache in Redis or Valkey that every process of an installation shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from verivita.adapters.cache.link import RedisLink
from verivita.kit.cache import HOUR

if TYPE_CHECKING:
    from redis.asyncio import Redis

PREFIX = "verivita:cache:"
# A partition is emptied by counting its generation up: what lies under the old one is never found again and expires.
# The generation outlives every value that was kept under it.
_GET = """
return redis.call('GET', KEYS[2] .. (redis.call('GET', KEYS[1]) or '0'))
"""
_SET = """
redis.call('SET', KEYS[2] .. (redis.call('GET', KEYS[1]) or '0'), ARGV[1], 'PX', ARGV[2])
"""
_DELETE = """
redis.call('DEL', KEYS[2] .. (redis.call('GET', KEYS[1]) or '0'))
"""


class RedisCache:
    """Keeps bytes on the server, each partition apart. Every method raises `Unavailable` when it does not answer."""

    def __init__(self, link: RedisLink) -> None:
        self._link = link
        self._scripts: dict[str, Any] = {}

    async def get(self, partition: str, key: str) -> bytes | None:
        """What is kept, or None."""
        found: bytes | None = await self._run(_GET, partition, key)
        return found

    async def set(self, partition: str, key: str, value: bytes, ttl: float = HOUR) -> None:
        """Keep `value` for `ttl` seconds at most."""
        if ttl > 0:
            await self._run(_SET, partition, key, value, max(1, round(ttl * 1000)))

    async def delete(self, partition: str, key: str) -> None:
        """Forget one value."""
        await self._run(_DELETE, partition, key)

    async def clear(self, partition: str) -> None:
        """Forget everything of a partition."""

        async def work(redis: Redis) -> Any:
            return await redis.incr(_generation(partition))

        await self._link.ask(work)

    async def _run(self, source: str, partition: str, key: str, *values: Any) -> Any:
        async def work(redis: Redis) -> Any:
            script = self._scripts.get(source) or self._scripts.setdefault(source, redis.register_script(source))
            return await script(keys=[_generation(partition), f"{PREFIX}{{{partition}}}:{key}:"], args=values)

        return await self._link.ask(work)


def _generation(partition: str) -> str:
    return f"{PREFIX}{{{partition}}}"
