"""Tokens that another issuer signed with a secret that we share (HS256), such as an older Supabase project."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from verivita.adapters.tokens.claims import Issuer, subject_of
from verivita.core.clock import Clock
from verivita.features.identity.ports import ExternalSubject, decode_token


class SharedSecretVerifier:
    """Checks HS256 tokens; nothing in a token can choose another algorithm or key."""

    def __init__(self, issuer: str, secret: str, audience: str | None, clock: Clock) -> None:
        self._issuer, self._secret, self._clock = Issuer(issuer, "HS256", audience), secret, clock

    @property
    def issuer(self) -> str:
        """The exact `iss` of its tokens."""
        return self._issuer.issuer

    async def verify(self, token: str) -> ExternalSubject:
        """Who the token speaks of. Raises `Unauthenticated`."""
        return subject_of(decode_token(token, self._key, "HS256"), self._issuer, self._clock)

    @cached_property
    def _key(self) -> Any:
        from joserfc.jwk import OctKey

        return OctKey.import_key(self._secret)
