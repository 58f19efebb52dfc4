"""One place in which a person is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class SessionKind(StrEnum):
    """By what the sign-in is carried on."""

    BROWSER = "browser"
    GUEST = "guest"
    TOKENS = "tokens"
    """Access and refresh tokens of a program, or of a front end that holds no cookie."""


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in. `browser` and `network` are those of its last use, as much as is kept of them."""

    id: UUID
    kind: SessionKind
    began_at: datetime
    last_used_at: datetime
    expires_at: datetime | None
    browser: str | None = None
    """Such as "Firefox on Linux"."""
    network: str | None = None
    """Such as "203.0.113.0/24"; None where the settings do not keep it."""
