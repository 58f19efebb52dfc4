"""People whom another issuer vouches for: one person for each of its subjects, made on first sight."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from contextlib import suppress

from verivita.core.clock import Clock
from verivita.core.errors import Invalid
from verivita.core.events import Event
from verivita.core.ids import PersonId, new_id
from verivita.core.principal import IdentityState, Principal, Role
from verivita.features.identity.codes import plain_email
from verivita.features.identity.entry import EntryService
from verivita.features.identity.ports import ExternalSubject
from verivita.features.identity.proofs.repository import ProofRepository
from verivita.features.identity.service import NOBODY
from verivita.features.identity.visits import NOWHERE, Visit
from verivita.kit.crypto import Keyring
from verivita.kit.db import Credential, Database
from verivita.kit.event_log import EventLog


class ExternalPeople:
    """Maps an issuer's subject to a person of ours. `linking` names the issuers whose word on an address is taken."""

    def __init__(
        self,
        db: Database,
        keyring: Keyring,
        events: EventLog,
        clock: Clock,
        entry: EntryService,
        linking: AbstractSet[str] = frozenset(),
    ) -> None:
        self.db, self.repo, self.events, self.clock = db, ProofRepository(keyring), events, clock
        self._entry, self._linking = entry, linking

    async def person(self, principal: Principal, subject: ExternalSubject, visit: Visit = NOWHERE) -> Principal:  # noqa: ARG002
        """The person behind a subject, made verified on first sight; `principal` is `NOBODY`."""
        blind = self.repo.blind_subject(subject.issuer, subject.subject)
        found = await self._find(blind)
        if found is None:
            await self._make(subject, blind)
            found = await self._find(blind)
        assert found is not None
        return found

    async def _find(self, blind: str) -> Principal | None:
        async with self.db.begin(Credential(blind)) as tx:
            found = await self.repo.find_credential(tx, blind, self.clock.now())
        return found[0] if found is not None else None

    async def _make(self, subject: ExternalSubject, blind: str) -> None:
        home = await self._entry.home(NOBODY)
        email = None
        with suppress(Invalid):  # what is no address to us is left out
            email = plain_email(subject.email) if subject.email else None
        async with self.db.begin(home) as tx:
            account = await self.repo.proved(tx, home, email) if email else None
        links = account is not None and subject.issuer in self._linking
        fresh = Principal(home.tenant_id, PersonId(new_id()), Role.STUDENT, IdentityState.VERIFIED)
        person = account if account is not None and links else fresh
        with suppress(_Twice):
            async with self.db.begin(person) as tx:
                if not links:
                    await self.repo.add_person(tx, person, subject.name.strip()[:200] or "Guest")
                if email is not None and await self.repo.proved(tx, person, email) is None:
                    await self.repo.set_email(tx, person, email, self.clock.now())
                if not await self.repo.add_external(tx, person, blind, subject.issuer[:200]):
                    raise _Twice
                await self.events.record(tx, person, Event("person.vouched"))


class _Twice(Exception):
    """Somebody else made the same person a moment ago: ours is rolled back."""
