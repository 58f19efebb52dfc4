"""Principal: who asks. The first argument of every use case."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from verivita.core.errors import Denied
from verivita.core.ids import PersonId, TenantId


class Role(StrEnum):
    """What a person may do inside a tenant."""

    OWNER = "owner"
    ADMIN = "admin"
    COACH = "coach"
    STUDENT = "student"


class IdentityState(StrEnum):
    """How far a person has proved who they are."""

    GUEST = "guest"
    EMAIL_COLLECTED = "email_collected"
    VERIFIED = "verified"
    MEMBER = "member"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: a tenant, a person in it, what they may do, and through which door they came.

    `scopes` narrows what an API key may do; an empty set means the whole of the role.
    """

    tenant_id: TenantId
    person_id: PersonId
    role: Role = Role.STUDENT
    state: IdentityState = IdentityState.MEMBER
    scopes: frozenset[str] = frozenset()

    @property
    def is_admin(self) -> bool:
        """True for an owner or admin of the tenant."""
        return self.role in (Role.OWNER, Role.ADMIN)

    def require_admin(self) -> None:
        """Raise `Denied` unless the caller is an owner or admin."""
        if not self.is_admin:
            raise Denied("forbidden", "Only an owner or admin may do this.")

    def require_scope(self, scope: str) -> None:
        """Raise `Denied` when the caller came with an API key that lacks `scope`."""
        if self.scopes and scope not in self.scopes:
            raise Denied("forbidden", f"This key may not do this: it lacks the scope {scope!r}.")
