"""Task name -> handler, event -> tasks: the only place where a lower room can set a higher one in motion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast
from uuid import UUID

from verivita.core.ids import RunId
from verivita.features.library.tasks import FORGET_DOCUMENT, INGEST_DOCUMENT
from verivita.features.matching.tasks import SCORE_ALL
from verivita.features.postings.tasks import IMPORT_POSTINGS, INDEX_POSTINGS
from verivita.kit.queue import Task, TaskContext, Worker
from verivita.kit.queue.task import JsonObject

if TYPE_CHECKING:
    from verivita.bootstrap.container import Container

SUBSCRIPTIONS: Mapping[str, Sequence[Task]] = {
    "document.ready": (SCORE_ALL,),
    "document.chosen": (SCORE_ALL,),
    "document.removed": (SCORE_ALL,),
    "postings.stored": (INDEX_POSTINGS,),
    "posting.closed": (INDEX_POSTINGS,),
    "postings.indexed": (SCORE_ALL,),
}
"""What follows from what happened."""


def bind(worker: Worker, container: Container) -> None:
    """Tell the worker who does what."""

    async def ingest_document(context: TaskContext, payload: JsonObject) -> JsonObject:
        async def stage(share: float, name: str) -> None:
            await context.progress(share, name)

        document = await container.library.read(context.principal, UUID(str(payload["document_id"])), stage)
        return {"document_id": str(document.id), "understood": document.understood_lines, "lines": document.total_lines}

    async def forget_document(context: TaskContext, payload: JsonObject) -> None:
        passages = [UUID(str(id)) for id in cast("Sequence[str]", payload["passages"])]
        await container.library.forget(context.principal, str(payload["blob_key"]), passages)

    async def import_postings(context: TaskContext, payload: JsonObject) -> JsonObject:
        async def progress(done: int, stage: str) -> None:
            await context.progress(0.5, f"{stage}: {done}")

        run = await container.postings.run_import(
            context.principal,
            RunId(UUID(str(payload["run_id"]))),
            str(payload["name"]),
            str(payload["blob_key"]),
            progress,
        )
        return {"run_id": str(run.id), "new": run.new, "duplicates": run.duplicates, "refused": run.refused_count}

    async def index_postings(context: TaskContext, payload: JsonObject) -> JsonObject:
        async def progress(done: int, stage: str) -> None:
            await context.progress(0.5, f"{stage}: {done}")

        return {"indexed": await container.postings.index(context.principal, progress)}

    async def score_all(context: TaskContext, payload: JsonObject) -> JsonObject:
        async def progress(done: int, stage: str) -> None:
            await context.progress(0.5, f"{stage}: {done}")

        return {"scored": await container.matching.score_all(context.principal, progress)}

    worker.handle(INGEST_DOCUMENT, ingest_document)
    worker.handle(FORGET_DOCUMENT, forget_document)
    worker.handle(IMPORT_POSTINGS, import_postings)
    worker.handle(INDEX_POSTINGS, index_postings)
    worker.handle(SCORE_ALL, score_all)
