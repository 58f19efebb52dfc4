"""Tenants, people, proofs of identity, sessions, keys, tokens. Face of the room."""

from verivita.features.identity.access import STANDING_LASTS, AccessService
from verivita.features.identity.accounts import AccountService
from verivita.features.identity.allowance import left as actions_left
from verivita.features.identity.entry import GUEST_LASTS, EntryService, Guest
from verivita.features.identity.external import ExternalPeople
from verivita.features.identity.leaving import LeavingService
from verivita.features.identity.members.service import MemberService
from verivita.features.identity.model import (
    ApiKey,
    Caller,
    CredentialKind,
    Issued,
    Person,
    Preferences,
    Tenant,
    Tokens,
    Voucher,
)
from verivita.features.identity.passwords import Passwords
from verivita.features.identity.ports import Doorkeeper, ExternalSubject, IssuerDoor, Mail, Mailer, TokenVerifier
from verivita.features.identity.second.model import Enrolment, SecondStep, SecondStepNeeded
from verivita.features.identity.second.service import TICKET_LASTS, SecondStepService
from verivita.features.identity.service import NOBODY, SCOPES, SESSION_LASTS, IdentityService
from verivita.features.identity.sessions.model import Session, SessionKind
from verivita.features.identity.sessions.service import SessionService
from verivita.features.identity.sign_on import SIGN_ON_LASTS, Offer, Returned, SignOnService, Started, local_path
from verivita.features.identity.states import PROVED
from verivita.features.identity.tenancy.model import Consent, Invitation, Shared
from verivita.features.identity.tenancy.service import TenancyService
from verivita.features.identity.tokens import AUDIENCE, Signer
from verivita.features.identity.visits import NOWHERE, AddressKept, Visit

__all__ = [
    "AUDIENCE",
    "GUEST_LASTS",
    "NOBODY",
    "NOWHERE",
    "PROVED",
    "SCOPES",
    "SESSION_LASTS",
    "SIGN_ON_LASTS",
    "STANDING_LASTS",
    "TICKET_LASTS",
    "AccessService",
    "AccountService",
    "AddressKept",
    "ApiKey",
    "Caller",
    "Consent",
    "CredentialKind",
    "Doorkeeper",
    "Enrolment",
    "EntryService",
    "ExternalPeople",
    "ExternalSubject",
    "Guest",
    "IdentityService",
    "Invitation",
    "Issued",
    "IssuerDoor",
    "LeavingService",
    "Mail",
    "Mailer",
    "MemberService",
    "Offer",
    "Passwords",
    "Person",
    "Preferences",
    "Returned",
    "SecondStep",
    "SecondStepNeeded",
    "SecondStepService",
    "Session",
    "SessionKind",
    "SessionService",
    "Shared",
    "SignOnService",
    "Signer",
    "Started",
    "TenancyService",
    "Tenant",
    "TokenVerifier",
    "Tokens",
    "Visit",
    "Voucher",
    "actions_left",
    "local_path",
]
