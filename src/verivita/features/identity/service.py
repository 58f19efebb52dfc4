"""Use cases of identity: the machine's owner, the one-time link, sessions, API keys, preferences."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from verivita.core.clock import Clock
from verivita.core.errors import FieldError, Invalid, NotFound, Unauthenticated, Unavailable
from verivita.core.events import Event
from verivita.core.ids import PersonId, TenantId, new_id
from verivita.core.principal import IdentityState, Principal, Role
from verivita.features.identity.model import ApiKey, Caller, CredentialKind, Issued, Person, Preferences
from verivita.features.identity.repository import IdentityRepository
from verivita.features.identity.standings import Standings
from verivita.features.identity.visits import NOWHERE, AddressKept, Visit
from verivita.kit.crypto import Keyring, new_secret, secret_hash
from verivita.kit.db import Credential, Database, Everywhere
from verivita.kit.db.changes import Changes
from verivita.kit.event_log import EventLog

OWNER_LINK_LASTS = timedelta(hours=1)
SESSION_LASTS = timedelta(days=30)
SCOPES = ("read", "write")
_TOUCH_EVERY = timedelta(minutes=1)

NOBODY = Principal(TenantId(UUID(int=0)), PersonId(UUID(int=0)), Role.STUDENT, IdentityState.GUEST)
"""Who asks before anybody is known: sees nothing, owns nothing."""


class IdentityService:
    """Who there is, and how they come in."""

    def __init__(
        self,
        db: Database,
        keyring: Keyring,
        events: EventLog,
        clock: Clock,
        kept: AddressKept = AddressKept.TRUNCATED,
        changes: Changes | None = None,
    ) -> None:
        self.db, self.repo, self.events, self.clock = db, IdentityRepository(keyring), events, clock
        self._kept, self._standings = kept, Standings(changes)

    async def owner(self, principal: Principal) -> Principal:
        """The owner of this installation, made with their tenant on first use; `principal` is `NOBODY`.

        Raises `Unavailable` (code `key_wrong`) when the master key does not belong to the stored data.
        """
        found = await self._known_owner(principal)
        if found is None:
            await self._found()
            found = await self._known_owner(principal)
        if found is None:
            raise Unavailable("owner_missing", "This installation has no owner.", next="Restore it from a backup.")
        return found

    async def owner_link(self, principal: Principal) -> Issued:
        """A secret that signs the owner in once, within the hour."""
        return await self._issue(principal, CredentialKind.OWNER_LINK, OWNER_LINK_LASTS)

    async def enter(self, principal: Principal, link_secret: str, visit: Visit = NOWHERE) -> Issued:
        """Turn a one-time owner link into a session; the link is used up. Raises `Unauthenticated`."""
        caller = await self._find(link_secret)
        if caller is None or caller.kind is not CredentialKind.OWNER_LINK:
            raise _link_used()
        async with self.db.begin(caller.principal) as tx:
            if not await self.repo.take(tx, caller.principal, caller.credential_id, caller.kind):
                raise _link_used()
            await self.events.record(tx, caller.principal, Event("session.started"))
        return await self.open_session(caller.principal, visit)

    async def identify(self, principal: Principal, secret: str, kind: CredentialKind, visit: Visit = NOWHERE) -> Caller:
        """Whose secret this is. Raises `Unauthenticated` for an unknown, wrong or out of date one."""
        caller = await self._find(secret, visit)
        if caller is None or caller.kind is not kind:
            raise Unauthenticated(message="This sign-in is unknown or has run out.", next="Sign in again.")
        return caller

    async def open_session(self, principal: Principal, visit: Visit = NOWHERE) -> Issued:
        """A session for a person who has just proved who they are."""
        return await self._issue(principal, CredentialKind.SESSION, SESSION_LASTS, visit=visit)

    async def leave(self, principal: Principal, secret: str) -> None:
        """End the session of this secret."""
        caller = await self._find(secret)
        if caller is not None and caller.principal.person_id == principal.person_id:
            async with self.db.begin(principal) as tx:
                await self.repo.take(tx, principal, caller.credential_id, CredentialKind.SESSION)

    async def credential_of(self, principal: Principal, secret: str) -> UUID | None:
        """Which credential of the caller's this secret is; None for one that is not theirs."""
        caller = await self._find(secret)
        return caller.credential_id if caller and caller.principal.person_id == principal.person_id else None

    async def create_key(
        self, principal: Principal, name: str, scopes: tuple[str, ...] = (), lasts: timedelta | None = None
    ) -> Issued:
        """A new API key of the caller's; its secret is in the answer and nowhere else."""
        if not name.strip() or len(name) > 100:
            raise Invalid(message="A key needs a name.", errors=[FieldError("name", "must have 1 to 100 characters")])
        unknown = [scope for scope in scopes if scope not in SCOPES]
        if unknown:
            raise Invalid(message="Unknown scope.", errors=[FieldError("scopes", f"must be of {', '.join(SCOPES)}")])
        return await self._issue(principal, CredentialKind.API_KEY, lasts, name.strip(), scopes)

    async def keys(self, principal: Principal) -> list[ApiKey]:
        """The caller's API keys, newest first, without their secrets."""
        async with self.db.begin(principal) as tx:
            return await self.repo.api_keys(tx, principal)

    async def drop_key(self, principal: Principal, key_id: UUID) -> None:
        """Remove an API key; it stops working at once."""
        async with self.db.begin(principal) as tx:
            if not await self.repo.take(tx, principal, key_id, CredentialKind.API_KEY):
                raise NotFound("key")
            await self.events.record(tx, principal, Event("key.dropped", {"key_id": str(key_id)}))

    async def me(self, principal: Principal) -> Person:
        """The caller as a person."""
        async with self.db.begin(principal) as tx:
            person = await self.repo.person(tx, principal)
        if person is None:
            raise Unauthenticated(message="This person no longer exists.")
        return person

    async def prefer(self, principal: Principal, preferences: Preferences, version: int | None = None) -> Person:
        """Store what the caller wants; a stale `version` is refused."""
        async with self.db.begin(principal) as tx:
            await self.repo.save_preferences(tx, principal, _checked(preferences), version)
            await self.events.record(tx, principal, Event("preferences.changed"))
        return await self.me(principal)

    async def rename(self, principal: Principal, name: str, version: int | None = None) -> Person:
        """Change the caller's name; a stale `version` is refused."""
        if not 1 <= len(name.strip()) <= 200:
            raise Invalid(message="A name is needed.", errors=[FieldError("name", "must have 1 to 200 characters")])
        async with self.db.begin(principal) as tx:
            await self.repo.rename(tx, principal, name.strip(), version)
        return await self.me(principal)

    async def _known_owner(self, principal: Principal) -> Principal | None:
        async with self.db.begin(Everywhere()) as tx:
            tenants = await self.repo.tenants(tx)
        if not tenants:
            return None
        inside = replace(principal, tenant_id=tenants[0].id)
        async with self.db.begin(inside) as tx:
            await self.repo.check_key(tx, tenants[0].id)
            return await self.repo.owner(tx, inside)

    async def _found(self) -> None:
        """Make the first tenant and its owner, unless another process was quicker."""
        owner = Principal(TenantId(new_id()), PersonId(new_id()), Role.OWNER, IdentityState.MEMBER)
        async with self.db.begin(owner) as tx:
            if await self.repo.is_first(tx):
                await self.repo.add_tenant(tx, owner, "Home")
                await self.repo.add_person(tx, owner, "Owner")
                await self.events.record(tx, owner, Event("tenant.created"))

    async def _issue(
        self,
        principal: Principal,
        kind: CredentialKind,
        lasts: timedelta | None,
        name: str = "",
        scopes: tuple[str, ...] = (),
        visit: Visit | None = None,
    ) -> Issued:
        secret, now = new_secret(), self.clock.now()
        expires = now + lasts if lasts else None
        async with self.db.begin(principal) as tx:
            await self.repo.drop_expired(tx, principal)
            id = await self.repo.add_credential(tx, principal, kind, secret_hash(secret), expires, name, scopes)
            if visit is not None:
                await self.repo.touch(tx, principal, id, now, visit, self._kept)
            if kind is CredentialKind.API_KEY:
                await self.events.record(tx, principal, Event("key.made", {"key_id": str(id)}))
        return Issued(id, secret, expires)

    async def _find(self, secret: str, visit: Visit = NOWHERE) -> Caller | None:
        hashed, now = secret_hash(secret), self.clock.now()
        if (standing := self._standings.get(hashed, now)) is not None:
            return standing
        mark = self._standings.mark()
        async with self.db.begin(Credential(hashed)) as tx:
            found = await self.repo.find_credential(tx, hashed, now)
            if found is None:
                return None
            principal, row = found
            await tx.become(principal)
            caller = await self.repo.caller(tx, principal, row)
            if caller is not None and _is_stale(row, now):
                await self.repo.touch(tx, principal, caller.credential_id, now, visit, self._kept)
        if caller is not None:
            self._standings.put(hashed, caller, mark, now, row.expires_at)
        return caller


