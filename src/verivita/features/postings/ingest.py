"""The posting path: records -> understand -> dedupe -> store -> embed -> index.

Each batch is stored, counted and remembered as done in one transaction, so a killed import goes on where it stopped
and takes nothing twice. Indexing works from the rows that say they are not indexed yet, so it heals itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from verivita.core.clock import Clock
from verivita.core.errors import Invalid
from verivita.core.events import Event
from verivita.core.ids import PostingId, RunId, new_id
from verivita.core.principal import Principal
from verivita.engines.retrieval.ports import Embedder, LexicalIndex, Partition, Point, TextEntry, VectorIndex
from verivita.features.postings.limits import within_limits
from verivita.features.postings.model import Posting, RawPosting, Refused
from verivita.features.postings.normalise import Extract, understand
from verivita.features.postings.plan import Item, Plan, Seen, plan
from verivita.features.postings.repository import PostingsRepository, Sighting
from verivita.features.postings.searchable import (
    about,
    description_collection,
    payload,
    text_of_description,
)
from verivita.features.postings.tasks import INDEX_POSTINGS
from verivita.kit.db import Database
from verivita.kit.event_log import EventLog
from verivita.kit.queue import Queue

BATCH = 200
INDEX_BATCH = 128

Record = RawPosting | Refused
Progress = Callable[[int, str], Awaitable[None]]
"""Told how many records are done and what is being done now."""


@dataclass(frozen=True, slots=True)
class PostingEngines:
    """The engines that the posting path uses; `extract` names the skills of a text."""

    extract: Extract
    embedder: Embedder
    vectors: VectorIndex
    lexical: LexicalIndex


@dataclass(frozen=True, slots=True)
class Stored:
    """What a batch came to."""

    plan: Plan
    refused: int
    position: int
    """How many records of the run are dealt with now."""


class PostingIngest:
    """Takes records in, and brings the search indexes up to date."""

    def __init__(
        self,
        db: Database,
        repo: PostingsRepository,
        events: EventLog,
        queue: Queue,
        clock: Clock,
        engines: PostingEngines,
    ) -> None:
        self.db, self.repo, self.events, self.queue, self.clock = db, repo, events, queue, clock
        self._extract, self._embedder = engines.extract, engines.embedder
        self._vectors, self._lexical = engines.vectors, engines.lexical

    async def take(
        self, principal: Principal, run_id: RunId, records: Iterator[Record], skip: int, progress: Progress
    ) -> int:
        """Store every record after the first `skip` (those a killed run dealt with already); how many there were.

        Raises `Invalid` where the input breaks off, with everything before it stored.
        Two that work at the same run share it: a batch that the other one has stored meanwhile is passed over.
        """
        done, broken = 0, None
        while broken is None:
            batch, broken = await asyncio.to_thread(_next, records, BATCH)
            if not batch:
                break
            first, done = done, done + len(batch)
            while skip < done:
                stored = await self.store(principal, run_id, batch[max(0, skip - first) :], max(skip, first))
                skip = stored.position
            await progress(done, "storing")
        if broken is not None:
            raise broken
        return done

    async def store(
        self, principal: Principal, run_id: RunId | None, records: Sequence[Record], position: int = 0
    ) -> Stored:
        """Store one batch in one transaction; its counts go to the run, unless that is beyond `position` already."""
        records = [within_limits(record) for record in records]
        refused = [record for record in records if isinstance(record, Refused)]
        raws = [record for record in records if isinstance(record, RawPosting)]
        items = await asyncio.to_thread(self._understand, raws)
        async with self.db.begin(principal) as tx:
            await self.repo.lock(tx, principal)
            at = position if run_id is None else await self.repo.position(tx, principal, run_id)
            if at > position:
                return Stored(Plan(), 0, at)
            found = await self.repo.sightings(tx, principal, [item.key for item in items])
            seen = {(s.source, s.source_key): Seen(s.job_id, s.raw_hash) for s in found}
            unseen = [item for item in items if item.key not in seen]
            stored = await self.repo.twins(tx, principal, unseen)
            todo = plan(items, seen, stored, lambda: PostingId(new_id()))
            written = [*todo.new, *todo.changed]
            companies = await self.repo.company_ids(tx, principal, [understood for _, understood, _ in written])
            await self.repo.add(tx, principal, todo.new, companies)
            await self.repo.replace(tx, principal, todo.changed, companies)
            await self.repo.see(tx, principal, [_sighting(sight.item, sight.job_id) for sight in todo.sights])
            if run_id is not None:
                await self.repo.advance_run(tx, principal, run_id, todo.counts(len(records)), refused)
            if written:
                await self.events.record(tx, principal, Event("postings.stored", {"count": len(written)}))
                await self.queue.enqueue(tx, principal, INDEX_POSTINGS)
        return Stored(todo, len(refused), position + len(records))

    async def index(self, principal: Principal, progress: Progress) -> int:
        """Bring vectors and words of every posting that is not indexed yet up to date; how many there were."""
        done = 0
        while True:
            async with self.db.begin(principal) as tx:
                waiting = await self.repo.to_index(tx, principal, INDEX_BATCH)
            if not waiting:
                break
            await self._index(principal, waiting)
            async with self.db.begin(principal) as tx:
                await self.repo.indexed(tx, principal, {posting.id: posting.version for posting in waiting})
            done += len(waiting)
            await progress(done, "indexing")
        if done:
            async with self.db.begin(principal) as tx:
                await self.events.record(tx, principal, Event("postings.indexed", {"count": done}))
        return done

    async def forget(self, principal: Principal, ids: Sequence[PostingId]) -> None:
        """Remove postings from every search index."""
        if ids:
            partition = Partition(str(principal.tenant_id))
            await self._vectors.delete(partition, description_collection(self._embedder.model), ids)
            await self._lexical.delete(partition, ids)

    async def _index(self, principal: Principal, postings: Sequence[Posting]) -> None:
        partition = Partition(str(principal.tenant_id))
        open_ = [posting for posting in postings if posting.is_active]
        closed = [posting.id for posting in postings if not posting.is_active]
        fields = [payload(posting) for posting in open_]
        rows = await self._embedder.embed([text_of_description(posting.understood) for posting in open_])
        points = [
            Point(p.id, row, field, p.understood.description, about(p))
            for p, row, field in zip(open_, rows, fields, strict=True)
        ]
        collection = description_collection(self._embedder.model)
        await self._vectors.upsert(partition, collection, points)
        await self._vectors.delete(partition, collection, closed)
        entries = [
            TextEntry(p.id, f"{p.understood.title} {p.understood.company}", p.understood.description, field)
            for p, field in zip(open_, fields, strict=True)
        ]
        await self._lexical.upsert(partition, entries)
        await self._lexical.delete(partition, closed)

    def _understand(self, raws: Sequence[RawPosting]) -> list[Item]:
        today = self.clock.now().date()
        return [Item(raw, understand(raw, self._extract, today)) for raw in raws]


def _next(records: Iterable[Record], size: int) -> tuple[list[Record], Invalid | None]:
    """The next records, and what broke the input off behind them."""
    batch: list[Record] = []
    try:
        batch.extend(islice(records, size))
    except Invalid as error:
        return batch, error
    return batch, None


def _sighting(item: Item, job_id: PostingId) -> tuple[Sighting, str, str]:
    source, key = item.key
    return Sighting(source, key, job_id, item.raw_hash), item.raw.url, item.raw.raw
