"""Use cases of the library: add a paper, read it, list, show, choose what counts, remove."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from uuid import UUID

from verivita.core.clock import Clock
from verivita.core.errors import Conflict, FieldError, Invalid, NotFound, TooLarge
from verivita.core.events import Event
from verivita.core.ids import DocumentId, new_id
from verivita.core.page import Page, PageRequest
from verivita.core.principal import Principal
from verivita.core.text import clean, sha256, squeeze
from verivita.engines.reading.sniff import sniff
from verivita.features.library.ingest import DocumentEngines, DocumentIngest, Stage
from verivita.features.library.model import (
    Added,
    CandidateProfile,
    Coverage,
    Document,
    DocumentKind,
    DocumentStatus,
    Fact,
    Passage,
)
from verivita.features.library.profile import ActivePaper, profile_of
from verivita.features.library.profiles import Profiles
from verivita.features.library.record import Record, record_of
from verivita.features.library.repository import LibraryRepository
from verivita.features.library.tasks import FORGET_DOCUMENT, INGEST_DOCUMENT
from verivita.kit.blobs import BlobStore
from verivita.kit.crypto import Keyring
from verivita.kit.db import Database
from verivita.kit.event_log import EventLog
from verivita.kit.queue import Queue

_LONGEST_TITLE = 200
_PROVING = (DocumentKind.RESUME, DocumentKind.PORTFOLIO)
"""Notes show what a person studies, not what they did."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A paper with all that was read of it."""

    document: Document
    text: str
    coverage: Coverage
    facts: tuple[Fact, ...]