def _is_stale(row: Any, now: Any) -> bool:
    return row.last_used_at is None or now - row.last_used_at > _TOUCH_EVERY


def _link_used() -> Unauthenticated:
    return Unauthenticated(
        "link_used",
        "This link was used already or has run out.",
        next="Run `verivita link` on the machine that runs Verivita to get a new one.",
    )


def _checked(preferences: Preferences) -> Preferences:
    errors = []
    if preferences.theme not in ("system", "light", "dark"):
        errors.append(FieldError("theme", "must be system, light or dark"))
    if preferences.minimum_pay is not None and not 0 <= preferences.minimum_pay <= 100_000_000:
        errors.append(FieldError("minimum_pay", "must be from 0 to 100000000 a year"))
    if preferences.max_travel_share is not None and not 0 <= preferences.max_travel_share <= 1:
        errors.append(FieldError("max_travel_share", "must be a share from 0 to 1"))
    if any(len(country) != 2 for country in preferences.countries):
        errors.append(FieldError("countries", "must be two-letter country codes"))
    if any(kind not in ("remote", "hybrid", "onsite") for kind in preferences.location_types):
        errors.append(FieldError("location_types", "must be of remote, hybrid, onsite"))
    if errors:
        raise Invalid(message="Some settings are not valid.", errors=errors)
    return preferences
