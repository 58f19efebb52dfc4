"""Use cases of leaving for good: who would be left, and removing a person or the whole tenant."""

from __future__ import annotations

from verivita.core.errors import Conflict
from verivita.core.events import Event
from verivita.core.principal import Principal, Role
from verivita.features.identity.members.repository import MemberRepository
from verivita.kit.crypto import Keyring
from verivita.kit.db import Database
from verivita.kit.event_log import EventLog


class LeavingService:
    """Removes people. Everything that refers to a person goes with their row."""

    def __init__(self, db: Database, keyring: Keyring, events: EventLog) -> None:
        self.db, self.repo, self.events = db, MemberRepository(keyring), events

    async def others(self, principal: Principal) -> int:
        """How many other people are in the caller's tenant."""
        async with self.db.begin(principal) as tx:
            return await self.repo.others(tx, principal)

    async def check(self, principal: Principal) -> None:
        """Raises `Conflict` (code `last_owner`) when the caller's leaving would leave others without an owner."""
        async with self.db.begin(principal) as tx:
            others = await self.repo.others(tx, principal)
            owners = await self.repo.others(tx, principal, Role.OWNER)
        if principal.role is Role.OWNER and others and not owners:
            raise Conflict(
                "last_owner",
                "Others are in this tenant and you are its only owner.",
                next="Make somebody else an owner, or remove the others first.",
            )

    async def leave(self, principal: Principal) -> None:
        """Remove the caller; with the tenant, when nobody else is in it. May run twice."""
        async with self.db.begin(principal) as tx:
            if await self.repo.others(tx, principal):
                await self.events.record(tx, principal, Event("data.erased"))
                await self.repo.remove_person(tx, principal)
            else:
                await self.repo.remove_tenant(tx, principal)
