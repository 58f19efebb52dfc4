"""Task name -> handler, event -> tasks: the only place where a lower room can set a higher one in motion."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, cast
from uuid import UUID

from verivita.core.ids import RunId
from verivita.features.library import LibraryService
from verivita.features.library.tasks import ADOPT_DOCUMENTS, FORGET_DOCUMENT, INGEST_DOCUMENT
from verivita.features.matching import MatchingService
from verivita.features.matching.tasks import SCORE_ALL
from verivita.features.postings import PostingsService
from verivita.features.postings.tasks import IMPORT_POSTINGS, INDEX_POSTINGS
from verivita.kit.queue import Task, TaskContext
from verivita.kit.queue.task import JsonObject

if TYPE_CHECKING:
    from verivita.kit.queue import Worker

SUBSCRIPTIONS: Mapping[str, Sequence[Task]] = {
    "person.joined": (ADOPT_DOCUMENTS,),
    "document.ready": (SCORE_ALL,),
    "document.chosen": (SCORE_ALL,),
    "document.removed": (SCORE_ALL,),
    "postings.stored": (INDEX_POSTINGS,),
    "posting.closed": (INDEX_POSTINGS,),
    "postings.indexed": (SCORE_ALL,),
}
"""What follows from what happened."""


class Handlers:
    """Who does which task."""

    def __init__(self, library: LibraryService, postings: PostingsService, matching: MatchingService) -> None:
        self._library, self._postings, self._matching = library, postings, matching

    def bind(self, worker: Worker) -> None:
        """Tell the worker."""
        worker.handle(INGEST_DOCUMENT, self.ingest_document)
        worker.handle(ADOPT_DOCUMENTS, self.adopt_documents)
        worker.handle(FORGET_DOCUMENT, self.forget_document)
        worker.handle(IMPORT_POSTINGS, self.import_postings)
        worker.handle(INDEX_POSTINGS, self.index_postings)
        worker.handle(SCORE_ALL, self.score_all)

    async def ingest_document(self, context: TaskContext, payload: JsonObject) -> JsonObject:
        """Read a paper."""
        document = await self._library.read(context.principal, UUID(str(payload["document_id"])), context.progress)
        return {"document_id": str(document.id), "understood": document.understood_lines, "lines": document.total_lines}

    async def adopt_documents(self, context: TaskContext, payload: JsonObject) -> JsonObject:  # noqa: ARG002
        """Take in the papers that a guest left to the account they turned out to have."""
        return {"adopted": await self._library.adopt(context.principal)}

    async def forget_document(self, context: TaskContext, payload: JsonObject) -> None:
        """Remove what is left of a removed paper outside the database."""
        passages = [UUID(str(id)) for id in cast("Sequence[str]", payload["passages"])]
        await self._library.forget(context.principal, str(payload["blob_key"]), passages)

    async def import_postings(self, context: TaskContext, payload: JsonObject) -> JsonObject:
        """Store the postings of a file; how many it holds is known at its end."""
        run = await self._postings.run_import(
            context.principal,
            RunId(UUID(str(payload["run_id"]))),
            str(payload["name"]),
            str(payload["blob_key"]),
            _told(context, None),
        )
        return {"run_id": str(run.id), "new": run.new, "duplicates": run.duplicates, "refused": run.refused_count}

    async def index_postings(self, context: TaskContext, payload: JsonObject) -> JsonObject:  # noqa: ARG002
        """Bring the search indexes up to date."""
        waiting = (await self._postings.counts(context.principal)).waiting
        return {"indexed": await self._postings.index(context.principal, _told(context, waiting))}

    async def score_all(self, context: TaskContext, payload: JsonObject) -> JsonObject:  # noqa: ARG002
        """Score every posting against the papers as they are now."""
        total = (await self._postings.counts(context.principal)).open
        return {"scored": await self._matching.score_all(context.principal, _told(context, total))}


def _told(context: TaskContext, total: int | None) -> Callable[[int, str], Awaitable[None]]:
    """Passes counts on as a share of `total`; where that is not known the share stays 0 and the stage counts."""

    async def told(done: int, stage: str) -> None:
        share = min(1.0, done / total) if total else 0.0
        await context.progress(share, f"{stage}: {done} of {total}" if total else f"{stage}: {done}")

    return told
