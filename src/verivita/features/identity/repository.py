"""Tenants, people and credentials in SQL; names and preferences are sealed."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, text

from verivita.core.ids import PersonId, TenantId, new_id
from verivita.core.principal import IdentityState, Principal, Role
from verivita.features.identity.model import ApiKey, Caller, CredentialKind, Person, Preferences, Tenant
from verivita.features.identity.tables import credentials, people, tenants
from verivita.features.identity.visits import AddressKept, Visit
from verivita.kit.crypto import Keyring
from verivita.kit.db import Repository, Tx

_FOUNDING = 7_420_118_035
"""Number of the advisory lock that lets one process make the first tenant."""
_KEY_CHECK = "tenants.key_check"
_NAME = "people.name"
_PREFERENCES = "people.preferences"
EMAIL = "people.email"


class IdentityRepository:
    """The only SQL of this room."""

    def __init__(self, keyring: Keyring) -> None:
        self._keys = keyring
        self._people = Repository(people)
        self._credentials = Repository(credentials)

    async def tenants(self, tx: Tx) -> list[Tenant]:
        """Every tenant of the installation, oldest first; needs the scope `Everywhere`."""
        rows = (await tx.run(select(tenants).order_by(tenants.c.id))).all()
        return [Tenant(TenantId(row.id), row.name, row.created_at) for row in rows]

    async def is_first(self, tx: Tx) -> bool:
        """True when there is no tenant yet; until the end of the transaction no other process can make one."""
        await tx.run(
            text("SELECT pg_advisory_xact_lock(:key), set_config('app.everywhere', 'on', true)"), {"key": _FOUNDING}
        )
        return not await self.tenants(tx)

    async def check_key(self, tx: Tx, tenant_id: TenantId) -> None:
        """Raise `Unavailable` (code `key_wrong`) when this is not the key that the tenant's data was sealed with."""
        sealed = (await tx.run(select(tenants.c.key_check).where(tenants.c.id == tenant_id))).scalar_one()
        self._keys.open(tenant_id, _KEY_CHECK, tenant_id, sealed)

    async def add_tenant(self, tx: Tx, principal: Principal, name: str) -> None:
        """Make the caller's tenant."""
        check = self._keys.seal(principal.tenant_id, _KEY_CHECK, principal.tenant_id, b"ok")
        await tx.run(insert(tenants).values(id=principal.tenant_id, name=name, key_check=check))

    async def add_person(self, tx: Tx, principal: Principal, name: str) -> None:
        """Make the caller as a person of their tenant."""
        row = {
            "id": principal.person_id,
            "role": principal.role.value,
            "state": principal.state.value,
            "name": self._keys.seal(principal.tenant_id, _NAME, principal.person_id, name),
            "preferences": self._sealed(principal, Preferences()),
        }
        await self._people.insert(tx, principal, row)

    async def person(self, tx: Tx, principal: Principal) -> Person | None:
        """The caller's own person."""
        row = await self._people.get(tx, principal, principal.person_id)
        return self._person(row) if row else None

    async def owner(self, tx: Tx, principal: Principal) -> Principal | None:
        """The oldest owner of the caller's tenant."""
        query = self._people.select(principal, people.c.id, people.c.role, people.c.state)
        row = (
            await tx.run(query.where(people.c.role == Role.OWNER.value).order_by(people.c.id).limit(1))
        ).one_or_none()
        if row is None:
            return None
        return Principal(principal.tenant_id, PersonId(row.id), Role(row.role), IdentityState(row.state))

    async def save_preferences(
        self, tx: Tx, principal: Principal, preferences: Preferences, version: int | None = None
    ) -> bool:
        """Store what the caller wants; raises `VersionMismatch` for a stale version."""
        values = {"preferences": self._sealed(principal, preferences)}
        return await self._people.change(tx, principal, principal.person_id, values, version)

    async def rename(self, tx: Tx, principal: Principal, name: str, version: int | None = None) -> bool:
        """Store the caller's name; raises `VersionMismatch` for a stale version."""
        sealed = self._keys.seal(principal.tenant_id, _NAME, principal.person_id, name)
        return await self._people.change(tx, principal, principal.person_id, {"name": sealed}, version)

    async def add_credential(
        self,
        tx: Tx,
        principal: Principal,
        kind: CredentialKind,
        secret_hash: str,
        expires_at: datetime | None,
        name: str = "",
        scopes: tuple[str, ...] = (),
    ) -> UUID:
        """Store the hash of a fresh secret of the caller's."""
        row = {
            "id": new_id(),
            "kind": kind.value,
            "secret_hash": secret_hash,
            "expires_at": expires_at,
            "name": name,
            "scopes": list(scopes),
        }
        await self._credentials.insert(tx, principal, row)
        return UUID(str(row["id"]))

    async def find_credential(self, tx: Tx, secret_hash: str, now: datetime) -> tuple[Principal, Row[Any]] | None:
        """Whose secret this is, unless it is unknown or out of date; needs the scope `Credential` of that hash."""
        query = select(credentials).where(credentials.c.secret_hash == secret_hash)
        row = (await tx.run(query)).one_or_none()
        if row is None or (row.expires_at is not None and row.expires_at <= now):
            return None
        return Principal(TenantId(row.tenant_id), PersonId(row.person_id)), row

    async def caller(self, tx: Tx, principal: Principal, credential: Row[Any]) -> Caller | None:
        """The whole caller behind a credential: role and state from the person's row."""
        known = await self.known(tx, principal)
        if known is None:
            return None
        scoped = dataclasses.replace(known, scopes=frozenset(credential.scopes))
        return Caller(scoped, CredentialKind(credential.kind), credential.id)

    async def known(self, tx: Tx, principal: Principal) -> Principal | None:
        """The caller with role and state from their row; None when they are gone or suspended."""
        row = await self._people.get(tx, principal, principal.person_id)
        if row is None or row.state == IdentityState.SUSPENDED.value:
            return None
        return Principal(principal.tenant_id, principal.person_id, Role(row.role), IdentityState(row.state))

    async def touch(
        self,
        tx: Tx,
        principal: Principal,
        credential_id: UUID | None,
        now: datetime,
        visit: Visit,
        kept: AddressKept,
    ) -> None:
        """Note that a credential was used, by which browser and from where, as much as may be kept."""
        if credential_id is not None:
            used = self._credentials.update(principal).where(credentials.c.id == credential_id)
            await tx.run(used.values(use_of(now, visit, kept)))
        told = {"user_agent": visit.agent, "ip_address": self.kept_address(visit, kept)}
        seen = {"last_seen": now} | {k: v for k, v in told.items() if v is not None}
        await tx.run(self._people.update(principal).where(people.c.id == principal.person_id).values(seen))

    def kept_address(self, visit: Visit, kept: AddressKept) -> str | None:
        """What is stored of the network address: its first part, a keyed hash, or nothing."""
        if kept is AddressKept.TRUNCATED:
            return visit.truncated
        if kept is AddressKept.NONE or visit.truncated is None:
            return None
        return self._keys.blind(UUID(int=0), "people.ip_address", visit.network)

    async def take(self, tx: Tx, principal: Principal, credential_id: UUID, kind: CredentialKind) -> bool:
        """Remove a credential of this kind; True for exactly one of several that try at once."""
        mine = self._credentials.delete(principal).where(credentials.c.id == credential_id)
        return (await tx.run(mine.where(credentials.c.kind == kind.value))).rowcount == 1

    async def api_keys(self, tx: Tx, principal: Principal) -> list[ApiKey]:
        """The caller's API keys, newest first."""
        query = self._credentials.select(principal).where(credentials.c.kind == CredentialKind.API_KEY.value)
        rows = (await tx.run(query.order_by(credentials.c.id.desc()))).all()
        return [
            ApiKey(row.id, row.name, tuple(row.scopes), row.created_at, row.expires_at, row.last_used_at)
            for row in rows
        ]

    async def drop_expired(self, tx: Tx, principal: Principal) -> int:
        """Remove the caller's credentials that are out of date."""
        stale = self._credentials.delete(principal).where(credentials.c.expires_at < func.now())
        return (await tx.run(stale)).rowcount

    def _sealed(self, principal: Principal, preferences: Preferences) -> bytes:
        text = json.dumps(dataclasses.asdict(preferences))
        return self._keys.seal(principal.tenant_id, _PREFERENCES, principal.person_id, text)

    def _person(self, row: Row[Any]) -> Person:
        stored = json.loads(self._keys.open(row.tenant_id, _PREFERENCES, row.id, row.preferences))
        known = {field.name for field in dataclasses.fields(Preferences)}
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in stored.items() if k in known}
        return Person(
            id=PersonId(row.id),
            tenant_id=TenantId(row.tenant_id),
            name=self._keys.open_text(row.tenant_id, _NAME, row.id, row.name),
            role=Role(row.role),
            state=IdentityState(row.state),
            preferences=Preferences(**values),
            version=row.version,
            created_at=row.created_at,
            last_seen=row.last_seen,
            email=self._keys.open_text(row.tenant_id, EMAIL, row.id, row.email) if row.email is not None else None,
            is_proved=row.email_verified_at is not None,
            has_password=row.hashed_password is not None,
            guest_used=row.guest_used,
            user_agent=row.user_agent,
            ip_address=row.ip_address,
            first_seen=row.first_seen,
        )


def use_of(now: datetime, visit: Visit, kept: AddressKept) -> dict[str, Any]:
    """What a credential keeps of its last use. A keyed hash of an address tells its owner nothing, so none is kept."""
    network = visit.truncated if kept is AddressKept.TRUNCATED else None
    told = {"browser": visit.browser, "network": network}
    return {"last_used_at": now} | {name: value for name, value in told.items() if value is not None}
