"""Use cases of membership: vouchers, payments, grants, suspension."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from verivita.core.clock import Clock
from verivita.core.errors import Conflict, Denied, Invalid, NotFound, Unauthenticated
from verivita.core.events import Event
from verivita.core.ids import PersonId, parse_id
from verivita.core.page import Page, PageRequest
from verivita.core.principal import IdentityState, Principal, Role
from verivita.features.identity.entry import EntryService
from verivita.features.identity.members.repository import MemberRepository
from verivita.features.identity.model import Issued, Person
from verivita.features.identity.service import NOBODY
from verivita.features.identity.states import Step, moved
from verivita.kit.crypto import Keyring, new_secret, secret_hash
from verivita.kit.db import Database
from verivita.kit.event_log import EventLog

_SIGNED_WITHIN_S = 300


@dataclass(frozen=True, slots=True)
class Payment:
    """What a signed webhook says: this person paid; `id` is the payment's own."""

    id: str
    person_id: PersonId


class MemberService:
    """Who is a member, and who may not come in any more."""

    def __init__(
        self,
        db: Database,
        keyring: Keyring,
        events: EventLog,
        clock: Clock,
        entry: EntryService,
        payment_secret: str | None = None,
    ) -> None:
        self.db, self.repo, self.events, self.clock = db, MemberRepository(keyring), events, clock
        self._entry, self._payment_secret = entry, payment_secret

    async def redeem(self, principal: Principal, voucher: str) -> IdentityState:
        """Become a member by a voucher of the caller's tenant; it works once. Raises `Invalid`, `Conflict`."""
        async with self.db.begin(principal) as tx:
            state = await self.repo.state(tx, principal)
            after = moved(state or IdentityState.SUSPENDED, Step.UPGRADED)
            if not await self.repo.use_voucher(tx, principal, secret_hash(voucher.strip()), self.clock.now()):
                raise Invalid("voucher", "This voucher is unknown, was used already or has run out.")
            await self.repo.set_state(tx, principal, after)
            await self.events.record(tx, principal, Event("person.upgraded", {"by": "voucher"}))
        return after

    async def paid(self, principal: Principal, body: bytes, signature: str) -> IdentityState:
        """Take the message of a payment service; `principal` is `NOBODY`, the signature says who speaks.

        `signature` is `t=SECONDS,v1=HEX`, HMAC-SHA256 over `SECONDS.BODY`, at most five minutes old. The same payment
        twice has one effect. Raises `Denied` (code `signature`), `Invalid`, `NotFound`.
        """
        payment = self._signed(body, signature)
        home = await self._entry.home(NOBODY)
        async with self.db.begin(home) as tx:
            payer = await self.repo.other(tx, home, payment.person_id)
        if payer is None:
            raise NotFound("person")
        blind = self.repo.blind_subject("payment", payment.id)
        async with self.db.begin(payer) as tx:
            state = await self.repo.state(tx, payer)
            after = moved(state or IdentityState.SUSPENDED, Step.UPGRADED)
            if await self.repo.note_payment(tx, payer, blind, self.clock.now()):
                await self.repo.set_state(tx, payer, after)
                await self.events.record(tx, payer, Event("person.upgraded", {"by": "payment"}))
        return after

    async def grant(self, principal: Principal, person_id: PersonId) -> IdentityState:
        """Make a verified person of the tenant a member. Raises `Denied`, `NotFound`, `Conflict`."""
        principal.require_admin()
        async with self.db.begin(principal) as tx:
            other = _there(await self.repo.other(tx, principal, person_id))
            after = moved(other.state, Step.UPGRADED)
            await self.repo.put_state(tx, principal, person_id, after, None)
            await self.events.record(tx, principal, Event("person.upgraded", {"by": "grant", "who": str(person_id)}))
        return after

    async def suspend(self, principal: Principal, person_id: PersonId) -> None:
        """Keep a person of the tenant out, everywhere within a minute. Nobody suspends an owner or themselves."""
        principal.require_admin()
        async with self.db.begin(principal) as tx:
            other = _there(await self.repo.other(tx, principal, person_id))
            if other.role is Role.OWNER or other.person_id == principal.person_id:
                raise Denied("forbidden", "An owner, or oneself, cannot be suspended.")
            if other.state is not IdentityState.SUSPENDED:
                after = moved(other.state, Step.SUSPENDED)
                await self.repo.put_state(tx, principal, person_id, after, other.state)
                await self.events.record(tx, principal, Event("person.suspended", {"who": str(person_id)}))

    async def restore(self, principal: Principal, person_id: PersonId) -> IdentityState:
        """Let a suspended person in again, in the state that they had. Raises `Conflict` for any other person."""
        principal.require_admin()
        async with self.db.begin(principal) as tx:
            other = _there(await self.repo.other(tx, principal, person_id))
            if other.state is not IdentityState.SUSPENDED:
                raise Conflict("state", "This person is not suspended.")
            before = await self.repo.suspended_from(tx, principal, person_id)
            await self.repo.put_state(tx, principal, person_id, before, None)
            await self.events.record(tx, principal, Event("person.restored", {"who": str(person_id)}))
        return before

    async def voucher(self, principal: Principal, lasts: timedelta | None = None) -> Issued:
        """A voucher of the caller's tenant; its secret is in the answer and nowhere else."""
        principal.require_admin()
        secret = new_secret()
        expires = self.clock.now() + lasts if lasts else None
        async with self.db.begin(principal) as tx:
            id: UUID = await self.repo.add_voucher(tx, principal, secret_hash(secret), expires)
        return Issued(id, secret, expires)

    async def page(self, principal: Principal, request: PageRequest) -> Page[Person]:
        """The people of the caller's tenant, newest first."""
        principal.require_admin()
        async with self.db.begin(principal) as tx:
            found, total = await self.repo.page(tx, principal, request)
        return Page(found, total, request.page, request.limit)

    def _signed(self, body: bytes, signature: str) -> Payment:
        if self._payment_secret is None:
            raise Unauthenticated("signature", "No payment service is configured.")
        parts = dict(part.strip().partition("=")[::2] for part in signature.split(","))
        sent, mark = parts.get("t", ""), parts.get("v1", "")
        wanted = hmac.new(self._payment_secret.encode(), sent.encode() + b"." + body, hashlib.sha256).hexdigest()
        fresh = sent.isdecimal() and abs(self.clock.now().timestamp() - int(sent)) <= _SIGNED_WITHIN_S
        if not hmac.compare_digest(wanted.encode(), mark.encode()) or not fresh:
            raise Unauthenticated("signature", "The signature of this message does not hold.")
        try:
            said = json.loads(body)
            payment, person = str(said["id"]), parse_id(str(said["person_id"]))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise Invalid(message="The message of the payment service cannot be read.") from error
        if person is None:
            raise NotFound("person")
        return Payment(payment, PersonId(person))


def _there(person: Principal | None) -> Principal:
    if person is None:
        raise NotFound("person")
    return person
