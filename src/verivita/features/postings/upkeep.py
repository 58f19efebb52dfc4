"""Keeping the search indexes true: comparing them with the database, healing them, moving them to another engine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from verivita.core.errors import Invalid
from verivita.core.principal import Principal
from verivita.engines.retrieval.ports import IdFilter, MovableIndex, Partition, Point, Vector, VectorFetch
from verivita.features.postings.ingest import PostingEngines
from verivita.features.postings.model import Posting
from verivita.features.postings.repository import PostingsRepository
from verivita.features.postings.searchable import about, description_collection, payload, text_of_description
from verivita.features.postings.tasks import INDEX_POSTINGS
from verivita.kit.db import Database
from verivita.kit.queue import Queue

MOVE_BATCH = 256
_ALL = 100_000_000

Progress = Callable[[int, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class IndexState:
    """What the indexes hold beside what they should: open postings that are indexed, and those that still wait."""

    expected: int
    waiting: int
    words: int
    vectors: int

    @property
    def is_short(self) -> bool:
        """An index lost entries, or was never filled."""
        return min(self.words, self.vectors) < self.expected

    @property
    def is_long(self) -> bool:
        """An index holds entries of postings that are gone; while some wait, that cannot be told."""
        return not self.waiting and max(self.words, self.vectors) > self.expected


class PostingsUpkeep:
    """The search indexes of a tenant's postings."""

    def __init__(self, db: Database, queue: Queue, engines: PostingEngines) -> None:
        self.db, self.queue, self.repo = db, queue, PostingsRepository()
        self._embedder, self._vectors, self._lexical = engines.embedder, engines.vectors, engines.lexical

    async def state(self, principal: Principal) -> IndexState:
        """Compare the indexes with the database. May raise `Unavailable`."""
        partition = _partition(principal)
        async with self.db.begin(principal) as tx:
            expected = await self.repo.indexed_count(tx, principal)
            _, _, waiting = await self.repo.counts(tx, principal)
        words = await self._lexical.count(partition)
        return IndexState(expected, waiting, words, await self._vectors.count(partition, self._collection))

    async def heal(self, principal: Principal) -> bool:
        """Bring a wrong index back to what the database says; True when there was something to do.

        What is missing is queued; entries of postings that are gone are removed at once.
        """
        state = await self.state(principal)
        if state.is_long:
            await self._remove_strays(principal, state)
        if state.is_short:
            await self.refill(principal)
        return state.is_short or state.is_long

    async def refill(self, principal: Principal) -> None:
        """Queue a new indexing of every posting; what the indexes hold answers until then."""
        async with self.db.begin(principal) as tx:
            await self.repo.forget_index(tx, principal)
            await self.queue.enqueue(tx, principal, INDEX_POSTINGS)

    async def follow(self, principal: Principal, progress: Progress) -> bool:
        """Move to the engine that the settings name, unless that one answers already; True when it moved."""
        index = self._vectors
        if not isinstance(index, MovableIndex):
            return False
        if await index.lives_in(_partition(principal), self._collection) == index.wanted:
            return False
        await self.move(principal, index.wanted, progress)
        return True

    async def move(self, principal: Principal, target: str, progress: Progress) -> int:
        """Fill `target` from the database while the present engine answers, then switch; how many postings it holds.

        A move that was killed goes on where it stopped. Stored vectors of the same model are taken over, the rest is
        embedded. Raises `Invalid` for an engine that is not configured.
        """
        index, partition = self._vectors, _partition(principal)
        if not isinstance(index, MovableIndex):
            if target == "pgvector":
                return await index.count(partition, self._collection)
            raise Invalid("unknown_engine", f"{target!r} is not configured.", next="Set VECTOR_URL to its address.")
        if await index.lives_in(partition, self._collection) == target:
            return await self._vectors.count(partition, self._collection)
        last = await index.begin_move(partition, self._collection, target)
        done = 0
        while True:
            async with self.db.begin(principal) as tx:
                postings = await self.repo.after(tx, principal, last, MOVE_BATCH)
            if not postings:
                break
            last = postings[-1].id
            await index.fill(partition, self._collection, await self._points(partition, postings), last)
            done += len(postings)
            await progress(done, f"moving to {target}")
        await index.end_move(partition, self._collection)
        return await self._vectors.count(partition, self._collection)

    async def _points(self, partition: Partition, postings: Sequence[Posting]) -> list[Point]:
        known = {}
        if isinstance(self._vectors, VectorFetch):
            known = dict(await self._vectors.vectors(partition, self._collection, [p.id for p in postings]))
        rest = [posting for posting in postings if posting.id not in known]
        rows = await self._embedder.embed([text_of_description(posting.understood) for posting in rest])
        known |= {posting.id: row for posting, row in zip(rest, rows, strict=True)}
        return [_point(posting, known[posting.id]) for posting in postings]

    async def _remove_strays(self, principal: Principal, state: IndexState) -> None:
        """Remove entries that the database does not know. The word index lists its own; vectors are filled anew."""
        partition = _partition(principal)
        async with self.db.begin(principal) as tx:
            known = {id.int for id in await self.repo.versions(tx, principal, None)}
        pairs = await self._lexical.passing(partition, (), _ALL) if isinstance(self._lexical, IdFilter) else None
        ids = [] if pairs is None else [int(high) << 64 | int(low) for high, low in pairs.tolist()]
        strays = [UUID(int=id) for id in ids if id not in known]
        if strays:
            await self._lexical.delete(partition, strays)
            await self._vectors.delete(partition, self._collection, strays)
        if await self._vectors.count(partition, self._collection) > state.expected:
            await self._vectors.delete(partition, self._collection, None)
            await self.refill(principal)

    @property
    def _collection(self) -> str:
        return description_collection(self._embedder.model)


def _point(posting: Posting, vector: Vector) -> Point:
    return Point(posting.id, vector, payload(posting), posting.understood.description, about(posting))


def _partition(principal: Principal) -> Partition:
    return Partition(str(principal.tenant_id))
