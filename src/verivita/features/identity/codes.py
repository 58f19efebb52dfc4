"""One-time codes: six digits for the mail, and addresses in the one form in which they are compared; pure."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta

from verivita.core.errors import FieldError, Invalid

CODE_LASTS = timedelta(minutes=15)
DIGITS = 6
_LONGEST = 254
# One @, something on both sides, a dot in the domain, no space and no control character. The mail is the real proof.
_ADDRESS = re.compile(r"[^\s@<>\"(),:;\[\]\\\x00-\x1f\x7f]{1,64}@[^\s@<>\"(),:;\[\]\\\x00-\x1f\x7f]{1,253}")
_DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W_](?:[\w-]{0,61}[^\W_])?")


def new_code() -> str:
    """Six digits, each equally likely."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def plain_code(text: str) -> str:
    """A code as it was typed or pasted, without spaces and dashes."""
    return re.sub(r"[\s-]+", "", text)


def plain_email(text: str) -> str:
    """The address to write to. Raises `Invalid` when it is none."""
    email = text.strip()
    local, _, domain = email.rpartition("@")
    if len(email) > _LONGEST or not local or not _ADDRESS.fullmatch(email) or not _DOMAIN.fullmatch(domain):
        raise Invalid(
            "email",
            "This is no e-mail address.",
            next="Check it for typing mistakes.",
            errors=[FieldError("email", "must be an e-mail address")],
        )
    return f"{local}@{domain.lower()}"


def same_email(text: str) -> str:
    """The form in which two addresses are compared: capitals do not matter."""
    return plain_email(text).casefold()
