"""Who asks, as the identity service of this installation says it over HTTP."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from verivita.core.clock import Clock
from verivita.core.errors import Unauthenticated, Unavailable
from verivita.core.ids import PersonId, TenantId
from verivita.core.principal import IdentityState, Principal, Role
from verivita.features.identity.ports import refused_token
from verivita.kit.http import Egress

FRESH = timedelta(seconds=15)
_MOST_KEPT = 10_000


class RemoteIdentity:
    """Asks `GET /auth/me` with what the caller sent, and believes the answer for a quarter of a minute."""

    def __init__(self, url: str, egress: Egress, clock: Clock) -> None:
        self._url, self._egress, self._clock = f"{url.rstrip('/')}/auth/me", egress, clock
        self._kept: dict[str, tuple[datetime, Principal]] = {}

    async def who(self, authorization: str, cookie: str) -> Principal:
        """The caller. Raises `Unauthenticated`, or `Unavailable` when the service does not answer."""
        now, key = self._clock.now(), hashlib.sha256(f"{authorization}\n{cookie}".encode()).hexdigest()
        kept = self._kept.get(key)
        if kept is not None and now < kept[0]:
            return kept[1]
        self._kept.pop(key, None)
        sent = {"authorization": authorization, "cookie": cookie}
        got = await self._egress.get(self._url, headers={k: v for k, v in sent.items() if v}, within=5.0)
        if got.status != 200:
            raise _refusal(got.status, got.body)
        said = json.loads(got.body)
        principal = Principal(
            TenantId(UUID(said["tenant_id"])),
            PersonId(UUID(said["id"])),
            Role(said["role"]),
            IdentityState(said["state"]),
        )
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        # A guest's state changes at any moment; whoever is known has only a suspension to fear.
        if principal.state in (IdentityState.VERIFIED, IdentityState.MEMBER):
            self._kept[key] = (now + FRESH, principal)
        return principal

    async def close(self) -> None:
        """Close the connections to the identity service."""
        await self._egress.aclose()


def _refusal(status: int, body: bytes) -> Exception:
    if status != 401:
        return Unavailable("identity_unavailable", "The identity service does not answer.", retry_after=1)
    try:
        said: Any = json.loads(body)
        return Unauthenticated(message=str(said["detail"]), next=said.get("next"))
    except (ValueError, KeyError, TypeError, AttributeError):
        return refused_token()
