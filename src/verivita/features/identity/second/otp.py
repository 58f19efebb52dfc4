"""One-time codes of an authenticator (RFC 6238: SHA-1, six digits, thirty seconds) and recovery codes; pure."""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import datetime

STEP_S = 30
DRIFT = 1
"""Steps by which the clock of an authenticator may differ from ours, either way (RFC 6238, section 5.2)."""
RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""What nobody mistakes for something else on paper: no i, l, o, 0, 1."""
_HALF = 5


def new_seed() -> str:
    """A fresh seed of 160 bits in base32, as RFC 4226 recommends."""
    import pyotp

    return pyotp.random_base32(32)


def setup_uri(seed: str, account: str) -> str:
    """The address that authenticators read from a QR code."""
    import pyotp

    return pyotp.TOTP(seed).provisioning_uri(name=account, issuer_name="Verivita")


def fitting_step(seed: str, typed: str, now: datetime) -> int | None:
    """The number of the time step whose code was typed, or None; it takes the same work for right and wrong."""
    import pyotp

    made, current, found = pyotp.TOTP(seed), int(now.timestamp()) // STEP_S, None
    for step in range(current - DRIFT, current + DRIFT + 1):
        if hmac.compare_digest(made.generate_otp(step).encode(), typed.encode(errors="replace")):
            found = step
    return found


def new_recovery_codes() -> tuple[str, ...]:
    """Ten codes of 49 bits each, in two halves that are easy to copy."""
    return tuple(f"{_letters()}-{_letters()}" for _ in range(RECOVERY_CODES))


def plain(typed: str) -> str:
    """A code as it was typed or pasted, without spaces, dashes and capitals."""
    return re.sub(r"[\s-]+", "", typed).lower()


def _letters() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(_HALF))
