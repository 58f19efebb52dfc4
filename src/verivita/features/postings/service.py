"""Use cases of postings: import, add one, list, read, close, index."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID, uuid4

from verivita.core.clock import Clock
from verivita.core.errors import Invalid, NotFound
from verivita.core.events import Event
from verivita.core.ids import PostingId, RunId, new_id
from verivita.core.page import Page, PageRequest
from verivita.core.principal import Principal
from verivita.core.text import sha256
from verivita.features.postings.ingest import PostingEngines, PostingIngest, Progress
from verivita.features.postings.model import Counts, ImportRun, Posting, RawPosting, Refused, Snapshot
from verivita.features.postings.normalise import understand
from verivita.features.postings.ports import PostingReader
from verivita.features.postings.recent import Recent
from verivita.features.postings.repository import PostingsRepository
from verivita.features.postings.tasks import IMPORT_POSTINGS, INDEX_POSTINGS
from verivita.kit.blobs import BlobStore
from verivita.kit.db import Database
from verivita.kit.db.changes import Changes
from verivita.kit.event_log import EventLog
from verivita.kit.queue import Queue

MAX_IMPORT_BYTES = 256 * 1024 * 1024


class PostingsService:
    """The postings of a tenant."""

    def __init__(
        self,
        db: Database,
        events: EventLog,
        queue: Queue,
        blobs: BlobStore,
        reader: PostingReader,
        engines: PostingEngines,
        clock: Clock,
        changes: Changes,
    ) -> None:
        self.db, self.repo, self.events, self.queue = db, PostingsRepository(), events, queue
        self._recent = Recent(changes)
        self._blobs, self._reader = blobs, reader
        self._ingest = PostingIngest(db, self.repo, events, queue, clock, engines)
        self._extract, self._clock = engines.extract, clock

    async def import_file(self, principal: Principal, name: str, data: bytes, progress: Progress) -> ImportRun:
        """Import a file here and now, batch by batch; the same file after a kill goes on where it stopped.

        Raises `Invalid` (wrong_type, damaged, empty, too_large) when the file as a whole cannot be read; single bad
        records are counted and kept with their place and reason.
        """
        records = self._records(name, data)
        async with self.db.begin(principal) as tx:
            run_id, done = await self.repo.start_run(tx, principal, name, sha256(data), None)
        return await self._import(principal, run_id, records, done, progress)

    async def queue_import(self, principal: Principal, name: str, data: bytes) -> tuple[RunId, UUID]:
        """Take a file and import it as a task; the run's id and the task's id."""
        self._records(name, data)
        key = f"imports/{uuid4()}"
        await self._blobs.put(key, data)
        async with self.db.begin(principal) as tx:
            run_id, _ = await self.repo.start_run(tx, principal, name, sha256(data), key)
            task_id = await self.queue.enqueue(
                tx, principal, IMPORT_POSTINGS, {"run_id": str(run_id), "name": name, "blob_key": key}
            )
        return run_id, task_id

    async def run_import(
        self, principal: Principal, run_id: RunId, name: str, blob_key: str, progress: Progress
    ) -> ImportRun:
        """The task behind `queue_import`; may run twice."""
        async with self.db.begin(principal) as tx:
            run = await self.repo.run(tx, principal, run_id)
        if run is None:
            raise NotFound("import")
        data = await self._blobs.get(blob_key)
        try:
            if run.status == "running" and data is not None:
                run = await self._import(principal, run_id, self._records(name, data), run.fetched, progress)
        except Invalid:
            await self._blobs.delete(blob_key)
            raise
        await self._blobs.delete(blob_key)
        return run

    async def add(self, principal: Principal, raw: RawPosting) -> tuple[Posting, bool]:
        """Add one posting that the person gave; (the posting, whether it is new). Raises `Invalid`."""
        if not raw.title.strip() and not raw.description.strip():
            raise Invalid("empty", "There is no title and no text in this posting.", next="Paste the whole posting.")
        stored = await self._ingest.store(principal, None, [raw])
        return await self.get(principal, stored.plan.placed[0]), bool(stored.plan.new)

    async def glance(self, principal: Principal, text: str) -> Posting:
        """A pasted text understood as one posting, and not stored; its id names nothing that is kept."""
        records = self._records("job.txt", text.encode())
        first = text.strip().split("\n", 1)[0]
        given = (item for item in records if isinstance(item, RawPosting))
        raw = next(given, RawPosting(source="paste", title=first[:120], description=text))
        now = self._clock.now()
        found = await asyncio.to_thread(understand, raw, self._extract, now.date())
        return Posting(PostingId(new_id()), found, None, True, 1, now, now)

    async def add_many(self, principal: Principal, raws: Sequence[RawPosting]) -> list[PostingId]:
        """Add a handful of postings at once; the posting of each, in order."""
        stored = await self._ingest.store(principal, None, raws)
        return stored.plan.placed

    async def remove_source(self, principal: Principal, source: str | None) -> int:
        """Remove every posting that came from one source (None: from any), with its snapshots; how many there were."""
        async with self.db.begin(principal) as tx:
            ids = await self.repo.of_source(tx, principal, source)
            await self.repo.remove(tx, principal, ids)
            if ids:
                await self.events.record(tx, principal, Event("postings.removed", {"count": len(ids)}))
        await self._ingest.forget(principal, ids)
        return len(ids)

    async def add_page(self, principal: Principal, name: str, data: bytes) -> list[tuple[Posting, bool]]:
        """Add the postings of one small input (a saved page, pasted text) at once.

        Raises `Invalid` with the reasons when nothing in it is a posting.
        """
        records = list(self._records(name, data))
        raws = [record for record in records if isinstance(record, RawPosting)]
        if not raws:
            reasons = "; ".join(record.reason for record in records if isinstance(record, Refused))
            raise Invalid("no_posting", f"No posting was found in {name}. {reasons}".strip())
        stored = await self._ingest.store(principal, None, raws)
        fresh = {id for id, _, _ in stored.plan.new}
        return [(await self.get(principal, id), id in fresh) for id in dict.fromkeys(stored.plan.placed)]

    async def index(self, principal: Principal, progress: Progress) -> int:
        """Bring the search indexes up to date; how many postings changed in them."""
        return await self._ingest.index(principal, progress)

    async def get(self, principal: Principal, id: UUID) -> Posting:
        """One posting. Raises `NotFound`."""
        async with self.db.begin(principal) as tx:
            posting = await self.repo.get(tx, principal, id)
        if posting is None:
            raise NotFound("job")
        return posting

    async def many(self, principal: Principal, ids: Sequence[UUID]) -> list[Posting]:
        """Those of these postings that exist, in the order asked for."""
        async with self.db.begin(principal) as tx:
            found = await self.repo.many(tx, principal, ids)
        return [found[PostingId(id)] for id in ids if PostingId(id) in found]

    async def shown(self, principal: Principal, ids: Sequence[UUID]) -> list[Posting]:
        """As `many`, for showing alone: a posting shown a moment ago, and unchanged, is not read again."""
        tenant, version = principal.tenant_id, self._recent.version(principal.tenant_id)
        known = self._recent.get(tenant, ids)
        if rest := [id for id in ids if id not in known]:
            read = await self.many(principal, rest)
            self._recent.put(tenant, read, version)
            known |= {posting.id: posting for posting in read}
        return [known[id] for id in ids if id in known]

    async def page(self, principal: Principal, request: PageRequest) -> Page[Posting]:
        """Open postings, newest first."""
        async with self.db.begin(principal) as tx:
            return await self.repo.page(tx, principal, request)

    async def filtered(
        self, principal: Principal, conditions: dict[str, Any], sort: str, descending: bool, request: PageRequest
    ) -> tuple[list[PostingId], int]:
        """Ids of one page of open postings that meet conditions (see the repository), and how many do."""
        async with self.db.begin(principal) as tx:
            return await self.repo.filtered_ids(tx, principal, conditions, sort, descending, request)

    async def filtered_all(self, principal: Principal, conditions: dict[str, Any]) -> list[PostingId]:
        """Ids of every open posting that meets conditions, newest first."""
        async with self.db.begin(principal) as tx:
            return await self.repo.filtered_all(tx, principal, conditions)

    async def versions(self, principal: Principal, ids: Sequence[UUID] | None) -> dict[PostingId, int]:
        """The present versions of these postings, or of all open ones."""
        async with self.db.begin(principal) as tx:
            return await self.repo.versions(tx, principal, ids)

    async def after(self, principal: Principal, last: UUID | None, limit: int) -> list[Posting]:
        """Open postings in the order of their ids, after `last`."""
        async with self.db.begin(principal) as tx:
            return await self.repo.after(tx, principal, last, limit)

    async def snapshot(self, principal: Principal, id: UUID) -> list[Snapshot]:
        """What each source said of this posting, word for word. Raises `NotFound`."""
        async with self.db.begin(principal) as tx:
            found = await self.repo.snapshot(tx, principal, id)
        if not found:
            raise NotFound("job")
        return found

    async def close(self, principal: Principal, id: UUID) -> Posting:
        """Mark a posting as closed; it leaves the search and stays readable."""
        async with self.db.begin(principal) as tx:
            if not await self.repo.set_active(tx, principal, id, False):
                raise NotFound("job")
            await self.events.record(tx, principal, Event("posting.closed", {"posting_id": str(id)}))
            await self.queue.enqueue(tx, principal, INDEX_POSTINGS)
        return await self.get(principal, id)

    async def counts(self, principal: Principal) -> Counts:
        """How many postings are open, closed and waiting to be indexed."""
        async with self.db.begin(principal) as tx:
            return Counts(*await self.repo.counts(tx, principal))

    async def facets(self, principal: Principal) -> dict[str, dict[str, int]]:
        """How many open postings have each source, place type and level."""
        async with self.db.begin(principal) as tx:
            return await self.repo.facets(tx, principal)

    async def run(self, principal: Principal, id: UUID) -> ImportRun:
        """An import and its counts. Raises `NotFound`."""
        async with self.db.begin(principal) as tx:
            run = await self.repo.run(tx, principal, id)
        if run is None:
            raise NotFound("import")
        return run

    async def runs(self, principal: Principal, limit: int = 20) -> list[ImportRun]:
        """The newest imports."""
        async with self.db.begin(principal) as tx:
            return await self.repo.runs(tx, principal, limit)

    def _records(self, name: str, data: bytes) -> Iterator[RawPosting | Refused]:
        if len(data) > MAX_IMPORT_BYTES:
            raise Invalid("too_large", f"{name} is larger than {MAX_IMPORT_BYTES // 2**20} MB.", next="Split the file.")
        return self._reader.read(data, name)

    async def _import(
        self,
        principal: Principal,
        run_id: RunId,
        records: Iterator[RawPosting | Refused],
        done: int,
        progress: Progress,
    ) -> ImportRun:
        error = None
        try:
            await self._ingest.take(principal, run_id, records, done, progress)
        except Invalid as refusal:
            # The file broke off in the middle: what came before is stored, and the run says what happened.
            error = refusal
        async with self.db.begin(principal) as tx:
            await self.repo.finish_run(tx, principal, run_id, error.message if error else None)
        run = await self.run(principal, run_id)
        if error is not None and run.fetched == 0:
            raise error
        return run
