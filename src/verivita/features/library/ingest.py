"""The document path, stage by stage: read -> sections -> passages -> facts -> embed -> index."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from verivita.core.errors import UnsupportedType
from verivita.core.ids import DocumentId, PassageId, new_id
from verivita.core.principal import Principal
from verivita.engines.reading.outline import Outline
from verivita.engines.reading.ports import ReadText
from verivita.engines.reading.sandbox import Sandbox
from verivita.engines.reading.sections import outline_of
from verivita.engines.retrieval import chunking
from verivita.engines.retrieval.ports import Embedder, ModelInfo, Partition, Point, VectorIndex
from verivita.engines.skills import SkillMention
from verivita.features.library.coverage import coverage_of
from verivita.features.library.facts import facts_of
from verivita.features.library.model import Document, Passage, ReadResult, Span

Stage = Callable[[float, str], Awaitable[None]]
"""Told which share of the work is done and what comes now."""


@dataclass(frozen=True, slots=True)
class DocumentEngines:
    """The engines that the document path uses; `readers` maps a media type to the reader that the sandbox runs."""

    sandbox: Sandbox
    readers: Mapping[str, str]
    extract: Callable[[str], Sequence[SkillMention]]
    embedder: Embedder
    vectors: VectorIndex


class DocumentIngest:
    """Turns the bytes of a paper into text, passages and facts, and keeps its vectors."""

    def __init__(self, engines: DocumentEngines) -> None:
        self._engines = engines

    def reader(self, document: Document) -> str:
        """What reads papers of this kind. Raises `UnsupportedType` where nothing does."""
        found = self._engines.readers.get(document.media_type)
        if found is None:
            raise UnsupportedType(
                "wrong_type",
                f"{document.filename} is of a kind that we cannot read ({document.media_type}).",
                next="Give a PDF, DOCX, Markdown, text or HTML file, or a JSON Resume.",
            )
        return found

    async def read(self, document: Document, data: bytes, stage: Stage) -> ReadResult:
        """All that the paper says. Raises `Invalid` with a stable code when it cannot be read."""
        reader = self.reader(document)
        await stage(0.1, "reading")
        read = await self._engines.sandbox.read(reader, data)
        await stage(0.4, "finding sections and facts")
        return await asyncio.to_thread(self._understand, document, read)

    async def index(self, principal: Principal, id: DocumentId, passages: Sequence[Passage], stage: Stage) -> None:
        """Store the vectors of a document's passages."""
        await stage(0.7, "embedding")
        vectors = await self._engines.embedder.embed([passage.text for passage in passages])
        owner = {"person": str(principal.person_id), "document": str(id)}
        points = [
            Point(passage.id, row, owner | {"section": passage.section})
            for passage, row in zip(passages, vectors, strict=True)
        ]
        await stage(0.9, "indexing")
        await self._engines.vectors.upsert(_partition(principal), self._collection, points)

    async def forget(self, principal: Principal, passage_ids: Sequence[UUID]) -> None:
        """Remove the vectors of these passages."""
        if passage_ids:
            await self._engines.vectors.delete(_partition(principal), self._collection, passage_ids)

    @property
    def _collection(self) -> str:
        return passages_collection(self._engines.embedder.model)

    def _understand(self, document: Document, read: ReadText) -> ReadResult:
        found = outline_of(read)
        mentions = self._engines.extract(read.text)
        facts = facts_of(document.id, read, found, mentions, new_id)
        return ReadResult(
            text=read.text,
            pages=read.pages,
            passages=_passages(document.id, read, found),
            facts=facts,
            coverage=coverage_of(read, found, document.kind),
            warnings=read.warnings,
        )


def passages_collection(model: ModelInfo) -> str:
    """The collection of passage vectors that this encoder made: other models' vectors never mix with them."""
    return f"passages/{model.key}"


def _passages(id: DocumentId, read: ReadText, found: Outline) -> tuple[Passage, ...]:
    sections = [chunking.Section(section.kind, section.start, section.end) for section in found.sections]
    return tuple(
        Passage(
            PassageId(new_id()),
            id,
            ordinal,
            piece.section,
            piece.text,
            Span(piece.start, piece.end, _page(read, piece.start)),
        )
        for ordinal, piece in enumerate(chunking.chunk(read.text, sections))
    )


def _page(read: ReadText, position: int) -> int:
    return next((line.page for line in read.lines if line.end > position), read.pages or 1)


def _partition(principal: Principal) -> Partition:
    return Partition(str(principal.tenant_id))
