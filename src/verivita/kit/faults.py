"""What nobody foresaw, grouped: each kind of error once, with its count and times, and no word of its data."""

from __future__ import annotations

import hashlib
import traceback
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import Column, Index, Integer, Text, func
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.dialects.postgresql import insert

from verivita.core.errors import VerivitaError
from verivita.core.ids import new_id
from verivita.core.page import Page, PageRequest
from verivita.core.principal import Principal
from verivita.kit.db import Database, Repository, UtcTime, stamped, tenant_table

log = structlog.get_logger(__name__)
_FRAMES = 3

error_groups = tenant_table(
    "error_groups",
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("kind", Text, nullable=False),
    # Where in our code, and in which route or task; the error's own words may hold anybody's data and are not kept.
    Column("place", Text, nullable=False),
    Column("during", Text, nullable=False),
    Column("count", Integer, nullable=False, server_default="1"),
    Column("last_request_id", Text, nullable=False, server_default=""),
    Column("first_at", UtcTime, nullable=False, server_default=func.now()),
    Column("last_at", UtcTime, nullable=False, server_default=func.now()),
    Index("uq_error_groups_fingerprint", "tenant_id", "fingerprint", unique=True),
)


@dataclass(frozen=True, slots=True)
class ErrorGroup:
    """One kind of unexpected error: its class, the place in the code, and how often and when it happened."""

    id: UUID
    fingerprint: str
    kind: str
    place: str
    during: str
    count: int
    last_request_id: str
    first_at: datetime
    last_at: datetime


def place_of(error: BaseException) -> str:
    """The innermost places of our own code that the error passed through, innermost last."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "verivita" in f.filename]
    return " > ".join(f"{f.filename.rpartition('verivita/')[2]}:{f.name}" for f in frames[-_FRAMES:]) or "elsewhere"


def fingerprint(kind: str, place: str) -> str:
    """What makes two errors the same: their class and their way through our code, without line numbers."""
    return hashlib.sha256(f"{kind}|{place}".encode()).hexdigest()[:16]


class FaultLog:
    """Counts unexpected errors, and shows them to owners and admins."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def record(self, principal: Principal, error: BaseException, during: str) -> None:
        """Count one error for the tenant in whose work it happened; never raises: it is already the second trouble."""
        kind, place = type(error).__name__, place_of(error)
        about = structlog.contextvars.get_contextvars()
        row = {
            "id": new_id(),
            "fingerprint": fingerprint(kind, place),
            "kind": kind,
            "place": place,
            "during": during,
            "last_request_id": str(about.get("request_id") or about.get("task_id") or ""),
        }
        added = insert(error_groups).values(stamped(error_groups, principal, row))
        again = {
            "count": error_groups.c.count + 1,
            "last_at": func.now(),
            "last_request_id": row["last_request_id"],
            "during": during,
        }
        key = [error_groups.c.tenant_id, error_groups.c.fingerprint]
        try:
            async with self._db.begin(principal) as tx:
                await tx.run(added.on_conflict_do_update(index_elements=key, set_=again))
        except (VerivitaError, OSError) as trouble:
            log.warning("fault.not_counted", error=type(trouble).__name__)

    async def page(self, principal: Principal, request: PageRequest) -> Page[ErrorGroup]:
        """The tenant's groups, the latest first. Raises `Denied` unless the caller is an owner or admin."""
        principal.require_admin()
        rows = Repository(error_groups)
        query = rows.select(principal).order_by(error_groups.c.last_at.desc(), error_groups.c.id.desc())
        async with self._db.begin(principal) as tx:
            found, total = await rows.page(tx, query, request)
        groups = [ErrorGroup(**{k: v for k, v in r._mapping.items() if k != "tenant_id"}) for r in found]
        return Page(groups, total, request.page, request.limit)
