"""Use cases of the second step: set an authenticator up, ask for its code at sign-in, switch it off."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from verivita.core.clock import Clock
from verivita.core.errors import Conflict, Denied, FieldError, Invalid, NotFound, Unauthenticated, VerivitaError
from verivita.core.events import Event
from verivita.core.ids import PersonId, TenantId
from verivita.core.principal import Principal, Role
from verivita.features.identity import allowance
from verivita.features.identity.proofs.repository import INSTALLATION
from verivita.features.identity.second import otp
from verivita.features.identity.second.model import Enrolment, SecondStep, SecondStepNeeded, Ticket
from verivita.features.identity.second.repository import SecondRepository
from verivita.features.identity.service import NOBODY
from verivita.features.identity.states import PROVED
from verivita.features.identity.turnstile import Counted, Turnstile
from verivita.kit.crypto import Keyring
from verivita.kit.db import Database
from verivita.kit.event_log import EventLog

TICKET_LASTS = timedelta(minutes=5)
_PLACE = "second step"


class SecondStepService:
    """One-time codes of an authenticator (RFC 6238), asked for after every other proof but an API key."""

    def __init__(self, db: Database, keyring: Keyring, events: EventLog, clock: Clock) -> None:
        self.db, self.repo, self.events, self.clock = db, SecondRepository(keyring), events, clock
        self._keys = keyring
        self._turnstile = Turnstile(db, self.repo, clock)

    async def state(self, principal: Principal) -> SecondStep:
        """Whether the caller has switched it on."""
        async with self.db.begin(principal) as tx:
            held = await self.repo.authenticator(tx, principal)
        if held is None or held.confirmed_at is None:
            return SecondStep()
        return SecondStep(held.confirmed_at, held.recovery_left)

    async def begin(self, principal: Principal, account: str) -> Enrolment:
        """A fresh seed for an authenticator, in the answer and nowhere else; `confirm` switches the step on.

        `account` is the name that the authenticator shows. Raises `Denied` for somebody who has not proved who they
        are, `Conflict` (code `second_step_on`) where one is in use.
        """
        if principal.state not in PROVED:
            raise allowance.refusal(principal.state)
        seed = otp.new_seed()
        async with self.db.begin(principal) as tx:
            if not await self.repo.enrol(tx, principal, seed):
                raise Conflict("second_step_on", "The second step is on already.", next="Switch it off first.")
        return Enrolment(seed, otp.setup_uri(seed, account))

    async def confirm(self, principal: Principal, code: str) -> tuple[str, ...]:
        """Switch the second step on by a first code; ten recovery codes, in the answer and nowhere else.

        Raises `Invalid` (code `code_wrong`), `LimitReached`, `Conflict` (code `second_step_off`) where none was begun.
        """
        noted = await self._turnstile.count(principal, _tries(principal))
        recovery, now = otp.new_recovery_codes(), self.clock.now()
        async with self.db.begin(principal) as tx:
            held = await self.repo.authenticator(tx, principal)
            if held is None or held.confirmed_at is not None:
                raise Conflict("second_step_off", "No authenticator is being set up.", next="Begin again.")
            step = otp.fitting_step(held.seed, otp.plain(code), now)
            if step is None or not await self.repo.confirm(tx, principal, held.id, step, recovery, now):
                raise _wrong()
            await self.events.record(tx, principal, Event("account.second_step_on"))
        await self._turnstile.forget(principal, noted)
        return recovery

    async def switch_off(self, principal: Principal, code: str) -> None:
        """Do without it from now on; needs a code. Raises `Invalid` (code `code_wrong`), `LimitReached`."""
        await self._check(principal, code)
        async with self.db.begin(principal) as tx:
            await self.repo.drop(tx, principal)
            await self.events.record(tx, principal, Event("account.second_step_off"))

    async def lift(self, principal: Principal, person_id: PersonId) -> None:
        """Switch it off for somebody of the caller's tenant who lost authenticator and recovery codes.

        Raises `Denied` for who is no admin (no owner, where it is about an owner or admin), `NotFound` where the person
        is unknown or has none.
        """
        principal.require_admin()
        async with self.db.begin(principal) as tx:
            other = await self.repo.known(tx, replace(principal, person_id=person_id))
        if other is None:
            raise NotFound("person")
        if other.is_admin and principal.role is not Role.OWNER:
            raise Denied("forbidden", "Only an owner may do this with owners and admins.")
        async with self.db.begin(other) as tx:
            if not await self.repo.drop(tx, other):
                raise NotFound("second step")
        async with self.db.begin(principal) as tx:
            await self.events.record(tx, principal, Event("person.second_step_lifted", {"who": str(person_id)}))

    async def ask(self, principal: Principal, guest: Principal | None = None, *, with_password: bool = False) -> None:
        """Let the caller, who has just given their first proof, pass; raise `SecondStepNeeded` where there is a second.

        `guest` is whom they came as, whose work goes over to them in the end.
        """
        async with self.db.begin(principal) as tx:
            held = await self.repo.authenticator(tx, principal)
        if held is None or held.confirmed_at is None:
            return
        said = {
            "tenant": str(principal.tenant_id),
            "person": str(principal.person_id),
            "guest": str(guest.person_id) if guest is not None else None,
            "password": with_password,
            "until": (self.clock.now() + TICKET_LASTS).timestamp(),
        }
        sealed = self._keys.seal(INSTALLATION, _PLACE, INSTALLATION, json.dumps(said))
        ticket = base64.urlsafe_b64encode(sealed).decode()
        raise SecondStepNeeded(ticket, int(TICKET_LASTS.total_seconds()))

    async def passed(self, principal: Principal, ticket: str, code: str) -> Ticket:
        """Whose second step this code is, with role and state; `principal` is `NOBODY` or a guest.

        A code counts once. Raises `Unauthenticated` for a ticket that is none or has run out, or somebody suspended;
        `Invalid` (code `code_wrong`), `LimitReached`.
        """
        given = self._opened(ticket)
        await self._check(given.person, code)
        async with self.db.begin(given.person) as tx:
            known = await self.repo.known(tx, given.person)
            if known is not None:
                await self.events.record(tx, known, Event("account.second_step_passed"))
        if known is None:
            raise Unauthenticated("suspended", "This account is suspended.", next="Ask who runs this installation.")
        return replace(given, person=known)

    async def _check(self, principal: Principal, code: str) -> None:
        """Use a code of the authenticator, or a recovery code, up."""
        noted = await self._turnstile.count(principal, _tries(principal))
        typed = otp.plain(code)
        async with self.db.begin(principal) as tx:
            held = await self.repo.authenticator(tx, principal)
            if held is None or held.confirmed_at is None:
                raise _wrong()
            step = otp.fitting_step(held.seed, typed, self.clock.now())
            if step is not None:
                fits = await self.repo.use_step(tx, principal, held.id, step)
            else:
                fits = await self.repo.use_recovery(tx, principal, held.id, typed)
                if fits:
                    await self.events.record(tx, principal, Event("account.recovery_code_used"))
            if not fits:
                raise _wrong()
        await self._turnstile.forget(principal, noted)

    def _opened(self, ticket: str) -> Ticket:
        try:
            sealed = base64.urlsafe_b64decode(ticket.encode())
            said: dict[str, Any] = json.loads(self._keys.open_text(INSTALLATION, _PLACE, INSTALLATION, sealed))
        except (ValueError, VerivitaError) as error:
            raise _over() from error
        if said["until"] <= self.clock.now().timestamp():
            raise _over()
        person = replace(NOBODY, tenant_id=TenantId(UUID(said["tenant"])), person_id=PersonId(UUID(said["person"])))
        return Ticket(person, PersonId(UUID(said["guest"])) if said["guest"] else None, bool(said["password"]))


def _tries(principal: Principal) -> Counted:
    return Counted("second-step", str(principal.person_id), allowance.CODE_TRIES)


def _wrong() -> Invalid:
    return Invalid(
        "code_wrong",
        "This code is wrong, was used already or has run out.",
        next="Wait for the next code of your authenticator, or take a recovery code.",
        errors=[FieldError("code", "is not the code that counts now")],
    )


def _over() -> Unauthenticated:
    return Unauthenticated("sign_in_lost", "This sign-in took too long.", next="Sign in again from the start.")
