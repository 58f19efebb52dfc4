"""Codes of large shared collections in memory, kept fresh by what writers tell: who may be nearest is known at once.

PostgreSQL stays the truth: what the codes name is compared exactly there, under row security. A process that does not
hear of changes keeps no codes. Whoever writes names the ids in the same transaction; until their codes are read anew,
these ids are compared with every question, so that nothing new is missed and nothing old is believed.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from hashlib import blake2b
from uuid import UUID

import numpy as np
import structlog
from sqlalchemy import text

from verivita.adapters.vectors.codes import Codes
from verivita.adapters.vectors.layout import is_shared
from verivita.core.errors import Unavailable
from verivita.engines.retrieval.ports import IdPairs, Partition, Vector
from verivita.kit.db import Tx
from verivita.kit.db.changes import CHANNEL, VECTORS, Changes

log = structlog.get_logger(__name__)

MOST_BYTES = 160 * 2**20
"""Memory for codes of all collections together: of about 1.4 million vectors. More are searched by the index."""
IDLE_S = 1_800.0
"""Codes that nobody asked for so long are dropped."""
FRESH, TOO_FRESH = 256, 5_000
"""So many changed ids are read anew; with more than the second number the codes say too little."""
PAUSE_S = 30.0
"""How long a load that failed is not tried again."""
_IDS_TOLD = 256
_EVERYTHING = "*"
_TOLD = text("SELECT pg_notify(:channel, :said)")

Place = tuple[Partition, str]
Load = Callable[[Partition, str, IdPairs | None, Vector | None], Awaitable[Codes | None]]
"""Reads the codes of a collection, or of these ids of it with this mean; None where there is nothing to read."""


@dataclass(slots=True)
class Companion:
    """The codes of one collection, and the ids that changed since they were read."""

    since: str
    codes: Codes | None = None
    fresh: set[bytes] = field(default_factory=set)
    taking: frozenset[bytes] = frozenset()
    asked: float = field(default_factory=time.monotonic)
    task: asyncio.Task[None] | None = None

    def changed(self) -> IdPairs:
        """The ids that are not as the codes say."""
        return pairs(self.fresh | self.taking)

    def approximate(self, ids: Sequence[UUID]) -> dict[UUID, Vector]:
        """The vectors of these ids as their codes tell them; those that changed or have no code are left out."""
        by_bytes = {id.bytes: id for id in ids}
        wanted = by_bytes.keys() - self.fresh - self.taking
        if self.codes is None or not wanted:
            return {}
        rows, _ = self.codes.rows(pairs(wanted))
        found = self.codes.ids[rows].astype(">u8").tobytes()
        names = (by_bytes[found[start : start + 16]] for start in range(0, len(found), 16))
        return dict(zip(names, self.codes.approximate(rows), strict=True))


class Companions:
    """Companions by partition and collection; `load` reads codes from the database."""

    __slots__ = ("_barred", "_changes", "_idle", "_kept", "_load", "_most")

    def __init__(self, changes: Changes, load: Load, *, most_bytes: int = MOST_BYTES, idle: float = IDLE_S) -> None:
        self._changes, self._load, self._most, self._idle = changes, load, most_bytes, idle
        self._kept: dict[Place, Companion] = {}
        self._barred: dict[Place, float] = {}
        changes.follow(VECTORS, self._heard)

    def get(self, partition: Partition, collection: str) -> Companion | None:
        """The companion, when its codes are here and hold; else they are begun to be read."""
        since, place = self._changes.since, (partition, collection)
        kept = self._kept.get(place)
        if since is None or (kept is not None and kept.since != since):
            self._drop(place)
            kept = None
        if since is None:
            return None
        if kept is None:
            if self._barred.get(place, 0.0) > time.monotonic():
                return None
            kept = self._kept[place] = Companion(since)
            asyncio.get_running_loop().call_later(self._idle, self._look_after, place, kept)
        kept.asked = time.monotonic()
        is_due = kept.codes is None or len(kept.fresh) > FRESH
        if is_due and kept.task is None:
            kept.task = asyncio.create_task(self._read(place, kept))
        return kept if kept.codes is not None and len(kept.fresh) + len(kept.taking) <= TOO_FRESH else None

    async def warm(self, partition: Partition, collection: str) -> bool:
        """Have the codes read; True when they are here."""
        if self.get(partition, collection) is None and (kept := self._kept.get((partition, collection))) and kept.task:
            await asyncio.wait([kept.task])
        return self.get(partition, collection) is not None

    def wrote(self, partition: Partition, collection: str, ids: Sequence[UUID] | None) -> None:
        """Note what this process itself changed; None for everything."""
        kept = self._kept.get((partition, collection))
        if kept is not None and ids is not None:
            kept.fresh.update(id.bytes for id in ids)
        elif kept is not None:
            self._drop((partition, collection))

    def _heard(self, tenant: str, word: str) -> None:
        """Note what some process changed; `word` is what `told` makes."""
        name, _, ids = word.partition(":")
        for place, kept in [*self._kept.items()]:
            if place[0] == tenant and _named(place[1]) == name:
                if ids == _EVERYTHING:
                    self._drop(place)
                else:
                    data = base64.b64decode(ids)
                    kept.fresh.update(data[i : i + 16] for i in range(0, len(data), 16))

    async def _read(self, place: Place, kept: Companion) -> None:
        """Read all codes, or those of what changed; a failure leaves what there was."""
        kept.taking, kept.fresh = frozenset(kept.fresh), set()
        try:
            kept.codes = await self._newer(place, kept)
            kept.taking = frozenset()
        except Unavailable as error:
            log.warning("vectors.codes_unread", error=error.code)
            kept.fresh |= kept.taking
        finally:
            kept.task = None
            if kept.codes is None and self._kept.get(place) is kept:
                self._bar(place)
        self._make_room(place)

    async def _newer(self, place: Place, kept: Companion) -> Codes | None:
        if kept.codes is None:
            return await self._load(*place, None, None)
        changed = pairs(kept.taking)
        fresh = await self._load(*place, changed, kept.codes.mean)
        return await asyncio.to_thread(kept.codes.replaced, changed, fresh)

    def _make_room(self, newest: Place) -> None:
        """Drop the longest unasked until the rest fits; the newest goes last."""
        for place, _ in sorted(self._kept.items(), key=lambda item: (item[0] == newest, item[1].asked)):
            if sum(one.codes.bytes for one in self._kept.values() if one.codes is not None) > self._most:
                self._bar(place)

    def _look_after(self, place: Place, kept: Companion) -> None:
        """Drop codes that were not asked for during the idle time."""
        if self._kept.get(place) is not kept:
            return
        left = kept.asked + self._idle - time.monotonic()
        if left <= 0:
            self._drop(place)
        else:
            asyncio.get_running_loop().call_later(left, self._look_after, place, kept)

    def _bar(self, place: Place) -> None:
        self._drop(place)
        self._barred[place] = time.monotonic() + PAUSE_S

    def _drop(self, place: Place) -> None:
        kept = self._kept.pop(place, None)
        if kept is not None and kept.task is not None:
            kept.task.cancel()


def told(collection: str, ids: Sequence[UUID] | None) -> Iterator[str]:
    """The words by which a writer says that these ids of a collection changed; None for all of them."""
    if ids is None:
        yield f"{_named(collection)}:{_EVERYTHING}"
    for start in range(0, len(ids or ()), _IDS_TOLD):
        data = b"".join(id.bytes for id in (ids or ())[start : start + _IDS_TOLD])
        yield f"{_named(collection)}:{base64.b64encode(data).decode('ascii')}"


async def tell(tx: Tx, partition: Partition, collection: str, ids: Sequence[UUID] | None) -> None:
    """Say what changes, to whoever keeps codes; it is heard when this transaction commits."""
    if is_shared(collection):
        for word in told(collection, ids):
            await tx.run(_TOLD, {"channel": CHANNEL, "said": f"{VECTORS} {partition} {word}"})


def pairs(ids: Set[bytes]) -> IdPairs:
    """Ids of 16 bytes as rows of two halves."""
    return np.frombuffer(b"".join(ids), ">u8").reshape(-1, 2).astype(np.uint64)


def _named(collection: str) -> str:
    """A short word without spaces for a collection."""
    return blake2b(collection.encode(), digest_size=8).hexdigest()
