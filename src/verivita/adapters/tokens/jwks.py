"""Tokens that another issuer signed with a key whose public half it publishes as a key set (RFC 7517).

The keys are fetched from the configured address alone, by time alone: at most every 40 seconds, so a key that the
issuer changes is known within a minute and two fetches a minute are never passed. Nothing in a token causes a fetch:
an unknown `kid` is refused, `jku`, `x5u` and `jwk` in a header are refused with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from verivita.adapters.tokens.claims import Issuer, subject_of
from verivita.adapters.tokens.discovery import Discovery, fetched
from verivita.core.clock import Clock
from verivita.core.errors import Unavailable, VerivitaError
from verivita.features.identity.ports import ExternalSubject, decode_token, peek_token, refused_token
from verivita.kit import logs
from verivita.kit.http import Egress

log = logs.get(__name__)

FRESH = timedelta(seconds=40)
STALE = timedelta(minutes=10)
"""How long keys are still good while their issuer does not answer."""
_KINDS = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
_STRANGE = frozenset({"jku", "x5u", "jwk", "x5c", "crit"})


class JwksVerifier:
    """Checks tokens of one issuer by its published keys. Without `jwks_url` it is discovered (OpenID Connect)."""

    def __init__(
        self, issuer: str, algorithm: str, audience: str | None, jwks_url: str | None, egress: Egress, clock: Clock
    ) -> None:
        if algorithm[:2] not in _KINDS:
            raise ValueError(f"{algorithm} is no algorithm with public keys")
        self._issuer, self._egress, self._clock = Issuer(issuer, algorithm, audience), egress, clock
        self._url, self.discovery = jwks_url, Discovery(issuer, egress, clock)
        self._keys: dict[str, Any] = {}
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._gate = asyncio.Lock()

    @property
    def issuer(self) -> str:
        """The exact `iss` of its tokens."""
        return self._issuer.issuer

    async def verify(self, token: str) -> ExternalSubject:
        """Who the token speaks of. Raises `Unauthenticated`, or `Unavailable` while no keys were ever had."""
        return subject_of(await self.claims(token), self._issuer, self._clock)

    async def claims(self, token: str) -> Mapping[str, Any]:
        """What a valid token says. Raises as `verify` does."""
        header = self._header(token)
        await self._refresh()
        kid = header.get("kid")
        # A token without a key id is fine where there is one key to choose.
        key = self._keys.get(kid) if isinstance(kid, str) else next(iter(self._keys.values()), None)
        if key is None or (kid is None and len(self._keys) > 1):
            raise refused_token()
        claims = decode_token(token, key, self._issuer.algorithm)
        subject_of(claims, self._issuer, self._clock)
        return claims

    async def close(self) -> None:
        """Close the connections to the issuer."""
        await self._egress.aclose()

    def _header(self, token: str) -> dict[str, Any]:
        """The header of a token that may be worth a look at the keys."""
        parts = peek_token(token)
        if parts is None:
            raise refused_token()
        header, claims = parts
        subject_of(claims, self._issuer, self._clock)
        if header.get("alg") != self._issuer.algorithm or _STRANGE & header.keys():
            raise refused_token()
        return header

    async def _refresh(self) -> None:
        async with self._gate:
            now = self._clock.now()
            if self._tried_at is None or now - self._tried_at >= FRESH:
                self._tried_at = now
                try:
                    self._keys = await self._fetch()
                    self._fetched_at = now
                except (VerivitaError, ValueError) as error:
                    log.warning("keys.unavailable", issuer=self.issuer, reason=type(error).__name__)
            if self._fetched_at is None or now - self._fetched_at > STALE:
                raise Unavailable(
                    "issuer_unavailable", "The keys of the sign-in service cannot be had now.", retry_after=30
                )

    async def _fetch(self) -> dict[str, Any]:
        from joserfc.errors import JoseError
        from joserfc.jwk import JWKRegistry

        url = self._url or await self.discovery.address("jwks_uri")
        keys = {}
        kind = _KINDS[self._issuer.algorithm[:2]]
        for item in (await fetched(self._egress, url)).get("keys", [])[:50]:
            if not isinstance(item, dict) or item.get("kty") != kind or item.get("use", "sig") != "sig":
                continue
            if item.get("alg", self._issuer.algorithm) != self._issuer.algorithm:
                continue
            public = {name: value for name, value in item.items() if name not in ("d", "key_ops", "use", "alg")}
            try:
                keys[str(item.get("kid", ""))] = JWKRegistry.import_key(public)
            except (JoseError, ValueError, TypeError, KeyError):
                log.warning("keys.unreadable", issuer=self.issuer)
        return keys
