"""Tenants, people, sessions, keys. Face of the room."""

from verivita.features.identity.model import ApiKey, Caller, CredentialKind, Issued, Person, Preferences, Tenant
from verivita.features.identity.service import NOBODY, SCOPES, IdentityService

__all__ = [
    "NOBODY",
    "SCOPES",
    "ApiKey",
    "Caller",
    "CredentialKind",
    "IdentityService",
    "Issued",
    "Person",
    "Preferences",
    "Tenant",
]
