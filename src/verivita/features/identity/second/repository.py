"""Authenticators in SQL: seeds are sealed, recovery codes are kept as keyed hashes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_

from verivita.core.ids import new_id
from verivita.core.principal import Principal
from verivita.features.identity.proofs.repository import ProofRepository
from verivita.features.identity.second.model import Authenticator
from verivita.features.identity.second.otp import plain
from verivita.features.identity.tables import authenticators
from verivita.kit.crypto import Keyring
from verivita.kit.db import Repository, Tx

_SEED = "authenticators.seed"


class SecondRepository(ProofRepository):
    """At most one authenticator of each person."""

    def __init__(self, keyring: Keyring) -> None:
        super().__init__(keyring)
        self._authenticators = Repository(authenticators)

    def recovery_hash(self, principal: Principal, code: str) -> str:
        """What is stored of a recovery code."""
        return self._keys.blind(principal.tenant_id, f"recovery|{principal.person_id}", plain(code))

    async def authenticator(self, tx: Tx, principal: Principal) -> Authenticator | None:
        """The caller's authenticator, confirmed or not."""
        row = (await tx.run(self._authenticators.select(principal))).one_or_none()
        if row is None:
            return None
        seed = self._keys.open_text(row.tenant_id, _SEED, row.id, row.seed)
        return Authenticator(row.id, seed, row.confirmed_at, len(row.recovery))

    async def enrol(self, tx: Tx, principal: Principal, seed: str) -> bool:
        """Keep a fresh seed in place of one that was never confirmed; False where one is in use."""
        await self.lock(tx, f"authenticator|{principal.person_id}")
        await tx.run(self._authenticators.delete(principal).where(authenticators.c.confirmed_at.is_(None)))
        id = new_id()
        row = {"id": id, "seed": self._keys.seal(principal.tenant_id, _SEED, id, seed)}
        return await self._authenticators.insert_new(tx, principal, row, "person_id")

    async def confirm(
        self, tx: Tx, principal: Principal, id: UUID, step: int, recovery: Sequence[str], now: datetime
    ) -> bool:
        """Switch the second step on; True for exactly one of several that try at once."""
        mine = self._authenticators.update(principal).where(authenticators.c.id == id)
        fresh = mine.where(authenticators.c.confirmed_at.is_(None))
        hashes = [self.recovery_hash(principal, code) for code in recovery]
        return (await tx.run(fresh.values(confirmed_at=now, last_step=step, recovery=hashes))).rowcount == 1

    async def use_step(self, tx: Tx, principal: Principal, id: UUID, step: int) -> bool:
        """Use the code of a time step up, and every earlier one; True for exactly one of several that try at once."""
        mine = self._authenticators.update(principal).where(authenticators.c.id == id)
        unused = or_(authenticators.c.last_step.is_(None), authenticators.c.last_step < step)
        return (await tx.run(mine.where(unused).values(last_step=step))).rowcount == 1

    async def use_recovery(self, tx: Tx, principal: Principal, id: UUID, code: str) -> bool:
        """Use a recovery code up, likewise."""
        hashed = self.recovery_hash(principal, code)
        mine = self._authenticators.update(principal).where(authenticators.c.id == id)
        held = mine.where(authenticators.c.recovery.contains([hashed]))
        left = func.array_remove(authenticators.c.recovery, hashed)
        return (await tx.run(held.values(recovery=left))).rowcount == 1

    async def drop(self, tx: Tx, principal: Principal) -> bool:
        """Forget the caller's authenticator."""
        return (await tx.run(self._authenticators.delete(principal))).rowcount == 1
