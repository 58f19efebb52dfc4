"""What papers prove, as it was worked out last: in memory while the same versions of the same papers count."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Sequence
from uuid import UUID

from verivita.core.ids import PersonId, TenantId
from verivita.core.principal import Principal
from verivita.features.library.model import CandidateProfile

MOST = 64
"""People; a profile is some tens of kilobytes."""
LASTS_S = 300.0
"""Seconds after which what somebody's papers prove is forgotten, whether anybody asks or not."""

Counted = Sequence[tuple[UUID, int]]
"""Ids and versions of the papers that count."""


class Profiles:
    """The profiles of the last `MOST` people who asked; a page of jobs needs the same one several times."""

    def __init__(self, most: int = MOST, lasts: float = LASTS_S) -> None:
        self._most, self._lasts = most, lasts
        self._kept: OrderedDict[tuple[TenantId, PersonId], tuple[Counted, CandidateProfile, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, principal: Principal, counted: Counted) -> CandidateProfile | None:
        """The profile that these versions of papers gave, or None."""
        key = (principal.tenant_id, principal.person_id)
        known, profile, _ = self._kept.get(key, ((), None, 0.0))
        return profile if profile is not None and known == counted else None

    def put(self, principal: Principal, counted: Counted, profile: CandidateProfile) -> None:
        """Remember what was worked out from papers that were read after `counted` was; needs a running event loop."""
        key = (principal.tenant_id, principal.person_id)
        self._kept[key] = counted, profile, time.monotonic() + self._lasts
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        asyncio.get_running_loop().call_later(self._lasts, self._forget_old)

    def _forget_old(self) -> None:
        # Put in order of time, so the oldest stand in front.
        now = time.monotonic()
        while self._kept and next(iter(self._kept.values()))[2] <= now:
            self._kept.popitem(last=False)
