"""chat_sessions, chat_messages: what was said is sealed."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, LargeBinary, Numeric, String, func
from sqlalchemy.dialects import postgresql as pg

from verivita.kit.db import UtcTime, personal_table

chat_sessions = personal_table(
    "chat_sessions",
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    Column("mode", String(20), nullable=False, server_default="chat"),
    # The first words that were said.
    Column("title", LargeBinary),
    Column("created_at", UtcTime, nullable=False, server_default=func.now()),
    Column("updated_at", UtcTime, nullable=False, server_default=func.now()),
)

chat_messages = personal_table(
    "chat_messages",
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    Column("session_id", pg.UUID(as_uuid=True), ForeignKey("chat_sessions.id", ondelete="CASCADE"), nullable=False),
    Column("role", String(20), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("citations", LargeBinary),
    Column("grounding_score", Numeric(3, 2)),
    # Of an answer: the message that it answers, and its claims, rung, route and times.
    Column("reply_to", pg.UUID(as_uuid=True)),
    Column("details", LargeBinary),
    Column("created_at", UtcTime, nullable=False, server_default=func.now()),
    CheckConstraint("role IN ('user','assistant')", name="role"),
    Index("idx_messages_session", "session_id"),
)
