"""Use cases of a tenant: ask people in, give roles, let others see what is one's own."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from verivita.core.clock import Clock
from verivita.core.errors import Conflict, Denied, Invalid, NotFound
from verivita.core.events import Event
from verivita.core.ids import PersonId, new_id
from verivita.core.principal import IdentityState, Principal, Role
from verivita.features.identity.codes import plain_email
from verivita.features.identity.model import Issued, Person
from verivita.features.identity.ports import Mail, Mailer
from verivita.features.identity.second.service import SecondStepService
from verivita.features.identity.tenancy.model import Consent, Invitation, Shared
from verivita.features.identity.tenancy.repository import TenancyRepository
from verivita.kit.crypto import Keyring, new_secret, secret_hash
from verivita.kit.db import Credential, Database
from verivita.kit.event_log import EventLog

INVITATION_LASTS = timedelta(days=7)
_NAME = 200


class TenancyService:
    """Living together in one tenant."""

    def __init__(self, db: Database, keyring: Keyring, events: EventLog, clock: Clock, mailer: Mailer) -> None:
        self.db, self.repo, self.events, self.clock = db, TenancyRepository(keyring), events, clock
        self._mailer, self._second = mailer, SecondStepService(db, keyring, events, clock)

    async def invite(self, principal: Principal, email: str, role: Role, url: str = "") -> Issued:
        """Ask somebody in; the secret is in the mail and in this answer, and nowhere else.

        `url` is the page that takes the secret. Only an owner makes owners and admins. Raises `Denied`, `Invalid`,
        `Unavailable` when no mail can be sent (the invitation stands).
        """
        _may_make(principal, role)
        email, secret, expires = plain_email(email), new_secret(), self.clock.now() + INVITATION_LASTS
        async with self.db.begin(principal) as tx:
            id = await self.repo.invite(tx, principal, email, role, secret_hash(secret), expires)
            await self.events.record(tx, principal, Event("invitation.sent", {"invitation_id": str(id)}))
        if url:
            text = f"You were asked to join Verivita as {role}.\n\n{url}?token={secret}\n\nThe link works once."
            await self._mailer.send(Mail(email, "You were asked to join Verivita", text))
        return Issued(id, secret, expires)

    async def invitations(self, principal: Principal) -> list[Invitation]:
        """Every invitation of the tenant, newest first."""
        principal.require_admin()
        async with self.db.begin(principal) as tx:
            return await self.repo.invitations(tx, principal)

    async def withdraw(self, principal: Principal, invitation_id: UUID) -> None:
        """End an invitation that nobody has accepted. Raises `NotFound`."""
        principal.require_admin()
        async with self.db.begin(principal) as tx:
            if not await self.repo.withdraw(tx, principal, invitation_id):
                raise NotFound("invitation")
            await self.events.record(tx, principal, Event("invitation.ended", {"invitation_id": str(invitation_id)}))

    async def accept(self, principal: Principal, secret: str, name: str = "") -> Principal:
        """Come in by an invitation; who the caller is from now on.

        The secret came by mail, so it proves the address. Whoever has proved that address here before gets the role;
        anybody else becomes a new person of the tenant. Raises `Invalid` (code `invitation`), `SecondStepNeeded`.
        """
        hashed, now = secret_hash(secret), self.clock.now()
        async with self.db.begin(Credential(hashed)) as tx:
            found = await self.repo.found(tx, hashed, now)
        if found is None:
            raise _no_invitation()
        tenant, invitation = found
        fresh = Principal(tenant, PersonId(new_id()), invitation.role, IdentityState.MEMBER)
        async with self.db.begin(fresh) as tx:
            known = await self.repo.proved(tx, fresh, invitation.email)
            guest = known or fresh
            if not await self.repo.accept(tx, guest, invitation.id, now):
                raise _no_invitation()
            if known is None:
                await self.repo.add_person(tx, fresh, name.strip()[:_NAME] or invitation.email.partition("@")[0])
                await self.repo.set_email(tx, fresh, invitation.email, now)
            elif known.state is IdentityState.SUSPENDED:
                raise _no_invitation()
            elif known.role is not Role.OWNER:
                await self.repo.put_role(tx, fresh, known.person_id, invitation.role)
            if known is None:
                await self.events.record(tx, fresh, Event("invitation.accepted", {"invitation_id": str(invitation.id)}))
        if known is None:
            return fresh
        role = known.role if known.role is Role.OWNER else invitation.role
        joined = Principal(tenant, known.person_id, role, known.state)
        await self._second.ask(joined)
        return joined

    async def give_role(self, principal: Principal, person_id: PersonId, role: Role) -> None:
        """Change the role of a person of the tenant, who is told by what they may do from then on.

        Raises `Denied`, `NotFound`, `Conflict` (code `last_owner`) when the tenant would be left without an owner.
        """
        _may_make(principal, role)
        async with self.db.begin(principal) as tx:
            other = await self.repo.other(tx, principal, person_id)
            if other is None:
                raise NotFound("person")
            _may_make(principal, other.role)
            if (
                other.role is Role.OWNER
                and role is not Role.OWNER
                and not await self.repo.others(tx, other, Role.OWNER)
            ):
                raise Conflict("last_owner", "A tenant needs an owner.", next="Make somebody else an owner first.")
            await self.repo.put_role(tx, principal, person_id, role)
            event = Event("member.role", {"who": str(person_id), "role": role.value})
            await self.events.record(tx, principal, event)

    async def consent(self, principal: Principal, given_to: PersonId, shared: Shared) -> UUID:
        """Let a coach or admin of the tenant read one kind of the caller's things. Raises `NotFound`, `Invalid`."""
        async with self.db.begin(principal) as tx:
            reader = await self.repo.member(tx, principal, given_to)
            if reader is None or reader.id == principal.person_id:
                raise NotFound("person")
            if Role(reader.role) is Role.STUDENT:
                raise Invalid("consent", "Only a coach, an admin or an owner can be given this.")
            id = await self.repo.consent(tx, principal, given_to, shared)
            await self.events.record(tx, principal, Event("consent.given", {"id": str(id), "who": str(given_to)}))
        return id

    async def end_consent(self, principal: Principal, consent_id: UUID) -> None:
        """End a consent; it holds no longer from this moment. Raises `NotFound`."""
        async with self.db.begin(principal) as tx:
            if not await self.repo.end_consent(tx, principal, consent_id, self.clock.now()):
                raise NotFound("consent")
            await self.events.record(tx, principal, Event("consent.ended", {"id": str(consent_id)}))

    async def consents(self, principal: Principal) -> tuple[list[Consent], list[Consent]]:
        """What the caller gave (ended ones too), and what stands that others gave the caller."""
        async with self.db.begin(principal) as tx:
            return await self.repo.consents(tx, principal), await self.repo.consents_to(tx, principal)

    async def readers(self, principal: Principal) -> list[Person]:
        """Everybody of the tenant who could be given a consent: coaches, admins, owners."""
        async with self.db.begin(principal) as tx:
            return await self.repo.readers(tx, principal)

    async def reader_of(self, principal: Principal, person_id: PersonId, shared: Shared) -> Principal:
        """The person as whom the caller may read, by a consent that stands; the look is written to the audit log.

        Raises `NotFound` without such a consent, as for an unknown person.
        """
        async with self.db.begin(principal) as tx:
            given = await self.repo.consents_to(tx, principal)
            person = await self.repo.member(tx, principal, person_id)
            allowed = any(c.giver == person_id and c.shared is shared for c in given)
            if person is None or not allowed or principal.role is Role.STUDENT:
                raise NotFound("person")
            await self.events.record(
                tx, principal, Event("consent.used", {"who": str(person_id), "what": shared.value})
            )
        return Principal(principal.tenant_id, person_id, Role(person.role), IdentityState(person.state))


def _may_make(principal: Principal, role: Role) -> None:
    principal.require_admin()
    if role in (Role.OWNER, Role.ADMIN) and principal.role is not Role.OWNER:
        raise Denied("forbidden", "Only an owner may do this with owners and admins.")


def _no_invitation() -> Invalid:
    return Invalid(
        "invitation",
        "This invitation is unknown, was used already or has run out.",
        next="Ask for a new one.",
    )
