"""Postings that were read a moment ago, in memory while no posting of their tenant changes."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Sequence
from uuid import UUID

from verivita.core.ids import TenantId
from verivita.features.postings.model import Posting
from verivita.kit.db.changes import POSTINGS, Changes

MOST = 500
"""Postings of all tenants together: a few megabytes."""
LASTS_S = 300.0
"""As long as a kept answer."""


class Recent:
    """The last `MOST` postings that were shown; a search shows many that the one before has shown.

    A new version of a tenant's postings ends all that is remembered of them; where nobody hears of changes, nothing
    is remembered. What is here may be as old as the news of a change is under way, so it is for showing alone.
    """

    def __init__(self, changes: Changes, most: int = MOST, lasts: float = LASTS_S) -> None:
        self._changes, self._most, self._lasts = changes, most, lasts
        self._kept: OrderedDict[tuple[TenantId, UUID], tuple[Posting, str, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def version(self, tenant_id: TenantId) -> str | None:
        """To be taken before postings are read: what changes from then on may be missing in what is read."""
        return self._changes.version(POSTINGS, tenant_id)

    def get(self, tenant_id: TenantId, ids: Sequence[UUID]) -> dict[UUID, Posting]:
        """Those of the tenant's postings that are remembered and have not changed."""
        version, now = self.version(tenant_id), time.monotonic()
        found: dict[UUID, Posting] = {}
        for id in ids:
            posting, known, until = self._kept.get((tenant_id, id), (None, None, 0.0))
            if posting is None:
                continue
            if version is not None and known == version and now < until:
                self._kept.move_to_end((tenant_id, id))
                found[id] = posting
            else:
                del self._kept[tenant_id, id]
        return found

    def put(self, tenant_id: TenantId, postings: Sequence[Posting], version: str | None) -> None:
        """Remember postings that were read after `version` was taken; the longest unshown make room."""
        if version is None or version != self.version(tenant_id):
            return
        for posting in postings:
            self._kept[tenant_id, posting.id] = posting, version, time.monotonic() + self._lasts
            self._kept.move_to_end((tenant_id, posting.id))
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
