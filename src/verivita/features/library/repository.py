"""The only SQL of the library; every method takes who asks, and every text is sealed."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func

from verivita.core.ids import DocumentId, FactId, PassageId
from verivita.core.page import Page, PageRequest
from verivita.core.principal import Principal
from verivita.features.library.model import (
    Coverage,
    Document,
    DocumentKind,
    DocumentStatus,
    Fact,
    FactKind,
    LineNote,
    Passage,
    ReadResult,
    Span,
)
from verivita.features.library.tables import documents, facts, passages
from verivita.kit.crypto import Keyring
from verivita.kit.db import Repository, Tx

_META, _TEXT, _COVERAGE = "documents.meta", "documents.text", "documents.coverage"
_PASSAGE, _FACT = "passages.text", "facts.content"
# A list of papers needs none of their words, which weigh a hundred times as much as the rest of the row.
_SHOWN = [column for column in documents.c if column.name not in ("text", "coverage")]


class LibraryRepository:
    """Documents, passages and facts of one person."""

    def __init__(self, keyring: Keyring) -> None:
        self._keys = keyring
        self._documents = Repository(documents)
        self._passages = Repository(passages)
        self._facts = Repository(facts)

    def blind(self, principal: Principal, data: bytes) -> str:
        """The keyed hash by which the same file of the same person is found again."""
        return self._keys.blind(principal.tenant_id, f"documents|{principal.person_id}", data)

    def seal_file(self, principal: Principal, id: UUID, data: bytes) -> bytes:
        """The original bytes, sealed for storage."""
        return self._keys.seal(principal.tenant_id, "documents.file", id, data)

    def open_file(self, principal: Principal, id: UUID, sealed: bytes) -> bytes:
        """The original bytes again."""
        return self._keys.open(principal.tenant_id, "documents.file", id, sealed)

    async def same_content(self, tx: Tx, principal: Principal, blind: str) -> Document | None:
        """The caller's document with the same bytes."""
        query = self._documents.select(principal, *_SHOWN).where(documents.c.content_blind == blind)
        row = (await tx.run(query)).one_or_none()
        return self._document(row) if row else None

    async def own_content(self, tx: Tx, principal: Principal, id: UUID, blind: str) -> bool:
        """Note the content of a document that came from another person; False when it was noted already."""
        mine = self._documents.update(principal).where(documents.c.id == id, documents.c.content_blind != blind)
        return (await tx.run(mine.values(content_blind=blind))).rowcount == 1

    async def add(self, tx: Tx, principal: Principal, document: Document, blind: str, blob_key: str) -> bool:
        """Store a new document; False when one with the same bytes came first."""
        row = {
            "id": document.id,
            "kind": document.kind.value,
            "media_type": document.media_type,
            "size": document.size,
            "content_blind": blind,
            "blob_key": blob_key,
            "is_example": document.is_example,
            "meta": self._sealed_meta(principal, document),
        }
        return await self._documents.insert_new(tx, principal, row, "tenant_id", "person_id", "content_blind")

    async def get(self, tx: Tx, principal: Principal, id: UUID) -> Document | None:
        """The caller's document."""
        row = (await tx.run(self._documents.select(principal, *_SHOWN).where(documents.c.id == id))).one_or_none()
        return self._document(row) if row else None

    async def blob_key(self, tx: Tx, principal: Principal, id: UUID) -> str | None:
        """Where the original bytes of the caller's document lie."""
        query = self._documents.select(principal, documents.c.blob_key).where(documents.c.id == id)
        return (await tx.run(query)).scalar_one_or_none()

    async def page(self, tx: Tx, principal: Principal, request: PageRequest) -> Page[Document]:
        """The caller's documents, newest first."""
        query = self._documents.select(principal, *_SHOWN).order_by(documents.c.id.desc())
        rows, total = await self._documents.page(tx, query, request)
        return Page([self._document(row) for row in rows], total, request.page, request.limit)

    async def all(self, tx: Tx, principal: Principal) -> list[Document]:
        """Every document of the caller, newest first."""
        rows = await tx.run(self._documents.select(principal, *_SHOWN).order_by(documents.c.id.desc()))
        return [self._document(row) for row in rows]

    async def counted(self, tx: Tx, principal: Principal) -> list[tuple[UUID, int]]:
        """Id and version of every document that counts, by id; nothing is opened."""
        mine = self._documents.select(principal, documents.c.id, documents.c.version)
        counts = mine.where(documents.c.is_active, documents.c.status == DocumentStatus.READY.value)
        return [(row.id, row.version) for row in await tx.run(counts.order_by(documents.c.id))]

    async def set_status(
        self, tx: Tx, principal: Principal, id: UUID, status: DocumentStatus, code: str | None, error: str | None
    ) -> bool:
        """Say how far a document is, and why it failed."""
        values = {"status": status.value, "error_code": code, "error": error, "updated_at": func.now()}
        return await self._documents.change(tx, principal, id, values)

    async def set_active(self, tx: Tx, principal: Principal, id: UUID, active: bool, version: int | None) -> bool:
        """Whether a document counts for matching."""
        return await self._documents.change(tx, principal, id, {"is_active": active, "updated_at": func.now()}, version)

    async def retire_examples(self, tx: Tx, principal: Principal) -> int:
        """The example person's papers stop counting; how many did count."""
        mine = documents.c.is_example & documents.c.is_active
        values = {"is_active": False, "updated_at": func.now(), "version": documents.c.version + 1}
        return (await tx.run(self._documents.update(principal).where(mine).values(**values))).rowcount

    async def store_reading(
        self, tx: Tx, principal: Principal, id: DocumentId, read: ReadResult
    ) -> Sequence[UUID] | None:
        """Replace all that was read of a document; ids of the old passages, or None when the document is gone."""
        tenant = principal.tenant_id
        values = {
            "status": DocumentStatus.READY.value,
            "text": self._keys.seal(tenant, _TEXT, id, read.text),
            "coverage": self._keys.seal(tenant, _COVERAGE, id, _coverage_json(read.coverage)),
            "pages": read.pages,
            "understood_lines": read.coverage.understood,
            "total_lines": read.coverage.total,
            "warnings": list(read.warnings),
            "error_code": None,
            "error": None,
            "updated_at": func.now(),
        }
        if not await self._documents.change(tx, principal, id, values):
            return None
        old = self._passages.delete(principal).where(passages.c.document_id == id).returning(passages.c.id)
        replaced = (await tx.run(old)).scalars().all()
        await tx.run(self._facts.delete(principal).where(facts.c.document_id == id))
        await self._passages.insert(tx, principal, *(self._passage_row(principal, item) for item in read.passages))
        rows = (self._fact_row(principal, ordinal, item) for ordinal, item in enumerate(read.facts))
        await self._facts.insert(tx, principal, *rows)
        return replaced

    async def text(self, tx: Tx, principal: Principal, id: UUID) -> str | None:
        """The text that was read of the caller's document; None when unknown or not read yet."""
        row = await self._documents.get(tx, principal, id)
        return self._keys.open_text(row.tenant_id, _TEXT, row.id, row.text) if row and row.text else None

    async def coverage(self, tx: Tx, principal: Principal, id: UUID) -> Coverage:
        """Which lines of the caller's document were understood."""
        row = await self._documents.get(tx, principal, id)
        if row is None or row.coverage is None:
            return Coverage(0, 0)
        return _coverage(self._keys.open(row.tenant_id, _COVERAGE, row.id, row.coverage))

    async def passages(self, tx: Tx, principal: Principal, document_id: UUID) -> list[Passage]:
        """The passages of one of the caller's documents, in order."""
        query = self._passages.select(principal).where(passages.c.document_id == document_id)
        return [self._passage(row) for row in await tx.run(query.order_by(passages.c.ordinal))]

    async def all_passages(self, tx: Tx, principal: Principal) -> list[Passage]:
        """Every passage of the caller's active, ready documents."""
        query = self._passages.select(principal).join(documents, documents.c.id == passages.c.document_id)
        query = query.where(documents.c.is_active, documents.c.status == DocumentStatus.READY.value)
        return [self._passage(row) for row in await tx.run(query.order_by(passages.c.document_id, passages.c.ordinal))]

    async def passage_ids(self, tx: Tx, principal: Principal, document_id: UUID) -> list[UUID]:
        """Ids of a document's passages: what must leave the indexes with it."""
        query = self._passages.select(principal, passages.c.id).where(passages.c.document_id == document_id)
        return list((await tx.run(query)).scalars())

    async def facts(self, tx: Tx, principal: Principal, document_ids: Sequence[UUID]) -> list[Fact]:
        """The facts of the caller's documents, in reading order."""
        query = self._facts.select(principal).where(facts.c.document_id.in_(document_ids))
        return [self._fact(row) for row in await tx.run(query.order_by(facts.c.document_id, facts.c.ordinal))]

    async def delete(self, tx: Tx, principal: Principal, id: UUID) -> bool:
        """Remove a document with its passages and facts; False when there is none."""
        return await self._documents.remove(tx, principal, [id]) == 1

    def _sealed_meta(self, principal: Principal, document: Document) -> bytes:
        meta = {"title": document.title, "filename": document.filename, "content_hash": document.content_hash}
        return self._keys.seal(principal.tenant_id, _META, document.id, json.dumps(meta))

    def _passage_row(self, principal: Principal, item: Passage) -> dict[str, Any]:
        return {
            "id": item.id,
            "document_id": item.document_id,
            "ordinal": item.ordinal,
            "section": item.section,
            "page": item.span.page,
            "start": item.span.start,
            "end": item.span.end,
            "text": self._keys.seal(principal.tenant_id, _PASSAGE, item.id, item.text),
        }

    def _fact_row(self, principal: Principal, ordinal: int, item: Fact) -> dict[str, Any]:
        content = json.dumps([item.value, item.label])
        return {
            "id": item.id,
            "document_id": item.document_id,
            "ordinal": ordinal,
            "kind": item.kind.value,
            "section": item.section,
            "entry": item.entry,
            "page": item.span.page,
            "start": item.span.start,
            "end": item.span.end,
            "content": self._keys.seal(principal.tenant_id, _FACT, item.id, content),
        }

    def _document(self, row: Row[Any]) -> Document:
        meta = json.loads(self._keys.open(row.tenant_id, _META, row.id, row.meta))
        return Document(
            id=DocumentId(row.id),
            kind=DocumentKind(row.kind),
            title=meta["title"],
            filename=meta["filename"],
            media_type=row.media_type,
            size=row.size,
            content_hash=meta["content_hash"],
            status=DocumentStatus(row.status),
            is_active=row.is_active,
            is_example=row.is_example,
            pages=row.pages,
            understood_lines=row.understood_lines,
            total_lines=row.total_lines,
            warnings=tuple(row.warnings),
            error_code=row.error_code,
            error=row.error,
            version=row.version,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )

    def _passage(self, row: Row[Any]) -> Passage:
        return Passage(
            id=PassageId(row.id),
            document_id=DocumentId(row.document_id),
            ordinal=row.ordinal,
            section=row.section,
            text=self._keys.open_text(row.tenant_id, _PASSAGE, row.id, row.text),
            span=Span(row.start, row.end, row.page),
        )

    def _fact(self, row: Row[Any]) -> Fact:
        value, label = json.loads(self._keys.open(row.tenant_id, _FACT, row.id, row.content))
        return Fact(
            id=FactId(row.id),
            document_id=DocumentId(row.document_id),
            kind=FactKind(row.kind),
            value=value,
            label=label,
            span=Span(row.start, row.end, row.page),
            section=row.section,
            entry=row.entry,
        )


def _coverage_json(coverage: Coverage) -> str:
    return json.dumps([coverage.understood, coverage.total, [dataclasses.astuple(note) for note in coverage.notes]])


def _coverage(stored: bytes) -> Coverage:
    understood, total, notes = json.loads(stored)
    return Coverage(understood, total, tuple(LineNote(*note) for note in notes))
