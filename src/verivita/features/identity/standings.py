"""Who a secret speaks for, remembered for a moment while nothing changes among the people of their tenant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from verivita.core.ids import TenantId
from verivita.features.identity.model import Caller
from verivita.kit.db.changes import PEOPLE, Changes

LASTS = timedelta(seconds=30)
"""Shorter than the minute after which the use of a credential is written down again."""
_MOST_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class _Standing:
    caller: Caller
    version: str
    until: datetime


class Standings:
    """The callers of the last moments by the hash of their secret.

    A sign-out, a suspension, another role or scope is a new version of the tenant's people, and ends what is
    remembered; where nobody hears of changes, nothing is.
    """

    def __init__(self, changes: Changes | None) -> None:
        self._changes = changes
        self._kept: dict[str, _Standing] = {}

    def mark(self) -> int:
        """To be taken before a caller is looked up: what changes from then on may be missing in what is found."""
        return self._changes.count if self._changes else 0

    def get(self, secret_hash: str, now: datetime) -> Caller | None:
        """The caller, if they are remembered and nothing has changed."""
        standing = self._kept.get(secret_hash)
        if standing is None:
            return None
        if now < standing.until and standing.version == self._version(standing.caller.principal.tenant_id):
            return standing.caller
        del self._kept[secret_hash]
        return None

    def put(self, secret_hash: str, caller: Caller, mark: int, now: datetime, expires: datetime | None) -> None:
        """Remember a caller for `LASTS`, or until their credential runs out."""
        version = self._version(caller.principal.tenant_id)
        if version is None or mark != self.mark():
            return
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[secret_hash] = _Standing(caller, version, min(now + LASTS, expires or now + LASTS))

    def _version(self, tenant_id: TenantId) -> str | None:
        return self._changes.version(PEOPLE, tenant_id) if self._changes else None
