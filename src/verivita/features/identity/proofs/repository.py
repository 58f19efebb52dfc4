"""Addresses, codes, passwords, refresh tokens and tries in SQL; addresses are sealed and found by blind index."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, text

from verivita.core.ids import PersonId, TenantId, new_id
from verivita.core.principal import IdentityState, Principal, Role
from verivita.features.identity.allowance import TRIES_A_CODE, Tries
from verivita.features.identity.codes import same_email
from verivita.features.identity.model import Account, CodeTry, CredentialKind
from verivita.features.identity.repository import EMAIL, IdentityRepository
from verivita.features.identity.tables import attempts, codes, credentials, people
from verivita.kit.crypto import Keyring
from verivita.kit.db import Repository, Tx

INSTALLATION = UUID(int=0)
"""Stands for the whole installation where a keyed hash is looked up before any tenant is known."""
_CODE_EMAIL = "codes.email"
_TOUCH_EVERY = timedelta(minutes=1)
_ENDED_BY_LEAVING = (CredentialKind.SESSION, CredentialKind.REFRESH, CredentialKind.GUEST, CredentialKind.OWNER_LINK)


class ProofRepository(IdentityRepository):
    """People by what they have proved."""

    def __init__(self, keyring: Keyring) -> None:
        super().__init__(keyring)
        self._codes = Repository(codes)
        self._attempts = Repository(attempts)

    def blind_email(self, email: str) -> str:
        """What an e-mail address is looked up by in the whole installation."""
        return self._keys.blind(INSTALLATION, "email", same_email(email))

    def blind_key(self, kind: str, value: str) -> str:
        """The name under which tries of `kind` by `value` are counted."""
        return f"{kind}|{self._keys.blind(INSTALLATION, 'attempts', f'{kind}|{value}')}"

    def blind_subject(self, issuer: str, subject: str) -> str:
        """What a person of another issuer is looked up by."""
        return self._keys.blind(INSTALLATION, "external", f"{issuer}\n{subject}")

    def code_hash(self, principal: Principal, code: str) -> str:
        """What is stored of a code: a keyed hash, since a million guesses are nothing without the key."""
        return self._keys.blind(principal.tenant_id, f"code|{principal.person_id}", code)

    async def lock(self, tx: Tx, name: str) -> None:
        """Let nobody else pass here with this name until the end of the transaction."""
        await tx.run(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})

    # --- how often ---------------------------------------------------------------------------------------------

    async def count(self, tx: Tx, principal: Principal, key: str, tries: Tries, now: datetime) -> UUID | float:
        """Note one more try: its id, or the seconds to wait when `tries` are used up. Exact for any window of time."""
        await self.lock(tx, key)
        since = now - timedelta(seconds=tries.period)
        mine = attempts.c.key == key
        await tx.run(self._attempts.delete(principal).where(mine, attempts.c.at <= since))
        query = self._attempts.select(principal, func.count().label("used"), func.min(attempts.c.at).label("oldest"))
        row = (await tx.run(query.where(mine))).one()
        if row.used >= tries.most:
            waited: float = (now - row.oldest).total_seconds()
            return max(1.0, tries.period - waited)
        id = new_id()
        await self._attempts.insert(tx, principal, {"id": id, "key": key, "at": now})
        return id

    async def uncount(self, tx: Tx, principal: Principal, ids: Sequence[UUID]) -> None:
        """Forget tries that turned out right."""
        await self._attempts.remove(tx, principal, ids)

    # --- the free action and the state -------------------------------------------------------------------------

    async def take_free_action(self, tx: Tx, principal: Principal) -> bool:
        """Use the guest's free action up; True for exactly one of several that try at once."""
        mine = self._people.update(principal).where(people.c.id == principal.person_id)
        free = mine.where(people.c.state == IdentityState.GUEST.value, people.c.guest_used.is_(False))
        return (await tx.run(free.values(guest_used=True))).rowcount == 1

    async def return_free_action(self, tx: Tx, principal: Principal) -> None:
        """Give it back, since nothing came of it."""
        mine = self._people.update(principal).where(people.c.id == principal.person_id)
        await tx.run(mine.where(people.c.state == IdentityState.GUEST.value).values(guest_used=False))

    async def state(self, tx: Tx, principal: Principal) -> IdentityState | None:
        """The caller's state as it is now; nobody changes it until the end of the transaction."""
        query = self._people.select(principal, people.c.state).where(people.c.id == principal.person_id)
        found = (await tx.run(query.with_for_update())).scalar_one_or_none()
        return IdentityState(found) if found is not None else None

    async def set_state(self, tx: Tx, principal: Principal, state: IdentityState) -> None:
        """Move the caller to a state; the service has asked the table of moves."""
        mine = self._people.update(principal).where(people.c.id == principal.person_id)
        await tx.run(mine.values(state=state.value))

    # --- e-mail addresses and passwords ------------------------------------------------------------------------

    async def set_email(self, tx: Tx, principal: Principal, email: str, proved_at: datetime | None) -> None:
        """Keep the caller's address, proved or only claimed."""
        values: dict[str, Any] = {
            "email": self._keys.seal(principal.tenant_id, EMAIL, principal.person_id, email),
            "email_blind": self.blind_email(email),
            "email_verified_at": proved_at,
        }
        await tx.run(self._people.update(principal).where(people.c.id == principal.person_id).values(values))

    async def set_password(self, tx: Tx, principal: Principal, hashed: str) -> None:
        """Keep the hash of the caller's password."""
        mine = self._people.update(principal).where(people.c.id == principal.person_id)
        await tx.run(mine.values(hashed_password=hashed))

    async def password_of(self, tx: Tx, principal: Principal) -> str | None:
        """The hash of the caller's password."""
        query = self._people.select(principal, people.c.hashed_password).where(people.c.id == principal.person_id)
        found: str | None = (await tx.run(query)).scalar_one_or_none()
        return found

    async def proved(self, tx: Tx, principal: Principal, email: str) -> Principal | None:
        """Who in the caller's tenant has proved this address; nobody else can prove it until the end."""
        blind = self.blind_email(email)
        await self.lock(tx, f"email|{principal.tenant_id}|{blind}")
        query = self._people.select(principal).where(people.c.email_blind == blind)
        row = (await tx.run(query.where(people.c.email_verified_at.is_not(None)))).one_or_none()
        return _principal(row) if row is not None else None

    async def accounts(self, tx: Tx, blind: str) -> list[Account]:
        """Everybody whom an address may mean, seen last first; needs the scope `Credential` of its blind index."""
        query = select(people).where(people.c.email_blind == blind, people.c.hashed_password.is_not(None))
        rows = (await tx.run(query.order_by(people.c.last_seen.desc(), people.c.id.desc()).limit(20))).all()
        return [
            Account(_principal(row), row.email_verified_at is not None, row.hashed_password, row.last_seen)
            for row in rows
        ]

    # --- codes -------------------------------------------------------------------------------------------------

    async def add_code(
        self, tx: Tx, principal: Principal, email: str, code: str, now: datetime, lasts: timedelta
    ) -> None:
        """Keep the hash of a fresh code for this address; every earlier code of the caller ends."""
        await tx.run(self._codes.delete(principal))
        id = new_id()
        row = {
            "id": id,
            "email": self._keys.seal(principal.tenant_id, _CODE_EMAIL, id, email),
            "email_blind": self.blind_email(email),
            "code_hash": self.code_hash(principal, code),
            "expires_at": now + lasts,
        }
        await self._codes.insert(tx, principal, row)

    async def try_code(self, tx: Tx, principal: Principal, email: str, now: datetime) -> CodeTry | None:
        """The caller's code for this address, one try the fewer; None when there is none that stands."""
        tried = (
            self._codes.update(principal)
            .where(codes.c.email_blind == self.blind_email(email))
            .where(codes.c.expires_at > now, codes.c.tries < TRIES_A_CODE)
            .values(tries=codes.c.tries + 1)
            .returning(codes)
        )
        row = (await tx.run(tried)).one_or_none()
        if row is None:
            return None
        return CodeTry(row.id, row.code_hash, self._keys.open_text(row.tenant_id, _CODE_EMAIL, row.id, row.email))

    async def use_code(self, tx: Tx, principal: Principal, id: UUID) -> bool:
        """Use a code up; True for exactly one of several that try at once."""
        return await self._codes.remove(tx, principal, [id]) == 1

    # --- people of other issuers ---------------------------------------------------------------------------------

    async def add_external(self, tx: Tx, principal: Principal, blind: str, issuer: str) -> bool:
        """Note that the caller is this subject of another issuer; False when somebody is noted already."""
        row = {"id": new_id(), "kind": CredentialKind.EXTERNAL.value, "secret_hash": blind, "name": issuer}
        return await self._credentials.insert_new(tx, principal, row, "secret_hash")

    # --- refresh tokens ----------------------------------------------------------------------------------------

    async def add_refresh(
        self,
        tx: Tx,
        principal: Principal,
        family: UUID,
        secret_hash: str,
        expires_at: datetime,
        use: dict[str, Any],
    ) -> None:
        """Keep the hash of a fresh refresh token, and what is kept of its use."""
        row = {
            "id": new_id(),
            "kind": CredentialKind.REFRESH.value,
            "secret_hash": secret_hash,
            "family": family,
            "expires_at": expires_at,
        }
        await self._credentials.insert(tx, principal, row | use)

    async def touch_family(self, tx: Tx, principal: Principal, family: UUID, use: dict[str, Any]) -> None:
        """Note that a token of this family was used; where that is known already to a minute, nothing is written."""
        mine = self._credentials.update(principal).where(
            credentials.c.family == family, credentials.c.used_at.is_(None)
        )
        stale = mine.where(credentials.c.last_used_at < use["last_used_at"] - _TOUCH_EVERY)
        await tx.run(stale.values(use))

    async def use_refresh(self, tx: Tx, principal: Principal, credential_id: UUID, now: datetime) -> bool:
        """Use a refresh token up; True for exactly one of several that try at once."""
        mine = self._credentials.update(principal).where(credentials.c.id == credential_id)
        return (await tx.run(mine.where(credentials.c.used_at.is_(None)).values(used_at=now))).rowcount == 1

    async def end_family(self, tx: Tx, principal: Principal, family: UUID) -> int:
        """End every token that came from one sign-in; how many there were."""
        return (await tx.run(self._credentials.delete(principal).where(credentials.c.family == family))).rowcount

    async def family_lives(self, tx: Tx, principal: Principal, family: UUID) -> bool:
        """True while the sign-in that this family came from has not been ended."""
        query = self._credentials.select(principal, credentials.c.id).where(credentials.c.family == family)
        return (await tx.run(query.limit(1))).one_or_none() is not None

    async def end_guest(self, tx: Tx, principal: Principal) -> None:
        """End the caller's guest cookie."""
        guest = credentials.c.kind == CredentialKind.GUEST.value
        await tx.run(self._credentials.delete(principal).where(guest))

    async def end_sessions(self, tx: Tx, principal: Principal) -> int:
        """End every session, token and link of the caller; API keys stay."""
        kinds = [kind.value for kind in _ENDED_BY_LEAVING]
        return (await tx.run(self._credentials.delete(principal).where(credentials.c.kind.in_(kinds)))).rowcount

    # --- guests who never came back ----------------------------------------------------------------------------

    async def drop_stale_guests(self, tx: Tx, principal: Principal, before: datetime) -> int:
        """Erase guests of the caller's tenant who were not seen since and used nothing; how many there were."""
        stale = self._people.delete(principal).where(people.c.state == IdentityState.GUEST.value)
        idle = stale.where(people.c.guest_used.is_(False), people.c.last_seen < before, people.c.role == "student")
        return (await tx.run(idle)).rowcount


def _principal(row: Row[Any]) -> Principal:
    return Principal(TenantId(row.tenant_id), PersonId(row.id), Role(row.role), IdentityState(row.state))
