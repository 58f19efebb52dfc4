"""Use cases of bearer tokens: short access tokens, refresh tokens that turn, and tokens of other issuers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from verivita.core.clock import Clock
from verivita.core.errors import Unauthenticated
from verivita.core.events import Event
from verivita.core.ids import PersonId, TenantId, new_id
from verivita.core.principal import Principal
from verivita.features.identity.external import ExternalPeople
from verivita.features.identity.model import CredentialKind, Tokens
from verivita.features.identity.ports import TokenVerifier
from verivita.features.identity.proofs.repository import ProofRepository
from verivita.features.identity.repository import use_of
from verivita.features.identity.tokens import Signer, peek, refused
from verivita.features.identity.visits import NOWHERE, AddressKept, Visit
from verivita.kit.crypto import Keyring, new_secret, secret_hash
from verivita.kit.db import Credential, Database
from verivita.kit.event_log import EventLog

REFRESH_LASTS = timedelta(days=30)
STANDING_LASTS = timedelta(seconds=15)
"""How long this process may go on believing that a person is not suspended and a sign-in not ended."""
_MOST_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class _Seat:
    tenant_id: TenantId
    person_id: PersonId
    family: UUID | None


class AccessService:
    """Tokens for programs and for front ends that hold no cookie."""

    def __init__(
        self,
        db: Database,
        keyring: Keyring,
        events: EventLog,
        clock: Clock,
        signer: Signer,
        verifiers: Sequence[TokenVerifier],
        external: ExternalPeople,
        kept: AddressKept = AddressKept.TRUNCATED,
    ) -> None:
        self.db, self.repo, self.events, self.clock = db, ProofRepository(keyring), events, clock
        self._signer, self._external, self._kept = signer, external, kept
        self._verifiers = {verifier.issuer: verifier for verifier in verifiers}
        self._standings: dict[_Seat, tuple[datetime, Principal]] = {}

    async def issue(self, principal: Principal, visit: Visit = NOWHERE) -> Tokens:
        """A fresh pair for a person who has just proved who they are."""
        return await self._issue(principal, new_id(), None, visit)

    async def refresh(
        self,
        principal: Principal,  # noqa: ARG002 - who asks comes first
        refresh_token: str,
        visit: Visit = NOWHERE,
    ) -> tuple[Principal, Tokens]:
        """A new pair for an unused refresh token; `principal` is `NOBODY`.

        A token that was used before ends its family: either its owner or a thief holds a copy, and nobody can tell
        which. Raises `Unauthenticated`.
        """
        hashed, now = secret_hash(refresh_token), self.clock.now()
        async with self.db.begin(Credential(hashed)) as tx:
            found = await self.repo.find_credential(tx, hashed, now)
        if found is None or found[1].kind != CredentialKind.REFRESH.value:
            raise refused()
        owner, row = found
        async with self.db.begin(owner) as tx:
            caller = await self.repo.caller(tx, owner, row)
            fresh = await self.repo.use_refresh(tx, owner, row.id, now)
            if not fresh:
                await self.repo.end_family(tx, owner, row.family)
                await self.events.record(tx, owner, Event("tokens.reused"))
        if not fresh:
            self.forget(owner, row.family)
            raise Unauthenticated(
                "token_reused",
                "This token was used before, so everything that came from it has ended.",
                next="Sign in again.",
            )
        if caller is None:
            raise refused()
        return caller.principal, await self._issue(caller.principal, row.family, row.began_at or row.created_at, visit)

    async def bearer(self, principal: Principal, token: str, visit: Visit = NOWHERE) -> Principal:
        """Who this token speaks of, ours or that of an issuer that is trusted; `principal` is `NOBODY`.

        Raises `Unauthenticated`; a suspension or the end of a sign-in shows within `STANDING_LASTS`.
        """
        parts = peek(token)
        issuer = parts[1].get("iss") if parts else None
        if issuer == self._signer.issuer:
            claims = self._signer.read(token, self.clock.now())
            return await self._standing(_Seat(claims.tenant_id, claims.person_id, claims.family), visit)
        verifier = self._verifiers.get(issuer) if isinstance(issuer, str) else None
        if verifier is None:
            raise refused()
        known = await self._external.person(principal, await verifier.verify(token), visit)
        return await self._standing(_Seat(known.tenant_id, known.person_id, None), visit)

    def family_of(self, token: str) -> UUID | None:
        """The sign-in that a token of ours came from, or None."""
        try:
            return self._signer.read(token, self.clock.now()).family
        except Unauthenticated:
            return None

    async def log_out(self, principal: Principal, family: UUID | None, refresh_token: str | None = None) -> None:
        """End the sign-in that a token of the caller's came from; unknown tokens are nothing to end."""
        if family is None and refresh_token is not None:
            hashed = secret_hash(refresh_token)
            async with self.db.begin(Credential(hashed)) as tx:
                found = await self.repo.find_credential(tx, hashed, self.clock.now())
            family = found[1].family if found is not None else None
        if family is not None:
            async with self.db.begin(principal) as tx:
                await self.repo.end_family(tx, principal, family)
            self.forget(principal, family)

    async def log_out_everywhere(self, principal: Principal) -> int:
        """End every session, token and link of the caller; how many there were. API keys stay."""
        async with self.db.begin(principal) as tx:
            ended = await self.repo.end_sessions(tx, principal)
            await self.events.record(tx, principal, Event("sessions.ended"))
        for seat in [seat for seat in self._standings if seat.person_id == principal.person_id]:
            del self._standings[seat]
        return ended

    def public_keys(self) -> Mapping[str, Any]:
        """The key set that others may check our tokens with."""
        return self._signer.public_keys()

    async def _issue(self, principal: Principal, family: UUID, began: datetime | None, visit: Visit) -> Tokens:
        secret, now = new_secret(), self.clock.now()
        use = use_of(now, visit, self._kept) | {"began_at": began or now}
        async with self.db.begin(principal) as tx:
            await self.repo.drop_expired(tx, principal)
            await self.repo.add_refresh(tx, principal, family, secret_hash(secret), now + REFRESH_LASTS, use)
        access = self._signer.sign(principal, family, now)
        return Tokens(access, secret, int(self._signer.lasts.total_seconds()))

    async def _standing(self, seat: _Seat, visit: Visit) -> Principal:
        now = self.clock.now()
        kept = self._standings.get(seat)
        if kept is not None and now < kept[0]:
            return kept[1]
        asked = Principal(seat.tenant_id, seat.person_id)
        async with self.db.begin(asked) as tx:
            known = await self.repo.known(tx, asked)
            lives = seat.family is None or await self.repo.family_lives(tx, asked, seat.family)
            if known is not None and lives:
                await self.repo.touch(tx, asked, None, now, visit, self._kept)
                if seat.family is not None:
                    await self.repo.touch_family(tx, asked, seat.family, use_of(now, visit, self._kept))
        if known is None or not lives:
            self._standings.pop(seat, None)
            raise refused()
        if len(self._standings) >= _MOST_KEPT:
            self._standings.clear()
        self._standings[seat] = (now + STANDING_LASTS, known)
        return known

    def forget(self, principal: Principal, family: UUID) -> None:
        """Believe no longer that this sign-in stands."""
        self._standings.pop(_Seat(principal.tenant_id, principal.person_id, family), None)
