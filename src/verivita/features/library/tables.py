"""documents, passages, facts: the words themselves are sealed."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Text, func
from sqlalchemy.dialects import postgresql as pg

from verivita.kit.db import UtcTime, personal_table

documents = personal_table(
    "documents",
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False, server_default="queued"),
    Column("media_type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    # A keyed hash of the bytes: finds the same file again and tells nothing without the key.
    Column("content_blind", Text, nullable=False),
    Column("blob_key", Text, nullable=False),
    # Title, file name and hash of the bytes.
    Column("meta", LargeBinary, nullable=False),
    Column("text", LargeBinary),
    Column("coverage", LargeBinary),
    Column("is_active", Boolean, nullable=False, server_default="true"),
    # A paper of the example person, not of the one who owns this library.
    Column("is_example", Boolean, nullable=False, server_default="false"),
    Column("pages", Integer, nullable=False, server_default="0"),
    Column("understood_lines", Integer, nullable=False, server_default="0"),
    Column("total_lines", Integer, nullable=False, server_default="0"),
    Column("warnings", pg.ARRAY(Text), nullable=False, server_default="{}"),
    Column("error_code", Text),
    Column("error", Text),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_at", UtcTime, nullable=False, server_default=func.now()),
    Column("updated_at", UtcTime, nullable=False, server_default=func.now()),
    CheckConstraint("kind IN ('resume','notes','portfolio')", name="kind"),
    CheckConstraint("status IN ('queued','reading','ready','failed')", name="status"),
    Index("uq_documents_content", "tenant_id", "person_id", "content_blind", unique=True),
)

passages = personal_table(
    "passages",
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    Column("document_id", pg.UUID(as_uuid=True), ForeignKey("documents.id", ondelete="CASCADE"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("section", Text, nullable=False),
    Column("page", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("text", LargeBinary, nullable=False),
    Index("ix_passages_document", "document_id", "ordinal"),
)

facts = personal_table(
    "facts",
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    Column("document_id", pg.UUID(as_uuid=True), ForeignKey("documents.id", ondelete="CASCADE"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("section", Text, nullable=False),
    Column("entry", Integer),
    Column("page", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    # Value and label.
    Column("content", LargeBinary, nullable=False),
    Index("ix_facts_document", "document_id", "ordinal"),
)
