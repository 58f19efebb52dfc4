"""One effect and one answer for each idempotency key of a person, also for two at once and after a crash in between."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Boolean, Column, Index, LargeBinary, Text, delete, func, text
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.dialects.postgresql import insert as upsert

from verivita.core.errors import Conflict, Invalid
from verivita.core.ids import new_id
from verivita.core.principal import Principal
from verivita.kit.crypto import Keyring
from verivita.kit.db import Database, Everywhere, Repository, Tx, UtcTime, personal_table, stamped
from verivita.kit.db.engine import witnessed

KEPT = timedelta(hours=24)
LEASE = timedelta(seconds=60)
_PLACE = "idempotency_keys.answer"

idempotency_keys = personal_table(
    "idempotency_keys",
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    Column("key_hash", Text, nullable=False),
    Column("request_hash", Text, nullable=False),
    Column("has_effect", Boolean, nullable=False, server_default="false"),
    Column("answer", LargeBinary),
    Column("lease_until", UtcTime, nullable=False),
    Column("created_at", UtcTime, nullable=False, server_default=func.now()),
    Index("uq_idempotency_keys_key", "tenant_id", "person_id", "key_hash", unique=True),
    Index("ix_idempotency_keys_created_at", "created_at"),
)


class Standing(StrEnum):
    """How a key stands when it is claimed."""

    OURS = "ours"
    BUSY = "busy"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Claim:
    """A key that was claimed, and the answer where there is one."""

    id: UUID
    standing: Standing
    answer: bytes | None = None


class Once:
    """Keeps what was answered to whom under which key, sealed, for a day."""

    def __init__(self, db: Database, keyring: Keyring) -> None:
        self._db, self._keys, self._rows = db, keyring, Repository(idempotency_keys)

    async def claim(self, principal: Principal, key: str, request: str) -> Claim:
        """Take the key for this request, or say how it stands.

        A claim whose process died before it had any effect may be taken over when its lease is over. Raises `Invalid`
        (code `idempotency_key_reused`) for another request under the same key, and `Conflict` (code `answer_lost`) when
        the first one had its effect and died before it answered.
        """
        key_hash = self._keys.blind(principal.tenant_id, f"idempotency|{principal.person_id}", key)
        request_hash = self._keys.blind(principal.tenant_id, "idempotency|request", request)
        async with self._db.begin(principal) as tx:
            await self._forget_old(tx, principal, key_hash)
            id = new_id()
            row = {"id": id, "key_hash": key_hash, "request_hash": request_hash, "lease_until": _later()}
            fresh = upsert(idempotency_keys).values(stamped(idempotency_keys, principal, row)).on_conflict_do_nothing()
            if (await tx.run(fresh.returning(idempotency_keys.c.id))).one_or_none() is not None:
                return Claim(id, Standing.OURS)
            return await self._other(tx, principal, key_hash, request_hash)

    async def _other(self, tx: Tx, principal: Principal, key_hash: str, request_hash: str) -> Claim:
        table = idempotency_keys.c
        query = self._rows.select(principal, idempotency_keys, (table.lease_until < func.now()).label("is_over"))
        row = (await tx.run(query.where(table.key_hash == key_hash).with_for_update())).one_or_none()
        if row is None:  # given back a moment ago
            return Claim(UUID(int=0), Standing.BUSY)
        if row.request_hash != request_hash:
            raise Invalid(
                "idempotency_key_reused",
                "This Idempotency-Key came before with another request.",
                next="Use a new key for a new request.",
            )
        if row.answer is not None:
            return Claim(row.id, Standing.ANSWERED, self._keys.open(principal.tenant_id, _PLACE, row.id, row.answer))
        if not row.is_over:
            return Claim(row.id, Standing.BUSY)
        if row.has_effect:
            raise Conflict(
                "answer_lost",
                "The first request with this key was carried out, but its answer was lost.",
                next="Look whether its effect is there; use a new key to do it again.",
            )
        await tx.run(self._rows.update(principal).where(table.id == row.id).values(lease_until=_later()))
        return Claim(row.id, Standing.OURS)

    @asynccontextmanager
    async def effects(self, claim: Claim) -> AsyncIterator[None]:
        """Inside, every transaction that writes also marks the key: effect and mark commit together or not at all."""
        mark = text(
            "UPDATE idempotency_keys SET has_effect = true "
            "WHERE id = :id AND NOT has_effect AND pg_current_xact_id_if_assigned() IS NOT NULL"
        )

        async def witness(tx: Tx) -> None:
            await tx.run(mark, {"id": claim.id})

        with witnessed(witness):
            yield

    async def renew(self, principal: Principal, claim: Claim) -> None:
        """Say that the request of this claim is still at work."""
        async with self._db.begin(principal) as tx:
            mine = self._rows.update(principal).where(idempotency_keys.c.id == claim.id)
            await tx.run(mine.values(lease_until=_later()))

    async def finish(self, principal: Principal, claim: Claim, answer: bytes) -> None:
        """Keep the answer."""
        sealed = self._keys.seal(principal.tenant_id, _PLACE, claim.id, answer)
        async with self._db.begin(principal) as tx:
            await tx.run(self._rows.update(principal).where(idempotency_keys.c.id == claim.id).values(answer=sealed))

    async def give_back(self, principal: Principal, claim: Claim) -> bool:
        """Forget a claim that had no effect, so that the same request may be tried again; False where it had one."""
        async with self._db.begin(principal) as tx:
            unused = self._rows.delete(principal).where(
                idempotency_keys.c.id == claim.id, idempotency_keys.c.has_effect.is_(False)
            )
            return (await tx.run(unused)).rowcount == 1

    async def sweep(self) -> int:
        """Remove every person's keys that are older than a day; how many. Row security lets only those be seen."""
        async with self._db.begin(Everywhere()) as tx:
            old = delete(idempotency_keys).where(idempotency_keys.c.created_at < func.now() - KEPT)
            return (await tx.run(old)).rowcount

    async def _forget_old(self, tx: Tx, principal: Principal, key_hash: str) -> None:
        old = idempotency_keys.c.created_at < func.now() - KEPT
        await tx.run(self._rows.delete(principal).where(idempotency_keys.c.key_hash == key_hash, old))


Witness = Callable[[Tx], Awaitable[None]]


def _later() -> object:
    return func.now() + LEASE
