"""What an issuer says of itself at its well-known address (OpenID Connect Discovery 1.0), remembered for a while."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from verivita.core.clock import Clock
from verivita.core.errors import Unavailable, VerivitaError
from verivita.kit import logs
from verivita.kit.http import Egress

log = logs.get(__name__)

FRESH = timedelta(minutes=10)
STALE = timedelta(hours=24)
"""How long what it said is still good while it does not answer."""
MAX_BYTES = 256 * 1024


class Discovery:
    """The metadata of one issuer. A document that speaks of another issuer is none."""

    def __init__(self, issuer: str, egress: Egress, clock: Clock) -> None:
        self._issuer, self._egress, self._clock = issuer, egress, clock
        self._said: Mapping[str, Any] = {}
        self._had_at: datetime | None = None
        self._gate = asyncio.Lock()

    async def document(self) -> Mapping[str, Any]:
        """The metadata. Raises `Unavailable` (code `issuer_unavailable`) while they were not had for a day."""
        async with self._gate:
            now = self._clock.now()
            if self._had_at is None or now - self._had_at >= FRESH:
                try:
                    self._said, self._had_at = await self._fetch(), now
                except (VerivitaError, ValueError) as error:
                    log.warning("issuer.unavailable", issuer=self._issuer, reason=type(error).__name__)
                    if self._had_at is None or now - self._had_at > STALE:
                        raise unavailable() from error
            return self._said

    async def address(self, name: str) -> str:
        """One of its addresses, such as `token_endpoint`; never by http where the issuer itself is at https."""
        url = (await self.document()).get(name)
        scheme = self._issuer.partition("://")[0]
        if not isinstance(url, str) or not url.startswith(("https://", f"{scheme}://")):
            log.warning("issuer.unusable", issuer=self._issuer, lacks=name)
            raise unavailable()
        return url

    async def _fetch(self) -> Mapping[str, Any]:
        said = await fetched(self._egress, f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        if said.get("issuer") != self._issuer:
            raise ValueError("the discovery document speaks of another issuer")
        return said


async def fetched(egress: Egress, url: str) -> dict[str, Any]:
    """A JSON object from an address. Raises `ValueError` for anything else, and what `Egress.get` does."""
    got = await egress.get(url, max_bytes=MAX_BYTES, within=5.0)
    said = json.loads(got.body) if got.status == 200 else None
    if not isinstance(said, dict):
        raise ValueError("no JSON object")
    return said


def unavailable() -> Unavailable:
    """The error while an issuer does not answer as it should."""
    return Unavailable("issuer_unavailable", "The sign-in service does not answer now.", retry_after=30)
