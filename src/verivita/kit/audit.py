"""The audit log: who did what to what, when, and in which request; rows are added and never changed.

A row is written in the transaction of the change that it tells of, by `EventLog.record`, or by `record` itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import Column, Index, Text, func
from sqlalchemy.dialects import postgresql as pg

from verivita.core.ids import new_id, parse_id
from verivita.core.page import Page, PageRequest
from verivita.core.principal import Principal
from verivita.kit.db import Database, Repository, Tx, UtcTime, tenant_table

audit_log = tenant_table(
    "audit_log",
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    # No foreign key: what was done stays known when whoever did it was erased.
    Column("actor_id", pg.UUID(as_uuid=True), nullable=False),
    Column("action", Text, nullable=False),
    Column("object_id", pg.UUID(as_uuid=True)),
    Column("result", Text, nullable=False, server_default="done"),
    Column("request_id", Text, nullable=False, server_default=""),
    Column("at", UtcTime, nullable=False, server_default=func.now()),
    Index("ix_audit_log_tenant", "tenant_id", "id"),
)

_AUDITED = (
    "account.", "consent.", "data.", "document.removed", "email.", "guest.", "invitation.", "key.", "member.",
    "model", "person.", "postings.removed", "session", "tenant.", "tokens.",
)  # fmt: skip
"""Beginnings of the names of events that the audit log keeps."""
_OBJECTS = ("who", "document_id", "posting_id", "key_id", "person_id", "invitation_id", "id")


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One row: `object_id` is the paper, key or person that it was about, where there is one."""

    id: UUID
    actor_id: UUID
    action: str
    object_id: UUID | None
    result: str
    request_id: str
    at: datetime


def is_audited(event: str) -> bool:
    """Whether an event of this name is kept in the audit log."""
    return event.startswith(_AUDITED)


def object_of(payload: Mapping[str, object]) -> UUID | None:
    """The id of what an event is about."""
    found = (parse_id(str(payload[name])) for name in _OBJECTS if name in payload)
    return next((id for id in found if id is not None), None)


class AuditLog:
    """Adds rows, and shows them to owners and admins of their tenant."""

    def __init__(self, db: Database) -> None:
        self._db = db

    @staticmethod
    async def record(
        tx: Tx, principal: Principal, action: str, object_id: UUID | None = None, result: str = "done"
    ) -> None:
        """Add one row in the caller's transaction; the request's id is that of the log lines."""
        about = structlog.contextvars.get_contextvars()
        row = {
            "id": new_id(),
            "actor_id": principal.person_id,
            "action": action,
            "object_id": object_id,
            "result": result,
            "request_id": str(about.get("request_id") or about.get("task_id") or ""),
        }
        await Repository(audit_log).insert(tx, principal, row)

    async def page(self, principal: Principal, request: PageRequest) -> Page[AuditEntry]:
        """The tenant's rows, newest first. Raises `Denied` unless the caller is an owner or admin."""
        principal.require_admin()
        rows = Repository(audit_log)
        async with self._db.begin(principal) as tx:
            found, total = await rows.page(tx, rows.select(principal).order_by(audit_log.c.id.desc()), request)
        entries = [AuditEntry(r.id, r.actor_id, r.action, r.object_id, r.result, r.request_id, r.at) for r in found]
        return Page(entries, total, request.page, request.limit)
