"""The mails that identity sends, in plain text; pure."""

from __future__ import annotations

from datetime import timedelta

from verivita.features.identity.ports import Mail


def code_letter(email: str, code: str, lasts: timedelta) -> Mail:
    """The mail that brings a one-time code. It is the same for an address that is known and for one that is not."""
    minutes = round(lasts.total_seconds() / 60)
    text = (
        f"Your code for Verivita is {code}\n\n"
        f"Type it where you asked for it, within {minutes} minutes. It works once, and only in that browser.\n\n"
        "If you did not ask for it, somebody typed your address by mistake: do nothing, and tell the code to nobody.\n"
    )
    return Mail(email, f"{code} is your Verivita code", text)
