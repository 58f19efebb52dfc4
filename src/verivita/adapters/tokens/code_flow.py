"""Sign-in at an OpenID Connect issuer: authorization code with PKCE, its endpoints found by discovery."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit, urlunsplit

from verivita.adapters.tokens.claims import Issuer, subject_of
from verivita.adapters.tokens.discovery import MAX_BYTES, unavailable
from verivita.adapters.tokens.jwks import JwksVerifier
from verivita.core.clock import Clock
from verivita.core.errors import Unauthenticated, Unavailable, VerivitaError
from verivita.features.identity.ports import Asked, ExternalSubject, Redeemed
from verivita.kit import logs
from verivita.kit.http import Egress

log = logs.get(__name__)

SCOPE = "openid email profile"
_WITHIN_S = 10.0


@dataclass(frozen=True, slots=True)
class Registration:
    """What this installation is to an issuer: `key` in our addresses, `name` on our pages, `id` and `secret` there.

    Without a secret it is a public client, whom the code alone proves.
    """

    key: str
    name: str
    id: str
    secret: str | None = field(default=None, repr=False)


class CodeFlow:
    """One issuer that people sign in at. `verifier` takes tokens of that issuer for this client alone."""

    def __init__(self, client: Registration, verifier: JwksVerifier, egress: Egress, clock: Clock) -> None:
        self._client, self._verifier, self._discovery = client, verifier, verifier.discovery
        self._egress, self._clock = egress, clock

    @property
    def key(self) -> str:
        """The word that stands for it in addresses."""
        return self._client.key

    @property
    def name(self) -> str:
        """What people call it."""
        return self._client.name

    async def begin(self, asked: Asked) -> str:
        """The address to send the browser to. Raises `Unavailable` (code `issuer_unavailable`)."""
        place = urlsplit(await self._discovery.address("authorization_endpoint"))
        query = {
            "response_type": "code",
            "client_id": self._client.id,
            "redirect_uri": asked.back_to,
            "scope": SCOPE,
            "state": asked.state,
            "nonce": asked.nonce,
            "code_challenge": asked.challenge,
            "code_challenge_method": "S256",
        }
        parts = [part for part in (place.query, urlencode(query)) if part]
        return urlunsplit((place.scheme, place.netloc, place.path, "&".join(parts), ""))

    async def redeem(self, redeemed: Redeemed) -> ExternalSubject:
        """Who signed in there. Raises `Unauthenticated` (code `issuer_refused`), `Unavailable` as above."""
        said = await self._discovery.document()
        promises = said.get("authorization_response_iss_parameter_supported") is True
        if (promises or redeemed.said_issuer is not None) and redeemed.said_issuer != self._verifier.issuer:
            raise self._refused("iss")  # the answer of another issuer (RFC 9207)
        token = (await self._tokens(redeemed)).get("id_token")
        if not isinstance(token, str):
            raise self._refused("id_token")
        try:
            claims = await self._verifier.claims(token)
        except Unauthenticated as error:
            raise self._refused("signature or claims") from error
        self._check(claims, redeemed.nonce)
        return subject_of(claims, Issuer(self._verifier.issuer, "", self._client.id), self._clock)

    async def close(self) -> None:
        """Close the connections to the issuer."""
        await self._egress.aclose()

    def _check(self, claims: Mapping[str, Any], nonce: str) -> None:
        """What only an ID token says (OpenID Connect Core 1.0, section 3.1.3.7): nonce and authorized party."""
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(errors="replace"), nonce.encode()):
            raise self._refused("nonce")
        audience, party = claims.get("aud"), claims.get("azp")
        if (isinstance(audience, list) and len(audience) > 1 and party is None) or party not in (None, self._client.id):
            raise self._refused("azp")

    async def _tokens(self, redeemed: Redeemed) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": redeemed.code,
            "redirect_uri": redeemed.back_to,
            "code_verifier": redeemed.verifier,
        }
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        await self._prove(form, headers)
        place = await self._discovery.address("token_endpoint")
        try:
            got = await self._egress.post(
                place, urlencode(form).encode(), headers=headers, max_bytes=MAX_BYTES, within=_WITHIN_S
            )
        except Unavailable as error:
            raise unavailable() from error
        except VerivitaError as error:
            log.warning("issuer.unusable", issuer=self._verifier.issuer, reason=error.code)
            raise unavailable() from error
        if got.status >= 500:
            raise unavailable()
        try:
            said = json.loads(got.body)
        except (ValueError, RecursionError):
            said = None
        if got.status != 200 or not isinstance(said, dict):
            raise self._refused("code")
        return said

    async def _prove(self, form: dict[str, str], headers: dict[str, str]) -> None:
        """Say who this client is: by HTTP Basic where the issuer takes that, else in the form (RFC 6749, 2.3.1)."""
        ways = (await self._discovery.document()).get("token_endpoint_auth_methods_supported")
        if self._client.secret is None or (isinstance(ways, list) and "client_secret_basic" not in ways):
            form["client_id"] = self._client.id
            if self._client.secret is not None:
                form["client_secret"] = self._client.secret
            return
        both = f"{quote_plus(self._client.id)}:{quote_plus(self._client.secret)}"
        headers["authorization"] = f"Basic {base64.b64encode(both.encode()).decode()}"

    def _refused(self, what: str) -> Unauthenticated:
        log.warning("issuer.refused", issuer=self._verifier.issuer, at=what)
        return Unauthenticated("issuer_refused", f"{self._client.name} did not sign you in.", next="Try again.")
