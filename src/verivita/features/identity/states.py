"""The identity state machine as one table; pure.

A person goes guest -> email_collected -> verified -> member and never jumps. Suspension can be lifted, and leads back
to the very state that it took.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from verivita.core.errors import Conflict
from verivita.core.principal import IdentityState as S


class Step(StrEnum):
    """What can happen to a person's identity."""

    EMAIL_GIVEN = "email_given"
    EMAIL_PROVED = "email_proved"
    UPGRADED = "upgraded"
    SUSPENDED = "suspended"


MOVES: Mapping[tuple[S, Step], S] = {
    (S.GUEST, Step.EMAIL_GIVEN): S.EMAIL_COLLECTED,
    (S.EMAIL_COLLECTED, Step.EMAIL_GIVEN): S.EMAIL_COLLECTED,
    # Who is verified may prove another address; that changes the address and not the state.
    (S.VERIFIED, Step.EMAIL_GIVEN): S.VERIFIED,
    (S.MEMBER, Step.EMAIL_GIVEN): S.MEMBER,
    (S.EMAIL_COLLECTED, Step.EMAIL_PROVED): S.VERIFIED,
    (S.VERIFIED, Step.EMAIL_PROVED): S.VERIFIED,
    (S.MEMBER, Step.EMAIL_PROVED): S.MEMBER,
    (S.VERIFIED, Step.UPGRADED): S.MEMBER,
    (S.MEMBER, Step.UPGRADED): S.MEMBER,
    (S.GUEST, Step.SUSPENDED): S.SUSPENDED,
    (S.EMAIL_COLLECTED, Step.SUSPENDED): S.SUSPENDED,
    (S.VERIFIED, Step.SUSPENDED): S.SUSPENDED,
    (S.MEMBER, Step.SUSPENDED): S.SUSPENDED,
    (S.SUSPENDED, Step.SUSPENDED): S.SUSPENDED,
}
"""Every move that there is; what is not here is refused."""

PROVED = frozenset({S.VERIFIED, S.MEMBER})
"""States of somebody whose identity was proved."""


def moved(state: S, step: Step) -> S:
    """The state after `step`. Raises `Conflict` (code `state`) when there is no such move."""
    after = MOVES.get((state, step))
    if after is None:
        raise Conflict("state", f"This cannot be done in the state {state}.", next="See `/auth/state` for yours.")
    return after


def sources(step: Step) -> frozenset[S]:
    """The states from which `step` leads somewhere."""
    return frozenset(state for state, taken in MOVES if taken is step)
