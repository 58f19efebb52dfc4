"""build(settings, url, process) -> Container: every service, made once, closed in order."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from verivita.bootstrap import gateway, models, providers, tasks
from verivita.bootstrap import sign_in as proofs
from verivita.bootstrap import vectors as vector_engines
from verivita.bootstrap.keys import keyring as _keyring
from verivita.bootstrap.providers import Process
from verivita.bootstrap.settings import Settings
from verivita.core.clock import Clock, SystemClock
from verivita.core.errors import Unavailable
from verivita.core.ids import new_id
from verivita.engines.grounding import Nearness
from verivita.engines.reading.sandbox import Sandbox
from verivita.engines.retrieval.ports import Embedder, LexicalIndex, Partition, Reranker, VectorIndex
from verivita.engines.skills import SkillMention, extract, load_taxonomy
from verivita.features.answers import AnswersService
from verivita.features.assistant import AssistantService, Runs
from verivita.features.identity import NOBODY, AddressKept, IdentityService, LeavingService
from verivita.features.library import DocumentEngines, LibraryService
from verivita.features.matching import MatchingService
from verivita.features.postings import PostingEngines, PostingsService, PostingsUpkeep
from verivita.features.privacy import PrivacyService
from verivita.features.search import SearchService
from verivita.kit.audit import AuditLog
from verivita.kit.db import Database
from verivita.kit.db.changes import Changes
from verivita.kit.event_log import EventLog
from verivita.kit.faults import FaultLog
from verivita.kit.journal import LogLines
from verivita.kit.metrics import METRICS, Metrics
from verivita.kit.queue import Queue, TaskList

if TYPE_CHECKING:
    from verivita.kit.queue import Worker

_PROBE = Partition("00000000-0000-0000-0000-000000000000")
_HEALTH_WAIT_S = 2.0


@dataclass(frozen=True, slots=True)
class Container:
    """Every service of one process."""

    settings: Settings
    url: str
    db: Database
    changes: Changes
    metrics: Metrics
    clock: Clock
    queue: Queue
    tasks: TaskList
    embedder: Embedder
    reranker: Reranker | None
    nearness: Nearness | None
    vectors: VectorIndex
    lexical: LexicalIndex
    sandbox: Sandbox
    identity: IdentityService
    sign_in: proofs.SignIn
    library: LibraryService
    postings: PostingsService
    upkeep: PostingsUpkeep
    search: SearchService
    matching: MatchingService
    models: models.Models
    answers: AnswersService
    assistant: AssistantService
    privacy: PrivacyService
    runs: Runs
    gateway: gateway.Gateway

    @property
    def audit(self) -> AuditLog:
        """Who did what."""
        return AuditLog(self.db)

    @property
    def faults(self) -> FaultLog:
        """What nobody foresaw, counted."""
        return FaultLog(self.db)

    @property
    def lines(self) -> LogLines:
        """What the processes of this machine logged lately."""

        async def home() -> UUID:
            return (await self.identity.owner(NOBODY)).tenant_id

        return LogLines(self.settings.logs_dir, home)

    def worker(self) -> Worker:
        """A worker that knows who does which task."""
        from verivita.kit.queue import Worker

        worker = Worker(self.db, self.queue, self.url)
        tasks.Handlers(self.library, self.postings, self.matching).bind(worker)
        return worker

    async def health(self) -> dict[str, bool]:
        """Whether each dependency answers, asked now, each within two seconds."""
        names = ("postgres", "vector", "lexical", "ml", "storage", "cache")
        checks = (
            self._postgres(),
            self._vector(),
            self._lexical(),
            self._ml(),
            self._storage(),
            self.gateway.check(),
        )
        return dict(zip(names, await asyncio.gather(*map(_answers, checks)), strict=True))

    async def aclose(self) -> None:
        """Close everything, in order."""
        await self.runs.aclose()
        await self.sandbox.aclose()
        for engine in (self.embedder, self.reranker, self.nearness, self.vectors, self.lexical):
            await vector_engines.close(engine)
        await self.models.close()
        await self.sign_in.aclose()
        await self.gateway.aclose()
        await self.db.aclose()

    async def _postgres(self) -> None:
        if not await self.db.ping():
            raise Unavailable

    async def _vector(self) -> None:
        await self.vectors.count(_PROBE, "health")

    async def _lexical(self) -> None:
        await self.lexical.count(_PROBE)

    async def _ml(self) -> None:
        # A text that nobody asked before: a remembered one would answer for a service that is gone.
        await self.embedder.embed([str(new_id())])

    async def _storage(self) -> None:
        await asyncio.to_thread(self.settings.files_dir.mkdir, parents=True, exist_ok=True, mode=0o700)


def build(
    settings: Settings,
    url: str,
    process: Process = Process.LOCAL,
    clock: Clock | None = None,
    wait: float | None = None,
) -> Container:
    """Every service over the database at `url`, which has all tables; a silent one is waited for `wait` seconds.

    Raises `Unavailable` when the master key is missing or does not belong to the stored data.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    clock, keyring = clock or SystemClock(), _keyring(settings, url)
    db, queue, changes = _database(settings, url, wait), Queue(), Changes(url)
    events, before = EventLog(queue, tasks.SUBSCRIPTIONS), gateway.build(settings, db, keyring, changes)
    blobs, sandbox = providers.blobs(settings), Sandbox()
    embedder, near = providers.encoders(settings, process)
    lexical, reranker = providers.lexical(settings), providers.reranker(settings, process)
    vectors = vector_engines.index(settings, db, changes, lexical)
    documents = DocumentEngines(sandbox, providers.READERS, _skills, embedder, vectors)
    identity = IdentityService(db, keyring, events, clock, AddressKept(settings.identity.address_kept), changes)
    sign_in = proofs.build(settings, db, keyring, events, clock, identity)
    library = LibraryService(db, keyring, events, queue, blobs, documents, clock, settings.max_upload_mb * 2**20)
    engines = PostingEngines(_skills, embedder, vectors, lexical)
    postings = PostingsService(db, events, queue, blobs, providers.posting_reader(), engines, clock, changes)
    search = SearchService(postings, library, embedder, vectors, lexical, reranker, load_taxonomy, clock)
    matching = MatchingService(db, queue, identity, library, postings, search, load_taxonomy, clock)
    asked, runs, kept = models.build(settings, db, keyring, events, clock, before.personal), Runs(), before.personal
    answers = AnswersService(library, postings, search, matching, asked.asking, load_taxonomy, kept, keyring, near)
    assistant = AssistantService(db, keyring, answers, library, postings, search, matching, asked.asking, runs, near)
    privacy = PrivacyService(identity, LeavingService(db, keyring, events), library, postings, assistant, clock)
    return Container(
        settings=settings,
        url=url,
        db=db,
        changes=changes,
        metrics=METRICS,
        clock=clock,
        queue=queue,
        tasks=TaskList(db, queue),
        embedder=embedder,
        reranker=reranker,
        nearness=near,
        vectors=vectors,
        lexical=lexical,
        sandbox=sandbox,
        identity=identity,
        sign_in=sign_in,
        library=library,
        postings=postings,
        upkeep=PostingsUpkeep(db, queue, engines),
        search=search,
        matching=matching,
        models=asked,
        answers=answers,
        assistant=assistant,
        privacy=privacy,
        runs=runs,
        gateway=before,
    )


def _database(settings: Settings, url: str, wait: float | None) -> Database:
    patience = settings.database_patience_s if wait is None else wait
    pooler = settings.database_pooler_url
    address = url if pooler is None else pooler.get_secret_value()
    size, slow = settings.pool_size, 2 * patience
    return Database(address, pool_size=size, patience=patience, connect_timeout=slow, pooled=pooler is not None)


def _skills(text: str) -> Sequence[SkillMention]:
    return extract(text, load_taxonomy())


async def _answers(check: Coroutine[None, None, None]) -> bool:
    try:
        await asyncio.wait_for(check, _HEALTH_WAIT_S)
    except (Unavailable, TimeoutError, OSError):
        return False
    return True
