"""Counts tries of proofs in the database, so that every process and every restart counts the same."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from verivita.core.clock import Clock
from verivita.core.errors import LimitReached
from verivita.core.principal import Principal
from verivita.features.identity.allowance import Tries
from verivita.features.identity.proofs.repository import ProofRepository
from verivita.kit.db import Database


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted, by whom, and how often it may be."""

    kind: str
    by: str
    tries: Tries


class Turnstile:
    """Lets through so many tries within any hour, and no more."""

    def __init__(self, db: Database, repo: ProofRepository, clock: Clock) -> None:
        self.db, self.repo, self._clock = db, repo, clock

    async def count(self, principal: Principal, *wishes: Counted) -> Sequence[UUID]:
        """Note a try for all wishes or for none. Raises `LimitReached` with the seconds to wait."""
        # One order for everybody, so that no two wait for each other.
        keys = sorted((self.repo.blind_key(wish.kind, wish.by), wish.tries) for wish in wishes)
        noted: list[UUID] = []
        async with self.db.begin(principal) as tx:
            for key, tries in keys:
                result = await self.repo.count(tx, principal, key, tries, self._clock.now())
                if isinstance(result, float):
                    raise LimitReached(
                        message="Too many tries in a short time.",
                        next=f"Try again in {math.ceil(result / 60)} minutes.",
                        retry_after=result,
                    )
                noted.append(result)
        return noted

    async def forget(self, principal: Principal, noted: Sequence[UUID]) -> None:
        """Take back tries that turned out right."""
        async with self.db.begin(principal) as tx:
            await self.repo.uncount(tx, principal, noted)
