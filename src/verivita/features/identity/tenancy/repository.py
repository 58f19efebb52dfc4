"""Invitations, roles and consents in SQL; addresses are sealed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from verivita.core.ids import PersonId, TenantId, new_id
from verivita.core.principal import Principal, Role
from verivita.features.identity.members.repository import MemberRepository
from verivita.features.identity.model import Person
from verivita.features.identity.tables import consents, invitations, people
from verivita.features.identity.tenancy.model import Consent, Invitation, Shared
from verivita.kit.crypto import Keyring
from verivita.kit.db import Repository, Tx, of

_EMAIL = "invitations.email"


class TenancyRepository(MemberRepository):
    """Who was asked in, who is what, and who may see what of whom."""

    def __init__(self, keyring: Keyring) -> None:
        super().__init__(keyring)
        self._invitations, self._consents = Repository(invitations), Repository(consents)

    async def invite(
        self, tx: Tx, principal: Principal, email: str, role: Role, secret_hash: str, expires_at: datetime
    ) -> UUID:
        """Keep an invitation; an earlier open one for the same address ends."""
        blind, id = self.blind_email(email), new_id()
        open_ = invitations.c.accepted_at.is_(None)
        await tx.run(self._invitations.delete(principal).where(invitations.c.email_blind == blind, open_))
        row = {
            "id": id,
            "role": role.value,
            "email": self._keys.seal(principal.tenant_id, _EMAIL, id, email),
            "email_blind": blind,
            "secret_hash": secret_hash,
            "invited_by": principal.person_id,
            "expires_at": expires_at,
        }
        await self._invitations.insert(tx, principal, row)
        return id

    async def invitations(self, tx: Tx, principal: Principal) -> list[Invitation]:
        """The invitations of the tenant, newest first."""
        query = self._invitations.select(principal).order_by(invitations.c.id.desc())
        return [self._invitation(row) for row in await tx.run(query)]

    async def withdraw(self, tx: Tx, principal: Principal, id: UUID) -> bool:
        """End an invitation that nobody has accepted."""
        open_ = self._invitations.delete(principal).where(invitations.c.id == id, invitations.c.accepted_at.is_(None))
        return (await tx.run(open_)).rowcount == 1

    async def found(self, tx: Tx, secret_hash: str, now: datetime) -> tuple[TenantId, Invitation] | None:
        """The open invitation with this secret; needs the scope `Credential` of that hash."""
        query = select(invitations).where(invitations.c.secret_hash == secret_hash)
        row = (await tx.run(query.where(invitations.c.accepted_at.is_(None)))).one_or_none()
        if row is None or row.expires_at <= now:
            return None
        return TenantId(row.tenant_id), self._invitation(row)

    async def accept(self, tx: Tx, principal: Principal, id: UUID, now: datetime) -> bool:
        """Use an invitation up as the caller; True for exactly one of several that try at once."""
        open_ = self._invitations.update(principal).where(invitations.c.id == id, invitations.c.accepted_at.is_(None))
        return (await tx.run(open_.values(accepted_by=principal.person_id, accepted_at=now))).rowcount == 1

    async def put_role(self, tx: Tx, principal: Principal, person_id: PersonId, role: Role) -> None:
        """Give a person of the tenant a role."""
        await tx.run(self._people.update(principal).where(people.c.id == person_id).values(role=role.value))

    async def consent(self, tx: Tx, principal: Principal, given_to: PersonId, shared: Shared) -> UUID:
        """Keep a consent of the caller's; the one that stands already, where there is one."""
        mine = self._consents.select(principal, consents.c.id).where(
            consents.c.given_to == given_to, consents.c.thing == shared.value, consents.c.ended_at.is_(None)
        )
        known = (await tx.run(mine)).scalars().first()
        if known is not None:
            return UUID(str(known))
        row = {"id": new_id(), "given_to": given_to, "thing": shared.value}
        await self._consents.insert(tx, principal, row)
        return row["id"]  # type: ignore[return-value]

    async def end_consent(self, tx: Tx, principal: Principal, id: UUID, now: datetime) -> bool:
        """End a consent of the caller's."""
        mine = self._consents.update(principal).where(consents.c.id == id, consents.c.ended_at.is_(None))
        return (await tx.run(mine.values(ended_at=now))).rowcount == 1

    async def consents(self, tx: Tx, principal: Principal) -> list[Consent]:
        """What the caller gave, newest first."""
        query = self._consents.select(principal).order_by(consents.c.id.desc())
        return [_consent(row) for row in await tx.run(query)]

    async def consents_to(self, tx: Tx, principal: Principal) -> list[Consent]:
        """What others gave the caller and have not ended."""
        # The first lock of this table is the giver's; here it is the receiver's, within the tenant.
        to_me = select(consents).where(
            consents.c.tenant_id == principal.tenant_id,
            consents.c.given_to == principal.person_id,
            consents.c.ended_at.is_(None),
        )
        return [_consent(row) for row in await tx.run(to_me.order_by(consents.c.id.desc()))]

    async def member(self, tx: Tx, principal: Principal, person_id: PersonId) -> Row[Any] | None:
        """Role and state of a person of the tenant."""
        query = select(people.c.id, people.c.role, people.c.state).where(of(people, principal))
        return (await tx.run(query.where(people.c.id == person_id))).one_or_none()

    async def readers(self, tx: Tx, principal: Principal) -> list[Person]:
        """People of the tenant who are no students, oldest first."""
        query = self._people.select(principal).where(people.c.role != Role.STUDENT.value).order_by(people.c.id)
        return [self._person(row) for row in await tx.run(query)]

    def _invitation(self, row: Row[Any]) -> Invitation:
        return Invitation(
            id=row.id,
            email=self._keys.open_text(row.tenant_id, _EMAIL, row.id, row.email),
            role=Role(row.role),
            created_at=row.created_at,
            expires_at=row.expires_at,
            accepted_by=PersonId(row.accepted_by) if row.accepted_by else None,
        )


def _consent(row: Row[Any]) -> Consent:
    return Consent(
        row.id, PersonId(row.person_id), PersonId(row.given_to), Shared(row.thing), row.created_at, row.ended_at
    )
