"""Use cases of passwords: sign up and log in, with no word about who has an account."""

from __future__ import annotations

from dataclasses import replace

from verivita.core.clock import Clock
from verivita.core.errors import Conflict, FieldError, Invalid, Unauthenticated
from verivita.core.events import Event
from verivita.core.principal import IdentityState, Principal
from verivita.features.identity import allowance
from verivita.features.identity.codes import CODE_LASTS, new_code, plain_email, same_email
from verivita.features.identity.entry import EntryService
from verivita.features.identity.letters import code_letter
from verivita.features.identity.model import Account
from verivita.features.identity.passwords import Passwords, checked
from verivita.features.identity.ports import Mailer
from verivita.features.identity.proofs.repository import ProofRepository
from verivita.features.identity.service import NOBODY
from verivita.features.identity.states import PROVED, Step, moved
from verivita.features.identity.turnstile import Counted, Turnstile
from verivita.features.identity.visits import NOWHERE, Visit
from verivita.kit.crypto import Keyring
from verivita.kit.db import Credential, Database
from verivita.kit.event_log import EventLog


class AccountService:
    """Passwords. Known and unknown addresses cost the same work and get the same answers."""

    def __init__(
        self,
        db: Database,
        keyring: Keyring,
        events: EventLog,
        clock: Clock,
        entry: EntryService,
        mailer: Mailer,
        passwords: Passwords,
    ) -> None:
        self.db, self.repo, self.events, self.clock = db, ProofRepository(keyring), events, clock
        self._entry, self._mailer, self._passwords = entry, mailer, passwords
        self._turnstile = Turnstile(db, self.repo, clock)

    async def sign_up(
        self, principal: Principal, email: str, password: str, full_name: str, visit: Visit = NOWHERE
    ) -> Principal:
        """A person with a password whose address is still to be proved by the code that is mailed; who they are.

        A guest becomes that person and keeps what they made. Where the address belongs to somebody, nothing shows it:
        proving it by the code leads to that account, and gives it the new password. Raises `Invalid`, `LimitReached`,
        `Conflict` (code `signed_in`) for somebody who is known already.
        """
        email, password, name = plain_email(email), checked(password), _name(full_name)
        if principal.state in PROVED:
            raise Conflict("signed_in", "You are signed in already.", next="Sign out first.")
        home = await self._entry.home(principal)
        await self._turnstile.count(home, Counted("sign-up", visit.network, allowance.SIGN_UPS_A_NETWORK))
        await self._entry.count_mail(principal if principal != NOBODY else replace(home), email, visit)
        hashed = await self._passwords.hash(password)
        if principal.person_id == NOBODY.person_id:
            principal = (await self._entry.guest(NOBODY, visit)).principal
        code = new_code()
        async with self.db.begin(principal) as tx:
            state = await self.repo.state(tx, principal)
            if state is None:
                raise Unauthenticated(message="This person no longer exists.")
            after = moved(state, Step.EMAIL_GIVEN)
            await self.repo.set_state(tx, principal, after)
            await self.repo.set_email(tx, principal, email, None)
            await self.repo.set_password(tx, principal, hashed)
            await self.repo.rename(tx, principal, name)
            await self.repo.add_code(tx, principal, email, code, self.clock.now(), CODE_LASTS)
            await self.events.record(tx, principal, Event("account.signed_up"))
        await self._mailer.send(code_letter(email, code, CODE_LASTS))
        return replace(principal, state=after)

    async def log_in(self, principal: Principal, email: str, password: str, visit: Visit = NOWHERE) -> Principal:
        """Who this address and password belong to; what the caller made as a guest goes over to them.

        Raises `Unauthenticated` (code `sign_in_failed`, or `suspended` after the right password), `LimitReached`,
        `SecondStepNeeded`.
        """
        email, home = plain_email(email), await self._entry.home(principal)
        noted = await self._turnstile.count(
            home,
            Counted("login-email", same_email(email), allowance.LOGIN_TRIES),
            Counted("login-network", visit.network, allowance.LOGIN_TRIES_A_NETWORK),
        )
        account, better = await self._fitting(email, password, home)
        if account.principal.state is IdentityState.SUSPENDED:
            raise Unauthenticated("suspended", "This account is suspended.", next="Ask who runs this installation.")
        known = account.principal
        guest = principal if principal.state not in PROVED and principal.tenant_id == known.tenant_id else None
        if better is not None:
            async with self.db.begin(known) as tx:
                await self.repo.set_password(tx, known, better)
        await self._turnstile.forget(home, noted)
        await self._entry.second.ask(known, guest)
        async with self.db.begin(known) as tx:
            await self.events.record(tx, known, Event("account.logged_in"))
        if guest is not None:
            await self._entry.join(known, guest)
        return known

    async def _fitting(self, email: str, password: str, home: Principal) -> tuple[Account, str | None]:
        blind = self.repo.blind_email(email)
        async with self.db.begin(Credential(blind)) as tx:
            found = await self.repo.accounts(tx, blind)
        # Always two checks: the one who proved the address, and whoever claimed it last. More would tell something.
        found.sort(key=lambda account: account.principal.tenant_id != home.tenant_id)
        proved = next((account for account in found if account.is_proved), None)
        claimed = next((account for account in found if not account.is_proved), None)
        places = (proved, claimed)
        fits = await self._passwords.fitting(password, [a.hashed_password if a else None for a in places])
        account = places[fits[0]] if fits else None
        if fits is None or account is None:
            raise Unauthenticated(
                "sign_in_failed",
                "This address and password do not belong together.",
                next="Check both, or sign in with a code by e-mail.",
            )
        return account, fits[1]


def _name(full_name: str) -> str:
    name = " ".join(full_name.split())
    if not 1 <= len(name) <= 200:
        raise Invalid(message="A name is needed.", errors=[FieldError("full_name", "must have 1 to 200 characters")])
    return name
