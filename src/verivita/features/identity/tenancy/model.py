"""Invitation, Consent: what lets somebody in, and what one person lets another see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from verivita.core.ids import PersonId
from verivita.core.principal import Role


class Shared(StrEnum):
    """What a consent opens for reading."""

    PAPERS = "papers"
    MATCHES = "matches"


@dataclass(frozen=True, slots=True)
class Invitation:
    """Somebody was asked in, by e-mail, with a role."""

    id: UUID
    email: str
    role: Role
    created_at: datetime
    expires_at: datetime
    accepted_by: PersonId | None


@dataclass(frozen=True, slots=True)
class Consent:
    """`giver` lets `given_to` read one kind of their things, until it is ended."""

    id: UUID
    giver: PersonId
    given_to: PersonId
    shared: Shared
    created_at: datetime
    ended_at: datetime | None
