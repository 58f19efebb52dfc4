"""What each state may do, and how often a proof may be tried; pure.

A guest has exactly one free action: one write to the product (POST, PUT or PATCH), such as giving a paper, a job or a
question. Reading is free, and so is everything under `/auth`. Whoever has given an address but not proved it has none.
"""

from __future__ import annotations

from dataclasses import dataclass

from verivita.core.errors import Denied
from verivita.core.principal import IdentityState

HOUR = 3600.0


@dataclass(frozen=True, slots=True, order=True)
class Tries:
    """At most `most` tries within any `period` seconds."""

    most: int
    period: float


CODE_TRIES = Tries(15, HOUR)
"""Wrong codes of one person, for one e-mail address, or from one network, whatever cookie they come with."""
TRIES_A_CODE = 5
"""Tries that one code stands, right or wrong."""
MAILS = Tries(5, HOUR)
"""Codes that are mailed for one person or to one address."""
MAILS_A_NETWORK = Tries(30, HOUR)
LOGIN_TRIES = Tries(10, 900.0)
"""Wrong passwords for one e-mail address, known or not; the code by mail stays open."""
LOGIN_TRIES_A_NETWORK = Tries(50, 900.0)
SIGN_UPS_A_NETWORK = Tries(30, HOUR)
GUESTS_A_NETWORK = Tries(60, HOUR)

GUEST_ACTIONS = 1


def left(state: IdentityState, guest_used: bool) -> int | None:
    """How many more actions this person has; None for no limit."""
    if state is IdentityState.GUEST:
        return 0 if guest_used else GUEST_ACTIONS
    return 0 if state in (IdentityState.EMAIL_COLLECTED, IdentityState.SUSPENDED) else None


def refusal(state: IdentityState) -> Denied:
    """Why somebody in this state may do no more, and what to do about it."""
    if state is IdentityState.EMAIL_COLLECTED:
        return Denied(
            "verification_required",
            "Your e-mail address is not proved yet.",
            next="Enter the code that was mailed to you.",
        )
    return Denied("email_required", "Your free action is used.", next="Give your e-mail address to go on.")