class LibraryService:
    """A person's own papers."""

    def __init__(
        self,
        db: Database,
        keyring: Keyring,
        events: EventLog,
        queue: Queue,
        blobs: BlobStore,
        engines: DocumentEngines,
        clock: Clock,
        max_bytes: int,
    ) -> None:
        self.db, self.repo, self.events, self.queue = db, LibraryRepository(keyring), events, queue
        self._blobs, self._ingest, self._clock, self._max_bytes = blobs, DocumentIngest(engines), clock, max_bytes
        self._profiles = Profiles()

    async def add(
        self,
        principal: Principal,
        filename: str,
        data: bytes,
        kind: DocumentKind,
        title: str = "",
        *,
        example: bool = False,
    ) -> Added:
        """Keep a paper and queue its reading; the same bytes again give the paper that is there.

        Once an own resume has been read, the papers of the example person stop counting. Raises `TooLarge`,
        `UnsupportedType`, or `Invalid` for a title that is too long; what else is wrong with the bytes comes out when
        they are read.
        """
        filename = _plain_name(filename)
        if len(data) > self._max_bytes:
            limit = self._max_bytes // 2**20
            raise TooLarge(message=f"{filename} is larger than {limit} MB.", next="Save a smaller copy and try again.")
        if len(title) > _LONGEST_TITLE:
            raise Invalid(
                message="The title is too long.",
                errors=[FieldError("title", f"must have at most {_LONGEST_TITLE} letters")],
            )
        document = self._new(filename, data, kind, title, example)
        if data:
            self._ingest.reader(document)
        blind, key = self.repo.blind(principal, data), f"documents/{principal.tenant_id}/{document.id}"
        async with self.db.begin(principal) as tx:
            twin = await self.repo.same_content(tx, principal, blind)
        if twin is not None:
            return Added(twin, twin.id, None)
        await self._blobs.put(key, self.repo.seal_file(principal, document.id, data))
        async with self.db.begin(principal) as tx:
            added = await self.repo.add(tx, principal, document, blind, key)
            if added:
                payload = {"document_id": str(document.id)}
                task_id = await self.queue.enqueue(tx, principal, INGEST_DOCUMENT, payload)
                await self.events.record(tx, principal, Event("document.added", payload))
                return Added(document, None, task_id)
            twin = await self.repo.same_content(tx, principal, blind)
        # Two of the same bytes at once: the other one came first, and ours has nothing to hold.
        await self._blobs.delete(key)
        if twin is None:
            raise NotFound("document")
        return Added(twin, twin.id, None)

    async def read(self, principal: Principal, id: UUID, stage: Stage) -> Document:
        """Read a paper: text, sections, facts, passages, vectors; may run twice.

        What is wrong with the file is kept with the document and raised as `Invalid`.
        """
        document = await self.get(principal, id)
        data = await self.original(principal, id)
        try:
            result = await self._ingest.read(document, data, stage)
        except Invalid as refusal:
            async with self.db.begin(principal) as tx:
                await self.repo.set_status(tx, principal, id, DocumentStatus.FAILED, refusal.code, refusal.message)
            raise
        async with self.db.begin(principal) as tx:
            before = await self.repo.passage_ids(tx, principal, id)
        # Old vectors go first: after a crash at any point below, the next try finds every id that may still be indexed.
        await self._ingest.forget(principal, before)
        async with self.db.begin(principal) as tx:
            replaced = await self.repo.store_reading(tx, principal, document.id, result)
            if replaced is not None:
                if document.kind is DocumentKind.RESUME and not document.is_example:
                    await self.repo.retire_examples(tx, principal)
                found = {"facts": len(result.facts), "passages": len(result.passages)}
                await self.events.record(tx, principal, Event("document.ready", {"document_id": str(id), **found}))
        if replaced is None:
            raise NotFound("document")
        await self._ingest.index(principal, document.id, result.passages, stage)
        async with self.db.begin(principal) as tx:
            held = set(await self.repo.passage_ids(tx, principal, id))
        # Read twice at once, or removed meanwhile: no vector stays without its passage.
        mine = [passage.id for passage in result.passages]
        await self._ingest.forget(principal, [gone for gone in (*replaced, *mine) if gone not in held])
        return await self.get(principal, id)

    async def get(self, principal: Principal, id: UUID) -> Document:
        """One paper. Raises `NotFound`."""
        async with self.db.begin(principal) as tx:
            document = await self.repo.get(tx, principal, id)
        if document is None:
            raise NotFound("document")
        return document

    async def page(self, principal: Principal, request: PageRequest) -> Page[Document]:
        """The person's papers, newest first."""
        async with self.db.begin(principal) as tx:
            return await self.repo.page(tx, principal, request)

    async def open(self, principal: Principal, id: UUID) -> Opened:
        """A paper with text, coverage and facts. Raises `NotFound`."""
        async with self.db.begin(principal) as tx:
            document = await self.repo.get(tx, principal, id)
            text = await self.repo.text(tx, principal, id)
            coverage = await self.repo.coverage(tx, principal, id)
            facts = await self.repo.facts(tx, principal, [id])
        if document is None:
            raise NotFound("document")
        return Opened(document, text or "", coverage, tuple(facts))

    async def facts(self, principal: Principal, id: UUID) -> list[Fact]:
        """The facts of a paper, in reading order. Raises `NotFound`."""
        return list((await self.open(principal, id)).facts)

    async def passages(self, principal: Principal, id: UUID) -> list[Passage]:
        """The passages of a paper, in order. Raises `NotFound`."""
        await self.get(principal, id)
        async with self.db.begin(principal) as tx:
            return await self.repo.passages(tx, principal, id)

    async def all_passages(self, principal: Principal) -> list[Passage]:
        """Every passage of the papers that count."""
        async with self.db.begin(principal) as tx:
            return await self.repo.all_passages(tx, principal)

    async def original(self, principal: Principal, id: UUID) -> bytes:
        """The very bytes that were given. Raises `NotFound`."""
        async with self.db.begin(principal) as tx:
            key = await self.repo.blob_key(tx, principal, id)
        sealed = await self._blobs.get(key) if key else None
        if sealed is None:
            raise NotFound("document")
        return self.repo.open_file(principal, id, sealed)

    async def use(self, principal: Principal, id: UUID, active: bool, version: int | None = None) -> Document:
        """Choose whether a paper counts for matching. Raises `NotFound` or `VersionMismatch`."""
        async with self.db.begin(principal) as tx:
            if not await self.repo.set_active(tx, principal, id, active, version):
                raise NotFound("document")
            await self.events.record(
                tx, principal, Event("document.chosen", {"document_id": str(id), "active": active})
            )
        return await self.get(principal, id)

    async def reread(self, principal: Principal, id: UUID) -> UUID:
        """Queue a new reading from the original bytes; the task's id. Raises `NotFound`."""
        await self.get(principal, id)
        async with self.db.begin(principal) as tx:
            return await self.queue.enqueue(tx, principal, INGEST_DOCUMENT, {"document_id": str(id)}, unique=str(id))

    async def adopt(self, principal: Principal) -> int:
        """Take papers in that came over from the guest whom the person was; how many. May run twice.

        The same bytes once more go; the others are read again, which puts their passages under the person's name.
        """
        adopted = 0
        for document in await self.all(principal):
            blind = self.repo.blind(principal, await self.original(principal, document.id))
            async with self.db.begin(principal) as tx:
                twin = await self.repo.same_content(tx, principal, blind)
                if twin is None and await self.repo.own_content(tx, principal, document.id, blind):
                    payload = {"document_id": str(document.id)}
                    await self.queue.enqueue(tx, principal, INGEST_DOCUMENT, payload, unique=str(document.id))
                    adopted += 1
            if twin is not None and twin.id != document.id:
                await self.remove(principal, document.id)
        return adopted

    async def remove(self, principal: Principal, id: UUID) -> None:
        """Remove a paper with every trace: row, facts, passages, vectors, original. Raises `NotFound`."""
        async with self.db.begin(principal) as tx:
            key = await self.repo.blob_key(tx, principal, id)
            passages = await self.repo.passage_ids(tx, principal, id)
            if key is None or not await self.repo.delete(tx, principal, id):
                raise NotFound("document")
            await self.events.record(tx, principal, Event("document.removed", {"document_id": str(id)}))
            # What lies outside the database goes now; the task goes after it when we are killed in between.
            left = {"blob_key": key, "passages": [str(passage) for passage in passages]}
            await self.queue.enqueue(tx, principal, FORGET_DOCUMENT, left)
        await self.forget(principal, key, passages)

    async def forget(self, principal: Principal, key: str, passages: Sequence[UUID]) -> None:
        """Remove what lies outside the database of a paper that is gone: vectors and original; may run twice."""
        await self._ingest.forget(principal, passages)
        await self._blobs.delete(key)

    async def all(self, principal: Principal) -> list[Document]:
        """Every paper of the person, newest first."""
        async with self.db.begin(principal) as tx:
            return await self.repo.all(tx, principal)

    async def counted(self, principal: Principal) -> list[tuple[UUID, int]]:
        """Id and version of every paper that is read and counts: tells cheaply whether anything is another way now."""
        async with self.db.begin(principal) as tx:
            return await self.repo.counted(tx, principal)

    async def profile(self, principal: Principal) -> CandidateProfile:
        """What the papers that count prove, as matching may know it."""
        counted = await self.counted(principal)
        known = self._profiles.get(principal, counted)
        if known is None:
            known = await asyncio.to_thread(profile_of, await self._active(principal))
            self._profiles.put(principal, counted, known)
        return known

    async def record(self, principal: Principal) -> Record:
        """What the papers that count state of jobs, schools, languages and certificates, to this day."""
        return await asyncio.to_thread(record_of, await self._active(principal), self._clock.now().date())

    async def _active(self, principal: Principal) -> tuple[ActivePaper, ...]:
        async with self.db.begin(principal) as tx:
            documents = await self.repo.all(tx, principal)
            ready = [d.id for d in documents if d.is_active and d.status is DocumentStatus.READY and d.kind in _PROVING]
            facts = await self.repo.facts(tx, principal, ready)
            texts = [await self.repo.text(tx, principal, id) or "" for id in ready]
        return _papers(ready, facts, texts)

    async def proof(self, principal: Principal, document_id: UUID) -> CandidateProfile:
        """What one paper proves alone, whether it counts or not. Raises `NotFound`, `Conflict` (code `not_read`)."""
        document = await self.get(principal, document_id)
        if document.status is not DocumentStatus.READY:
            raise Conflict(
                "not_read", f"{document.title} could not be read, or not yet.", next="Look at it on the page of papers."
            )
        async with self.db.begin(principal) as tx:
            facts = await self.repo.facts(tx, principal, [document.id])
            text = await self.repo.text(tx, principal, document.id) or ""
        return await asyncio.to_thread(profile_of, _papers([document.id], facts, [text]))

    async def glance(self, principal: Principal, text: str) -> tuple[CandidateProfile, str]:
        """What a pasted paper would prove, and its text as it was read, in which the places count.

        Nothing is stored, and the ids name nothing that is kept.
        """
        data = text.encode()
        paper = self._new("paper.md", data, DocumentKind.RESUME, "", example=False)
        read = await self._ingest.read(paper, data, _silent)
        return await asyncio.to_thread(profile_of, _papers([paper.id], read.facts, [read.text])), read.text

    def _new(self, filename: str, data: bytes, kind: DocumentKind, title: str, example: bool) -> Document:
        now = self._clock.now()
        return Document(
            id=DocumentId(new_id()),
            kind=kind,
            title=squeeze(clean(title)) or PurePath(filename).stem or "Untitled",
            filename=filename,
            media_type=sniff(data, filename),
            size=len(data),
            content_hash=sha256(data),
            status=DocumentStatus.QUEUED,
            is_active=True,
            is_example=example,
            pages=0,
            understood_lines=0,
            total_lines=0,
            warnings=(),
            error_code=None,
            error=None,
            version=1,
            created_at=now,
            updated_at=now,
        )


async def _silent(share: float, stage: str) -> None:
    """For readings that nobody watches."""


def _papers(ids: Sequence[DocumentId], facts: Sequence[Fact], texts: Sequence[str]) -> tuple[ActivePaper, ...]:
    mine = {id: tuple(fact for fact in facts if fact.document_id == id) for id in ids}
    return tuple(ActivePaper(text, mine[id]) for id, text in zip(ids, texts, strict=True))


def _plain_name(filename: str) -> str:
    """The last part of a file name, without control characters, at most 200 letters."""
    name = squeeze(clean(filename.replace("\\", "/")).rsplit("/", 1)[-1])
    return name[-200:] or "paper"
