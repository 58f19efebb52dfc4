"""Rate limits: a token bucket by the generic cell rate algorithm (ITU-T I.371), over a Counter port."""

from __future__ import annotations

import hashlib
import hmac
import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from verivita.core.errors import LimitReached, Unavailable
from verivita.kit.metrics import METRICS, Metrics


@dataclass(frozen=True, slots=True)
class Rate:
    """`limit` tokens in each `period` (seconds), of which up to `burst` may be used at once."""

    limit: int
    period: float
    burst: int

    def __post_init__(self) -> None:
        if self.limit < 1 or self.period <= 0 or self.burst < 1:
            raise ValueError("a rate needs a limit, a period and a burst above zero")

    @property
    def interval(self) -> float:
        """Seconds in which one token comes back."""
        return self.period / self.limit

    def stricter(self) -> Rate:
        """A quarter of this rate: for a process that cannot ask what the others have let through."""
        return Rate(max(1, self.limit // 4), self.period, max(1, self.burst // 4))


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the tokens were taken, how many are left, and seconds until a retry helps and until all are back."""

    allowed: bool
    remaining: int
    retry_after: float
    reset_after: float


def gcra(full_at: float | None, now: float, rate: Rate, cost: int = 1) -> tuple[float, Verdict]:
    """Try to take `cost` tokens at the time `now` (seconds of any steady clock); pure.

    `full_at` is the state: when the bucket will be full again, or None for a new one. Returns the new state, which is
    the old one when the tokens are refused. Cost 0 only looks. Raises `ValueError` for a cost above the burst.
    """
    if not 0 <= cost <= rate.burst:
        raise ValueError(f"the cost must be from 0 to {rate.burst}")
    size = rate.burst * rate.interval
    before = max(now, full_at if full_at is not None else now)
    after = before + cost * rate.interval
    missing = after - now - size
    # A billionth of a token: what adding floating-point numbers may lose.
    if missing > rate.interval * 1e-9 + abs(now) * 1e-15:
        return before, Verdict(False, _whole((size - (before - now)) / rate.interval), missing, before - now)
    return after, Verdict(True, _whole((size - (after - now)) / rate.interval), 0.0, after - now)


def _whole(tokens: float) -> int:
    return max(0, math.floor(tokens + 1e-6))


class Counter(Protocol):
    """Keeps the state of buckets. May raise `Unavailable` when it lies outside this process and is gone."""

    async def take(self, key: str, rate: Rate, cost: int = 1) -> Verdict:
        """Take `cost` tokens from the bucket `key` in one step that nobody can interrupt."""
        ...


class MemoryCounter:
    """Buckets of this process alone: the default on one machine. It forgets full buckets, then the fullest."""

    def __init__(self, most_keys: int = 100_000, now: Callable[[], float] = time.monotonic) -> None:
        self._full_at: dict[str, float] = {}
        self._most_keys = most_keys
        self._now = now

    async def take(self, key: str, rate: Rate, cost: int = 1) -> Verdict:
        """Take `cost` tokens from the bucket `key`; there is no await inside, so no other task comes between."""
        now = self._now()
        state, verdict = gcra(self._full_at.get(key), now, rate, cost)
        if state > now:
            if key not in self._full_at and len(self._full_at) >= self._most_keys:
                self._forget(now)
            self._full_at[key] = state
        else:
            self._full_at.pop(key, None)
        return verdict

    def _forget(self, now: float) -> None:
        self._full_at = {key: at for key, at in self._full_at.items() if at > now}
        if len(self._full_at) >= self._most_keys:
            fullest = sorted(self._full_at, key=self._full_at.__getitem__)
            for key in fullest[: max(1, self._most_keys // 10)]:
                del self._full_at[key]


async def require(counter: Counter, key: str, rate: Rate, cost: int = 1) -> Verdict:
    """Take the tokens or raise `LimitReached` with `retry_after` in seconds."""
    return accepted(await counter.take(key, rate, cost))


class Limiter:
    """Limits by name: who asks is counted by a shared counter or, while that is gone, by one of this process.

    `rates` says how often each name may happen. A name in `strict` guards a proof of identity: without the shared
    counter it gets a quarter of its rate, because each process then counts alone. Keys are hashed with `secret`, so
    that the shared counter holds no address.
    """

    def __init__(
        self,
        counter: Counter,
        rates: Mapping[str, Rate],
        strict: Iterable[str] = (),
        secret: bytes = b"",
        metrics: Metrics | None = None,
    ) -> None:
        self._counter, self._rates, self._strict = counter, dict(rates), frozenset(strict)
        self._secret, self._local = secret, MemoryCounter()
        self._gone = (metrics or METRICS).counter(
            "limits_counted_alone_total", "Limits that were counted in this process, the shared counter being gone."
        )
        self._refused = (metrics or METRICS).counter("limits_refused_total", "Requests over a limit.", ("limit",))

    def rate(self, name: str) -> Rate:
        """The rate of a name; raises `KeyError` for a name that nobody gave a rate."""
        return self._rates[name]

    async def take(self, name: str, who: str, cost: int = 1) -> Verdict:
        """Take `cost` tokens of `who` (a person, a tenant, an address, an e-mail); cost 0 only looks."""
        rate = self._rates[name]
        key = f"{name}|{hmac.new(self._secret, who.encode(), hashlib.sha256).hexdigest()[:32]}"
        try:
            verdict = await self._counter.take(key, rate, cost)
        except Unavailable:
            self._gone.inc()
            alone = rate.stricter() if name in self._strict else rate
            verdict = await self._local.take(key, alone, min(cost, alone.burst))
        if not verdict.allowed:
            self._refused.inc(limit=name)
        return verdict

    async def require(self, name: str, who: str, cost: int = 1) -> Verdict:
        """Take the tokens or raise `LimitReached`, whose `retry_after` is in seconds."""
        return accepted(await self.take(name, who, cost))


def accepted(verdict: Verdict) -> Verdict:
    """The verdict, or `LimitReached` when it is a refusal."""
    if not verdict.allowed:
        raise LimitReached(
            message="Too many requests in a short time.",
            next=f"Try again in {math.ceil(verdict.retry_after)} seconds.",
            retry_after=verdict.retry_after,
        )
    return verdict
