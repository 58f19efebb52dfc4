"""What identity needs from outside: somebody who carries mail, and somebody who checks tokens of other issuers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from verivita.core.principal import Principal
from verivita.features.identity.tokens import check as check_claims
from verivita.features.identity.tokens import decoded as decode_token
from verivita.features.identity.tokens import peek as peek_token
from verivita.features.identity.tokens import refused as refused_token

__all__ = [
    "Asked",
    "Doorkeeper",
    "ExternalSubject",
    "IssuerDoor",
    "Mail",
    "Mailer",
    "Redeemed",
    "TokenVerifier",
    "check_claims",
    "decode_token",
    "peek_token",
    "refused_token",
]


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail in plain text."""

    to: str
    subject: str
    text: str = field(repr=False)


class Mailer(Protocol):
    """Carries mail."""

    async def send(self, mail: Mail) -> None:
        """Hand the mail on. Raises `Unavailable` (code `mail_unavailable`) when that cannot be done now."""
        ...


@dataclass(frozen=True, slots=True)
class ExternalSubject:
    """Whom another issuer vouches for. `email` only where the issuer says that it was proved."""

    issuer: str
    subject: str
    email: str | None = None
    name: str = ""


class Doorkeeper(Protocol):
    """Another process of this installation that knows who asks."""

    async def who(self, authorization: str, cookie: str) -> Principal:
        """The caller who sent these two headers. Raises `Unauthenticated`, or `Unavailable`."""
        ...


class TokenVerifier(Protocol):
    """Checks the tokens of one issuer, by the algorithm that the configuration names and by no other."""

    @property
    def issuer(self) -> str:
        """The exact `iss` of its tokens."""
        ...

    async def verify(self, token: str) -> ExternalSubject:
        """Who the token speaks of. Raises `Unauthenticated`, or `Unavailable` when the issuer's keys cannot be had."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What goes to an issuer with the browser: `challenge` is the S256 of a secret that stays here (RFC 7636)."""

    state: str
    nonce: str
    challenge: str
    back_to: str


@dataclass(frozen=True, slots=True)
class Redeemed:
    """What came back from an issuer, and what it is held against. `said_issuer` is the `iss` of RFC 9207."""

    code: str = field(repr=False)
    said_issuer: str | None
    verifier: str = field(repr=False)
    nonce: str
    back_to: str


class IssuerDoor(Protocol):
    """One issuer at which people sign in by the authorization code flow (OpenID Connect Core 1.0, section 3.1)."""

    @property
    def key(self) -> str:
        """The word that stands for it in addresses."""
        ...

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    async def begin(self, asked: Asked) -> str:
        """The address to send the browser to. Raises `Unavailable` (code `issuer_unavailable`)."""
        ...

    async def redeem(self, redeemed: Redeemed) -> ExternalSubject:
        """Who signed in there. Raises `Unauthenticated` (code `issuer_refused`), `Unavailable` as above."""
        ...
