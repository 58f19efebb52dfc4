"""What is known of a person's authenticator, and what stands between the two steps of a sign-in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from verivita.core.errors import Unauthenticated
from verivita.core.ids import PersonId
from verivita.core.principal import Principal


@dataclass(frozen=True, slots=True)
class SecondStep:
    """Whether a person has switched the second step on, since when, and how many recovery codes they have left."""

    since: datetime | None = None
    recovery_left: int = 0

    @property
    def is_on(self) -> bool:
        """True where a sign-in needs a second step."""
        return self.since is not None


@dataclass(frozen=True, slots=True)
class Authenticator:
    """The seed that an authenticator shares with us; `confirmed_at` None while nobody has proved to hold it."""

    id: UUID
    seed: str = field(repr=False)
    confirmed_at: datetime | None
    recovery_left: int


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A fresh seed, shown once: as letters to type, and as the `otpauth:` address that a QR code holds."""

    seed: str = field(repr=False)
    uri: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ticket:
    """The first step was passed by `person_id`; what the guest of that browser made goes over after the second."""

    person: Principal
    guest: PersonId | None
    with_password: bool


class SecondStepNeeded(Unauthenticated):
    """The first proof was right, and this person has switched a second one on. `extra` brings the ticket for it.

    It is an error so that no door can forget the second step: whoever does not handle it lets nobody in.
    """

    default_code = "second_step"

    def __init__(self, ticket: str, seconds: int) -> None:
        super().__init__(
            message="The first step was right. A code of your authenticator is still needed.",
            next="Send `ticket` and the code to POST /auth/second-step.",
            extra={"ticket": ticket, "expires_in": seconds},
        )
        self.ticket, self.seconds = ticket, seconds
