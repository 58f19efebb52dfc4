"""The services by which people prove who they are, put together from the settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from verivita.bootstrap import providers
from verivita.bootstrap.settings import Settings
from verivita.bootstrap.vectors import close
from verivita.core.clock import Clock
from verivita.core.errors import Invalid
from verivita.features.identity import (
    AccessService,
    AccountService,
    AddressKept,
    Doorkeeper,
    EntryService,
    ExternalPeople,
    IdentityService,
    Mailer,
    MemberService,
    Passwords,
    SecondStepService,
    SessionService,
    Signer,
    SignOnService,
    TenancyService,
    TokenVerifier,
)
from verivita.kit.crypto import Keyring
from verivita.kit.db import Database
from verivita.kit.event_log import EventLog


@dataclass(frozen=True, slots=True)
class SignIn:
    """Proofs of identity: coming in, passwords, tokens, membership. `is_open` where others than the owner may come."""

    is_open: bool
    uses_cookies: bool
    mails: bool
    """Whether codes can be mailed at all."""
    mailer: Mailer
    entry: EntryService
    accounts: AccountService
    access: AccessService
    members: MemberService
    tenancy: TenancyService
    sign_on: SignOnService
    sessions: SessionService
    doorkeeper: Doorkeeper | None = None
    """The identity service, where it runs in a process of its own."""
    outward: tuple[object, ...] = ()
    """What may hold connections to others."""

    async def aclose(self) -> None:
        """Close every connection to issuers and to the identity service."""
        for one in self.outward:
            await close(one)

    @property
    def second(self) -> SecondStepService:
        """The second step at sign-in."""
        return self.entry.second


def build(
    settings: Settings, db: Database, keyring: Keyring, events: EventLog, clock: Clock, identity: IdentityService
) -> SignIn:
    """The services. Raises `Invalid` (code `settings`) for settings that do not go together."""
    chosen = settings.identity
    is_open, mailer = settings.sign_in == "open", providers.mailer(settings)
    if is_open and providers.mail_kind(settings) == "off" and not chosen.issuers:
        raise Invalid(
            "settings",
            "VERIVITA_SIGN_IN=open needs a way to prove who somebody is.",
            next="Set VERIVITA_IDENTITY__SMTP_URL, or name issuers in VERIVITA_IDENTITY__ISSUERS.",
        )
    kept, payment = AddressKept(chosen.address_kept), chosen.payment_secret
    entry = EntryService(db, keyring, events, clock, identity, mailer, kept)
    linking = frozenset(issuer.issuer for issuer in chosen.issuers if issuer.link_by_email)
    external = ExternalPeople(db, keyring, events, clock, entry, linking)
    verifiers: Sequence[TokenVerifier] = providers.token_verifiers(settings, clock)
    doors, doorkeeper = providers.issuer_doors(settings, clock), providers.doorkeeper(settings, clock)
    access = AccessService(db, keyring, events, clock, _signer(settings, keyring), verifiers, external, kept)
    return SignIn(
        is_open=is_open,
        uses_cookies=chosen.browser_tokens == "cookie",
        mails=providers.mail_kind(settings) != "off",
        mailer=mailer,
        entry=entry,
        accounts=AccountService(db, keyring, events, clock, entry, mailer, Passwords()),
        access=access,
        sessions=SessionService(db, keyring, events, clock, identity, access),
        doorkeeper=doorkeeper,
        outward=(*verifiers, *doors, doorkeeper),
        tenancy=TenancyService(db, keyring, events, clock, mailer),
        sign_on=SignOnService(db, keyring, events, clock, entry, external, doors),
        members=MemberService(
            db, keyring, events, clock, entry, payment.get_secret_value() if payment is not None else None
        ),
    )


def _signer(settings: Settings, keyring: Keyring) -> Signer:
    chosen = settings.identity
    if chosen.jwt_secret is not None:
        secret = chosen.jwt_secret.get_secret_value().encode()
    else:
        secret = bytes.fromhex(keyring.blind(UUID(int=0), "access-tokens", chosen.jwt_algorithm))
    return Signer(secret, chosen.jwt_issuer, timedelta(minutes=chosen.access_minutes), chosen.jwt_algorithm)
