"""What tokens of other issuers are checked by: their claims, and the one algorithm that was configured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verivita.core.clock import Clock
from verivita.features.identity.ports import ExternalSubject, check_claims, refused_token

LEEWAY_S = 30
"""Clocks of two machines may differ by so much."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """One issuer as it was configured. `audience` None takes a token for anybody."""

    issuer: str
    algorithm: str
    audience: str | None = None


def subject_of(claims: Mapping[str, Any], issuer: Issuer, clock: Clock) -> ExternalSubject:
    """Whom valid claims speak of. Raises `Unauthenticated`."""
    check_claims(claims, clock.now(), issuer=issuer.issuer, audience=issuer.audience, leeway=LEEWAY_S)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise refused_token()
    email = claims.get("email")
    proved = isinstance(email, str) and claims.get("email_verified") is True
    name = claims.get("name")
    return ExternalSubject(
        issuer.issuer,
        subject,
        email if isinstance(email, str) and proved else None,
        name if isinstance(name, str) else "",
    )
