"""People of a tenant as its admins see them, and vouchers, in SQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, or_

from verivita.core.ids import PersonId, new_id
from verivita.core.page import PageRequest
from verivita.core.principal import IdentityState, Principal, Role
from verivita.features.identity.model import Person, Voucher
from verivita.features.identity.proofs.repository import ProofRepository
from verivita.features.identity.tables import people, tenants, vouchers
from verivita.kit.crypto import Keyring
from verivita.kit.db import Repository, Tx


class MemberRepository(ProofRepository):
    """Everybody of the caller's tenant. The service has asked for an admin."""

    def __init__(self, keyring: Keyring) -> None:
        super().__init__(keyring)
        self._vouchers = Repository(vouchers)

    async def page(self, tx: Tx, principal: Principal, request: PageRequest) -> tuple[list[Person], int]:
        """People of the tenant, newest first."""
        rows, total = await self._people.page(tx, self._people.select(principal).order_by(people.c.id.desc()), request)
        return [self._person(row) for row in rows], total

    async def other(self, tx: Tx, principal: Principal, person_id: PersonId) -> Principal | None:
        """A person of the tenant; nobody changes their state until the end of the transaction."""
        query = self._people.select(principal).where(people.c.id == person_id).with_for_update()
        row = (await tx.run(query)).one_or_none()
        if row is None:
            return None
        return Principal(principal.tenant_id, PersonId(row.id), Role(row.role), IdentityState(row.state))

    async def suspended_from(self, tx: Tx, principal: Principal, person_id: PersonId) -> IdentityState:
        """The state that a suspension took."""
        query = self._people.select(principal, people.c.suspended_from).where(people.c.id == person_id)
        return IdentityState((await tx.run(query)).scalar_one() or IdentityState.GUEST)

    async def put_state(
        self, tx: Tx, principal: Principal, person_id: PersonId, state: IdentityState, before: IdentityState | None
    ) -> None:
        """Move a person of the tenant; `before` is what a suspension takes."""
        theirs = self._people.update(principal).where(people.c.id == person_id)
        await tx.run(theirs.values(state=state.value, suspended_from=before.value if before else None))

    async def add_voucher(self, tx: Tx, principal: Principal, secret_hash: str, expires_at: datetime | None) -> UUID:
        """Keep the hash of a fresh voucher."""
        id = new_id()
        row = {"id": id, "secret_hash": secret_hash, "made_by": principal.person_id, "expires_at": expires_at}
        await self._vouchers.insert(tx, principal, row)
        return id

    async def use_voucher(self, tx: Tx, principal: Principal, secret_hash: str, now: datetime) -> bool:
        """Use a voucher up; True for exactly one of several that try at once."""
        unused = self._vouchers.update(principal).where(vouchers.c.secret_hash == secret_hash)
        good = unused.where(vouchers.c.used_by.is_(None))
        good = good.where(or_(vouchers.c.expires_at.is_(None), vouchers.c.expires_at > now))
        return (await tx.run(good.values(used_by=principal.person_id, used_at=now))).rowcount == 1

    async def note_payment(self, tx: Tx, principal: Principal, blind: str, now: datetime) -> bool:
        """Note that a payment was taken; False when it was noted before."""
        row = {"id": new_id(), "secret_hash": blind, "used_by": principal.person_id, "used_at": now}
        return await self._vouchers.insert_new(tx, principal, row, "secret_hash")

    async def vouchers(self, tx: Tx, principal: Principal) -> list[Voucher]:
        """The vouchers of the tenant, newest first."""
        rows = (await tx.run(self._vouchers.select(principal).order_by(vouchers.c.id.desc()))).all()
        return [
            Voucher(row.id, row.created_at, row.expires_at, PersonId(row.used_by) if row.used_by else None)
            for row in rows
        ]

    async def others(self, tx: Tx, principal: Principal, role: Role | None = None) -> int:
        """How many other people are in the tenant, of one role or of all."""
        query = self._people.select(principal, func.count()).where(people.c.id != principal.person_id)
        return int((await tx.run(query if role is None else query.where(people.c.role == role.value))).scalar_one())

    async def remove_person(self, tx: Tx, principal: Principal) -> None:
        """Remove the caller; every row of theirs goes along."""
        await tx.run(self._people.delete(principal).where(people.c.id == principal.person_id))

    async def remove_tenant(self, tx: Tx, principal: Principal) -> None:
        """Remove the caller's tenant with everything in it."""
        await tx.run(delete(tenants).where(tenants.c.id == principal.tenant_id))
