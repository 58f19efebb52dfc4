"""Use cases of coming in: guest, e-mail, code, and the one free action."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from datetime import timedelta

from verivita.core.clock import Clock
from verivita.core.errors import Conflict, FieldError, Invalid, Unauthenticated
from verivita.core.events import Event
from verivita.core.ids import PersonId, TenantId, new_id
from verivita.core.principal import IdentityState, Principal, Role
from verivita.features.identity import allowance
from verivita.features.identity.codes import CODE_LASTS, new_code, plain_code, plain_email, same_email
from verivita.features.identity.joining.repository import JoinRepository
from verivita.features.identity.letters import code_letter
from verivita.features.identity.model import CodeTry, CredentialKind, Issued
from verivita.features.identity.ports import Mailer
from verivita.features.identity.proofs.repository import ProofRepository
from verivita.features.identity.second.service import SecondStepService
from verivita.features.identity.service import NOBODY, IdentityService
from verivita.features.identity.states import PROVED, Step, moved
from verivita.features.identity.turnstile import Counted, Turnstile
from verivita.features.identity.visits import NOWHERE, AddressKept, Visit
from verivita.kit.crypto import Keyring, new_secret, secret_hash
from verivita.kit.db import Database, Joining
from verivita.kit.event_log import EventLog

GUEST_LASTS = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Guest:
    """A fresh guest, and the secret of their cookie."""

    principal: Principal
    issued: Issued


class EntryService:
    """How somebody who is not known yet becomes somebody who is."""

    def __init__(
        self,
        db: Database,
        keyring: Keyring,
        events: EventLog,
        clock: Clock,
        identity: IdentityService,
        mailer: Mailer,
        kept: AddressKept = AddressKept.TRUNCATED,
    ) -> None:
        self.db, self.repo, self.events, self.clock = db, ProofRepository(keyring), events, clock
        self.turnstile = Turnstile(db, self.repo, clock)
        self.second = SecondStepService(db, keyring, events, clock)
        self._identity, self._mailer, self._kept = identity, mailer, kept
        self._joins = JoinRepository()
        self._home: TenantId | None = None

    async def home(self, principal: Principal) -> Principal:  # noqa: ARG002 - who asks comes first
        """Nobody in the tenant in which guests of this installation live."""
        if self._home is None:
            self._home = (await self._identity.owner(NOBODY)).tenant_id
        return replace(NOBODY, tenant_id=self._home)

    async def guest(self, principal: Principal, visit: Visit = NOWHERE) -> Guest:
        """A new guest and the secret of their cookie. Raises `LimitReached` for too many from one network."""
        home = await self.home(principal)
        await self.turnstile.count(home, Counted("guest", visit.network, allowance.GUESTS_A_NETWORK))
        made = Principal(home.tenant_id, PersonId(new_id()), Role.STUDENT, IdentityState.GUEST)
        secret, expires = new_secret(), self.clock.now() + GUEST_LASTS
        async with self.db.begin(made) as tx:
            await self.repo.add_person(tx, made, "Guest")
            id = await self.repo.add_credential(tx, made, CredentialKind.GUEST, secret_hash(secret), expires)
            await self.repo.touch(tx, made, id, self.clock.now(), visit, self._kept)
            await self.events.record(tx, made, Event("guest.came"))
        return Guest(made, Issued(id, secret, expires))

    async def act(self, principal: Principal) -> bool:
        """Let a write to the product pass; True when it took the guest's free action.

        Raises `Denied` with code `email_required` or `verification_required`.
        """
        if principal.state in PROVED:
            return False
        async with self.db.begin(principal) as tx:
            taken = await self.repo.take_free_action(tx, principal)
        if not taken:
            raise allowance.refusal(principal.state)
        return True

    async def give_back(self, principal: Principal) -> None:
        """Return the free action, since nothing came of it."""
        async with self.db.begin(principal) as tx:
            await self.repo.return_free_action(tx, principal)

    async def give_email(self, principal: Principal, email: str, visit: Visit = NOWHERE) -> IdentityState:
        """Note an address that somebody says is theirs, and mail a code to it; the state after that.

        The answer is the same whether anybody has that address here already. Raises `Invalid`, `LimitReached`, or
        `Unavailable` when no mail can be sent.
        """
        email = plain_email(email)
        await self.count_mail(principal, email, visit)
        code = new_code()
        async with self.db.begin(principal) as tx:
            state = await self.repo.state(tx, principal)
            if state is None:
                raise Unauthenticated(message="This person no longer exists.")
            after = moved(state, Step.EMAIL_GIVEN)
            await self.repo.set_state(tx, principal, after)
            if after not in PROVED:
                await self.repo.set_email(tx, principal, email, None)
            await self.repo.add_code(tx, principal, email, code, self.clock.now(), CODE_LASTS)
            await self.events.record(tx, principal, Event("email.given"))
        await self._mailer.send(code_letter(email, code, CODE_LASTS))
        return after

    async def verify(self, principal: Principal, email: str, code: str, visit: Visit = NOWHERE) -> Principal:
        """Prove an address by the code that was mailed to it; who the caller is from now on.

        Where somebody has proved the address before, the caller turns out to be that person, and what they made as a
        guest goes over to them. Raises `Invalid` (code `code_wrong`) for a wrong, used or old code, `LimitReached`,
        `SecondStepNeeded`.
        """
        email, home = plain_email(email), await self.home(principal)
        noted = await self.turnstile.count(
            home,
            Counted("code-person", str(principal.person_id), allowance.CODE_TRIES),
            Counted("code-email", same_email(email), allowance.CODE_TRIES),
            Counted("code-network", visit.network, allowance.CODE_TRIES),
        )
        async with self.db.begin(principal) as tx:
            tried = await self.repo.try_code(tx, principal, email, self.clock.now())
        typed = self.repo.code_hash(principal, plain_code(code))
        if tried is None or not hmac.compare_digest(tried.code_hash, typed):
            raise _code_wrong()
        known, guest = await self._prove(principal, tried)
        await self.turnstile.forget(home, noted)
        await self.second.ask(known, guest, with_password=guest is not None)
        if guest is not None:
            await self.join(known, guest, with_password=True)
        return known

    async def second_step(self, principal: Principal, ticket: str, code: str) -> Principal:
        """Give the second proof that `SecondStepNeeded` asked for; who the caller is from now on.

        What they made as a guest goes over only now. Raises what `SecondStepService.passed` does.
        """
        passed = await self.second.passed(principal, ticket, code)
        if passed.guest is not None:
            came_as = replace(NOBODY, tenant_id=passed.person.tenant_id, person_id=passed.guest)
            async with self.db.begin(came_as) as tx:
                state = await self.repo.state(tx, came_as)
            if state is not None and state not in PROVED:
                await self.join(passed.person, replace(came_as, state=state), with_password=passed.with_password)
        return passed.person

    async def join(self, principal: Principal, joined: Principal, *, with_password: bool = False) -> None:
        """Give the caller everything that another person of their tenant made, and erase that person.

        The two are one and the same: the caller has just proved it, and the other one never proved anything. Only who
        proved the very address that the other one signed up with takes over the password, too.
        """
        if joined.state in PROVED or joined.tenant_id != principal.tenant_id:
            raise Conflict("state", "Only what a guest made can go over.")
        if joined.person_id == principal.person_id:
            return
        scope, repo = Joining(principal, joined.person_id), self._joins
        async with self.db.begin(scope) as tx:
            password = await self.repo.password_of(tx, joined) if with_password else None
            if password is not None:
                # Chosen in the browser that holds the code: like any password that is set anew, it ends what was open.
                await self.repo.set_password(tx, principal, password)
                await self.repo.end_sessions(tx, principal)
            moved_rows = await repo.take_over(tx, scope)
            rows = sum(moved_rows.values())
            event = Event("person.joined", {"joined": str(joined.person_id), "rows": rows})
            await self.events.record(tx, principal, event)

    async def count_mail(self, principal: Principal, email: str, visit: Visit) -> None:
        """Note that a mail will be sent. Raises `LimitReached`."""
        await self.turnstile.count(
            await self.home(principal),
            Counted("mail-person", str(principal.person_id), allowance.MAILS),
            Counted("mail-email", same_email(email), allowance.MAILS),
            Counted("mail-network", visit.network, allowance.MAILS_A_NETWORK),
        )

    async def drop_stale_guests(self, principal: Principal, idle: timedelta = GUEST_LASTS) -> int:
        """Erase guests of the caller's tenant who did nothing and never came back; how many there were."""
        async with self.db.begin(principal) as tx:
            return await self.repo.drop_stale_guests(tx, principal, self.clock.now() - idle)

    async def _prove(self, principal: Principal, tried: CodeTry) -> tuple[Principal, Principal | None]:
        """Who has the address, and the guest whose work is to go over to them, where that is somebody else."""
        async with self.db.begin(principal) as tx:
            if not await self.repo.use_code(tx, principal, tried.id):
                raise _code_wrong()
            account = await self.repo.proved(tx, principal, tried.email)
            state = await self.repo.state(tx, principal)
            if state is None:
                raise _code_wrong()
            if account is None or account.person_id == principal.person_id:
                after = moved(state, Step.EMAIL_PROVED)
                await self.repo.set_email(tx, principal, tried.email, self.clock.now())
                await self.repo.set_state(tx, principal, after)
                # A session follows. A guest's cookie may have been planted by somebody who waited for this moment.
                await self.repo.end_guest(tx, principal)
                await self.events.record(tx, principal, Event("email.proved"))
                return replace(principal, state=after), None
            if state in PROVED:
                raise Conflict("email_taken", "Somebody here uses this address already.", next="Sign in as them.")
        if account.state is IdentityState.SUSPENDED:
            raise Unauthenticated("suspended", "This account is suspended.", next="Ask who runs this installation.")
        return account, replace(principal, state=state)


def _code_wrong() -> Invalid:
    return Invalid(
        "code_wrong",
        "This code is wrong, was used already or has run out.",
        next="Check the newest mail, or ask for a new code.",
        errors=[FieldError("code", "is not the code that was mailed last")],
    )
