"""Cache port, the cache in memory, and `remember`, which makes a missing value once however many ask for it.

The partition comes first everywhere and has no default: a forgotten tenant is a type error, not a leak.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from functools import lru_cache
from typing import Any, Protocol, TypeVar
from weakref import WeakKeyDictionary

from pydantic import TypeAdapter, ValidationError

from verivita.core.errors import Unavailable
from verivita.kit.metrics import METRICS, Metrics

T = TypeVar("T")
HOUR = 3600.0


class Cache(Protocol):
    """Keeps bytes for a while. Every method may raise `Unavailable`; nothing is promised to stay."""

    async def get(self, partition: str, key: str) -> bytes | None:
        """What is kept, or None."""
        ...

    async def set(self, partition: str, key: str, value: bytes, ttl: float = HOUR) -> None:
        """Keep `value` for `ttl` seconds at most."""
        ...

    async def delete(self, partition: str, key: str) -> None:
        """Forget one value."""
        ...

    async def clear(self, partition: str) -> None:
        """Forget everything of a partition."""
        ...


class MemoryCache:
    """A cache inside this process: least recently used values go first when there are too many, or too many bytes."""

    def __init__(
        self, most: int = 10_000, most_bytes: int = 64 * 1024 * 1024, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._kept: OrderedDict[tuple[str, str], tuple[float, bytes]] = OrderedDict()
        self._most, self._most_bytes, self._now = most, most_bytes, now
        self._bytes = 0

    async def get(self, partition: str, key: str) -> bytes | None:
        """What is kept and has not expired, or None."""
        found = self._kept.get((partition, key))
        if found is None:
            return None
        until, value = found
        if until <= self._now():
            self._drop((partition, key))
            return None
        self._kept.move_to_end((partition, key))
        return value

    async def set(self, partition: str, key: str, value: bytes, ttl: float = HOUR) -> None:
        """Keep `value` for `ttl` seconds at most; a value larger than the whole cache is not kept."""
        self._drop((partition, key))
        if ttl <= 0 or len(value) > self._most_bytes:
            return
        self._kept[partition, key] = (self._now() + ttl, value)
        self._bytes += len(value)
        while len(self._kept) > self._most or self._bytes > self._most_bytes:
            self._drop(next(iter(self._kept)))

    async def delete(self, partition: str, key: str) -> None:
        """Forget one value."""
        self._drop((partition, key))

    async def clear(self, partition: str) -> None:
        """Forget everything of a partition."""
        for place in [place for place in self._kept if place[0] == partition]:
            self._drop(place)

    def _drop(self, place: tuple[str, str]) -> None:
        gone = self._kept.pop(place, None)
        if gone is not None:
            self._bytes -= len(gone[1])


class TieredCache:
    """A cache of this process in front of one that all processes share; without the shared one it goes on alone.

    What another process forgets stays here for at most `near` seconds, so keys name the version of what they stand for.
    """

    def __init__(self, here: Cache, shared: Cache, near: float = HOUR, metrics: Metrics | None = None) -> None:
        self._here, self._shared, self._near = here, shared, near
        self._gone = (metrics or METRICS).counter(
            "cache_alone_total", "Times that the cache of one process had to do without the shared one."
        )

    async def get(self, partition: str, key: str) -> bytes | None:
        """What is kept here, else what the others keep, which is then kept here too."""
        found = await self._here.get(partition, key)
        if found is not None:
            return found
        try:
            found = await self._shared.get(partition, key)
        except Unavailable:
            self._gone.inc()
            return None
        if found is not None:
            await self._here.set(partition, key, found, self._near)
        return found

    async def set(self, partition: str, key: str, value: bytes, ttl: float = HOUR) -> None:
        """Keep `value` in both."""
        await self._here.set(partition, key, value, min(ttl, self._near))
        with self._alone():
            await self._shared.set(partition, key, value, ttl)

    async def delete(self, partition: str, key: str) -> None:
        """Forget one value in both. Raises `Unavailable` when the others may still keep it."""
        await self._here.delete(partition, key)
        await self._shared.delete(partition, key)

    async def clear(self, partition: str) -> None:
        """Forget a partition in both. Raises `Unavailable` when the others may still keep it."""
        await self._here.clear(partition)
        await self._shared.clear(partition)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        try:
            yield
        except Unavailable:
            self._gone.inc()


_flights: WeakKeyDictionary[Any, dict[tuple[str, str], asyncio.Task[Any]]] = WeakKeyDictionary()


async def remember(
    cache: Cache,
    partition: str,
    key: str,
    ttl: float,
    make: Callable[[], Awaitable[T]],
    of: type[T],
    *,
    stale: float = 0.0,
    now: Callable[[], float] = time.time,
) -> T:
    """The value of type `of` under `key`, from the cache or else made and kept for `ttl` seconds.

    For `stale` seconds more the old value is given at once, and one look-up makes a new one meanwhile (RFC 5861).
    Everyone in this process who asks at the same time waits for the same look-up and gets the same object, so `T` is a
    frozen type; an error of `make` goes to all of them and is not kept. A cache that does not answer, or answers
    nonsense, is a miss. Values are kept as JSON, bytes as they are.
    """
    kept = await _look(cache, partition, key, of)
    if kept is not None and kept[1] > now():
        return kept[0]
    flights = _flights.setdefault(cache, {})
    flight = _under_way(flights, (partition, key))
    if flight is None:
        flight = asyncio.create_task(_fill(cache, partition, key, ttl, make, of, stale, now))
        flights[partition, key] = flight
        flight.add_done_callback(lambda done: _landed(flights, (partition, key), done))
    if kept is not None:
        return kept[0]
    # Whoever gives up waiting does not take the value away from the others.
    value: T = await asyncio.shield(flight)
    return value


def _under_way(flights: dict[tuple[str, str], asyncio.Task[Any]], place: tuple[str, str]) -> asyncio.Task[Any] | None:
    flight = flights.get(place)
    alive = flight is not None and not flight.done() and flight.get_loop() is asyncio.get_running_loop()
    return flight if alive else None


def _landed(flights: dict[tuple[str, str], asyncio.Task[Any]], place: tuple[str, str], done: asyncio.Task[Any]) -> None:
    if flights.get(place) is done:
        del flights[place]
    if not done.cancelled():
        done.exception()  # it has been seen, also when everyone has stopped waiting


_FRESH_UNTIL = struct.Struct(">d")
"""What stands before every kept value: until when it is fresh, in seconds since 1970."""


async def _look(cache: Cache, partition: str, key: str, of: type[T]) -> tuple[T, float] | None:
    try:
        kept = await cache.get(partition, key)
        if kept is None or len(kept) < _FRESH_UNTIL.size:
            return None
        return _load(kept[_FRESH_UNTIL.size :], of), _FRESH_UNTIL.unpack_from(kept)[0]
    except (Unavailable, ValidationError):
        return None


async def _fill(
    cache: Cache,
    partition: str,
    key: str,
    ttl: float,
    make: Callable[[], Awaitable[T]],
    of: type[T],
    stale: float,
    now: Callable[[], float],
) -> T:
    found = await _look(cache, partition, key, of)
    if found is not None and found[1] > now():
        return found[0]  # another flight landed between our look and our start
    value = await make()
    with contextlib.suppress(Unavailable):
        kept = _FRESH_UNTIL.pack(now() + ttl) + _dump(value, of)
        await cache.set(partition, key, kept, ttl + stale)
    return value


def _load(kept: bytes, of: type[T]) -> T:
    value: T = _AS_BYTES.validate_python(kept) if of is bytes else _adapter(of).validate_json(kept)
    return value


def _dump(value: T, of: type[T]) -> bytes:
    return value if isinstance(value, bytes) else _adapter(of).dump_json(value)


_AS_BYTES: TypeAdapter[Any] = TypeAdapter(bytes)
_adapter: Callable[[Any], TypeAdapter[Any]] = lru_cache(maxsize=256)(TypeAdapter)
