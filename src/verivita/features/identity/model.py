"""Tenant, Person, Credential: who there is, and by what they are known."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from verivita.core.ids import PersonId, TenantId
from verivita.core.principal import IdentityState, Principal, Role


class CredentialKind(StrEnum):
    """What a secret is good for."""

    OWNER_LINK = "owner_link"
    SESSION = "session"
    API_KEY = "api_key"
    GUEST = "guest"
    REFRESH = "refresh"
    EXTERNAL = "external"


@dataclass(frozen=True, slots=True)
class Tenant:
    """One household, school or person: the wall around data."""

    id: TenantId
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person wants and how pages look to them. Pay is yearly; shares are 0 to 1."""

    theme: str = "system"
    keys_enabled: bool = True
    location_types: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    minimum_pay: int | None = None
    currency: str | None = None
    needs_visa: bool | None = None
    max_travel_share: float | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Someone in a tenant."""

    id: PersonId
    tenant_id: TenantId
    name: str
    role: Role
    state: IdentityState
    preferences: Preferences
    version: int
    created_at: datetime
    last_seen: datetime
    email: str | None = None
    is_proved: bool = False
    """Whether the e-mail address was proved by a code, or by an issuer that is trusted."""
    has_password: bool = False
    guest_used: bool = False
    user_agent: str | None = None
    ip_address: str | None = None
    first_seen: datetime | None = None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key for scripts, without its secret."""

    id: UUID
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Issued:
    """A fresh secret: shown once, never stored in clear."""

    id: UUID
    secret: str = field(repr=False)
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a secret belongs to, and what kind of secret it is."""

    principal: Principal
    kind: CredentialKind
    credential_id: UUID


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody whom an e-mail address may mean. Only one person of a tenant has proved it."""

    principal: Principal
    is_proved: bool
    hashed_password: str | None = field(repr=False)
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class CodeTry:
    """A code that may be compared with what was typed; the try is counted already."""

    id: UUID
    code_hash: str = field(repr=False)
    email: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a program holds instead of a cookie; `expires_in` is the life of the access token in seconds."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int


@dataclass(frozen=True, slots=True)
class Voucher:
    """A right to become a member, without its secret."""

    id: UUID
    created_at: datetime
    expires_at: datetime | None
    used_by: PersonId | None
