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
    "Doorkeeper",
    "ExternalSubject",
    "Mail",
    "Mailer",
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
