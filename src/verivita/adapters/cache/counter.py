"""Token buckets in Redis or Valkey: one script, the same arithmetic as `kit.limits.gcra`, on the server's own clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from verivita.adapters.cache.link import RedisLink
from verivita.kit.limits import Rate, Verdict

if TYPE_CHECKING:
    from redis.asyncio import Redis

PREFIX = "verivita:limit:"
SCRIPT = """
local interval, burst, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local now = tonumber(ARGV[4])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) + tonumber(time[2]) / 1e6
end
local kept = tonumber(redis.call('GET', KEYS[1]) or '')
local size = burst * interval
local before = math.max(now, kept or now)
local after = before + cost * interval
local missing = after - now - size
local function whole(tokens) return math.max(0, math.floor(tokens + 1e-6)) end
local function text(number) return string.format('%.17g', number) end
if missing > interval * 1e-9 + math.abs(now) * 1e-15 then
  return {0, whole((size - (before - now)) / interval), text(missing), text(before - now)}
end
if after > now then
  redis.call('SET', KEYS[1], text(after), 'PX', math.ceil((after - now) * 1000) + 60000)
else
  redis.call('DEL', KEYS[1])
end
return {1, whole((size - (after - now)) / interval), '0', text(after - now)}
"""


class RedisCounter:
    """Buckets that every process of an installation shares."""

    def __init__(self, link: RedisLink, now: Callable[[], float] | None = None) -> None:
        """`now` (seconds) stands in for the server's clock, for tests."""
        self._link, self._now = link, now
        self._script: Any = None

    async def take(self, key: str, rate: Rate, cost: int = 1) -> Verdict:
        """Take `cost` tokens from the bucket `key` in one step on the server. Raises `Unavailable`."""
        if not 0 <= cost <= rate.burst:
            raise ValueError(f"the cost must be from 0 to {rate.burst}")
        now = "" if self._now is None else repr(self._now())

        async def work(redis: Redis) -> Any:
            if self._script is None:
                self._script = redis.register_script(SCRIPT)
            return await self._script(keys=[PREFIX + key], args=[repr(rate.interval), rate.burst, cost, now])

        allowed, remaining, retry_after, reset_after = await self._link.ask(work)
        return Verdict(bool(allowed), int(remaining), float(retry_after), float(reset_after))
