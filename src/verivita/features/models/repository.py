"""The only SQL of this room: settings, sealed keys, what was spent, one row for each call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, true
from sqlalchemy.dialects.postgresql import insert as upsert

from verivita.core.ids import new_id
from verivita.core.principal import Principal
from verivita.features.models.model import CallRecord, Limits, Purpose, Spent
from verivita.features.models.tables import model_calls, model_keys, model_settings, model_spending
from verivita.kit.crypto import Keyring
from verivita.kit.db import Repository, Tx, stamped

_KEY = "model_keys.sealed"


@dataclass(frozen=True, slots=True)
class StoredSettings:
    """What a tenant has said; empty and version 0 before it said anything."""

    routes: Mapping[Purpose, tuple[str, ...]]
    limits: Limits | None
    version: int


class ModelsRepository:
    """Model settings, keys and spending of the caller's tenant."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._settings, self._keys = Repository(model_settings), Repository(model_keys)
        self._spending, self._calls = Repository(model_spending), Repository(model_calls)

    async def settings(self, tx: Tx, principal: Principal) -> StoredSettings:
        """Routes and limits as stored."""
        row = (await tx.run(self._settings.select(principal))).one_or_none()
        if row is None:
            return StoredSettings({}, None, 0)
        routes = {Purpose(purpose): tuple(names) for purpose, names in row.routes.items()}
        return StoredSettings(routes, _limits(row.limits), row.version)

    async def save(
        self, tx: Tx, principal: Principal, routes: Mapping[Purpose, tuple[str, ...]], limits: Limits, version: int
    ) -> bool:
        """Store both; False when somebody changed them since `version` was read (0: nothing was stored yet)."""
        values = {"routes": {str(key): list(names) for key, names in routes.items()}, "limits": _written(limits)}
        if version == 0:
            row = stamped(model_settings, principal, {"id": new_id(), **values})
            made = upsert(model_settings).values(row).on_conflict_do_nothing(index_elements=["tenant_id"])
            return bool((await tx.run(made)).rowcount)
        change = self._settings.update(principal).where(model_settings.c.version == version)
        changed = change.values(**values, version=version + 1, updated_at=func.now())
        return bool((await tx.run(changed)).rowcount)

    async def keys(self, tx: Tx, principal: Principal) -> dict[str, str]:
        """Provider -> key, opened."""
        rows = await tx.run(self._keys.select(principal))
        tenant = principal.tenant_id
        return {row.provider: self._keyring.open_text(tenant, _KEY, row.id, row.sealed) for row in rows}

    async def key_dates(self, tx: Tx, principal: Principal) -> dict[str, Any]:
        """Provider -> when its key was set."""
        rows = await tx.run(self._keys.select(principal, model_keys.c.provider, model_keys.c.set_at))
        return {row.provider: row.set_at for row in rows}

    async def put_key(self, tx: Tx, principal: Principal, provider: str, key: str) -> None:
        """Store or replace a provider's key, sealed."""
        await self.drop_key(tx, principal, provider)
        id = new_id()
        sealed = self._keyring.seal(principal.tenant_id, _KEY, id, key)
        await self._keys.insert(tx, principal, {"id": id, "provider": provider, "sealed": sealed})

    async def drop_key(self, tx: Tx, principal: Principal, provider: str) -> bool:
        """Forget a provider's key; False when there was none."""
        gone = await tx.run(self._keys.delete(principal).where(model_keys.c.provider == provider))
        return bool(gone.rowcount)

    async def hold(
        self, tx: Tx, principal: Principal, day: date, tokens: int, cost: Decimal, limits: Limits
    ) -> UUID | None:
        """Set aside what a call may use, for the tenant and the person; the subject whose limit it passes, or None.

        The rows are locked in the same order by everyone, and the limit is part of the update: two calls at the same
        time cannot both take the last of it. The caller rolls back when a subject is given.
        """
        for subject, most_tokens, most_cost in _subjects(principal, limits):
            new = stamped(model_spending, principal, {"id": new_id(), "day": day, "subject": subject})
            keys = ["tenant_id", "day", "subject"]
            await tx.run(upsert(model_spending).values(new).on_conflict_do_nothing(index_elements=keys))
            row = model_spending.c
            within: list[ColumnElement[bool]] = [true()]
            if most_tokens is not None:
                within.append(row.used_tokens + row.held_tokens + tokens <= most_tokens)
            if most_cost is not None:
                within.append(row.used_cost + row.held_cost + cost <= most_cost)
            statement = self._spending.update(principal).where(self._of(day, subject), *within)
            held = statement.values(held_tokens=row.held_tokens + tokens, held_cost=row.held_cost + cost)
            if not (await tx.run(held)).rowcount:
                return subject
        return None

    async def settle(
        self, tx: Tx, principal: Principal, day: date, held: tuple[int, Decimal], call: CallRecord
    ) -> None:
        """Give back what was held, count what was used, and keep a row of the call."""
        row, priced = model_spending.c, call.cost is not None
        for subject, _, _ in _subjects(principal, Limits()):
            statement = self._spending.update(principal).where(self._of(day, subject))
            await tx.run(
                statement.values(
                    held_tokens=row.held_tokens - held[0],
                    held_cost=row.held_cost - held[1],
                    used_tokens=row.used_tokens + call.usage.total,
                    used_cost=row.used_cost + (call.cost or Decimal(0)),
                    calls=row.calls + 1,
                    unpriced_calls=row.unpriced_calls + (0 if priced else 1),
                )
            )
        await self.record(tx, principal, call)

    async def record(self, tx: Tx, principal: Principal, call: CallRecord) -> None:
        """Keep a row of a call."""
        values = {
            "id": new_id(),
            "purpose": str(call.purpose),
            "prompt": call.prompt,
            "model": call.model,
            "outcome": call.outcome,
            "cached": call.cached,
            "input_tokens": call.usage.input_tokens,
            "output_tokens": call.usage.output_tokens,
            "cached_tokens": call.usage.cached_tokens,
            "estimated": call.usage.estimated,
            "cost": call.cost,
            "first_ms": call.first_ms,
            "total_ms": call.total_ms,
            "attempts": [[a.model, a.outcome, a.milliseconds] for a in call.attempts],
        }
        await self._calls.insert(tx, principal, values)

    async def spent(self, tx: Tx, principal: Principal, day: date, subject: UUID) -> Spent:
        """What a subject used on a day."""
        row = (await tx.run(self._spending.select(principal).where(self._of(day, subject)))).one_or_none()
        if row is None:
            return Spent()
        return Spent(row.used_tokens, row.used_cost, row.calls, row.unpriced_calls)

    async def days(self, tx: Tx, principal: Principal, since: date) -> list[tuple[date, Spent]]:
        """What the whole tenant used on each day since then, the latest first; days without a call are left out."""
        where = and_(model_spending.c.subject == principal.tenant_id, model_spending.c.day >= since)
        rows = await tx.run(self._spending.select(principal).where(where).order_by(model_spending.c.day.desc()))
        return [(r.day, Spent(r.used_tokens, r.used_cost, r.calls, r.unpriced_calls)) for r in rows]

    def _of(self, day: date, subject: UUID) -> ColumnElement[bool]:
        return and_(model_spending.c.day == day, model_spending.c.subject == subject)


def _subjects(principal: Principal, limits: Limits) -> tuple[tuple[UUID, int | None, Decimal | None], ...]:
    return (
        (principal.tenant_id, limits.tenant_tokens, limits.tenant_cost),
        (principal.person_id, limits.person_tokens, limits.person_cost),
    )


def _written(limits: Limits) -> dict[str, int | str | None]:
    return {
        "person_tokens": limits.person_tokens,
        "person_cost": None if limits.person_cost is None else str(limits.person_cost),
        "tenant_tokens": limits.tenant_tokens,
        "tenant_cost": None if limits.tenant_cost is None else str(limits.tenant_cost),
    }


def _limits(stored: Mapping[str, Any]) -> Limits:
    def money(name: str) -> Decimal | None:
        return None if stored.get(name) is None else Decimal(stored[name])

    return Limits(stored.get("person_tokens"), money("person_cost"), stored.get("tenant_tokens"), money("tenant_cost"))
