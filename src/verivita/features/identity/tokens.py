"""Our own access tokens (RFC 7519): sub, state, aud, iss, exp, signed by one algorithm that no token can change."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any
from uuid import UUID

from verivita.core.errors import Unauthenticated
from verivita.core.ids import PersonId, TenantId, new_id, parse_id
from verivita.core.principal import Principal

AUDIENCE = "careergpt"
ALGORITHMS = ("HS256", "EdDSA")
_LONGEST = 16_384


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """Whom a token of ours speaks of. What they may do is read from the database, not from here."""

    tenant_id: TenantId
    person_id: PersonId
    family: UUID


class Signer:
    """Signs and reads access tokens. `secret` has at least 32 bytes; with EdDSA it is the seed of the key pair."""

    def __init__(self, secret: bytes, issuer: str, lasts: timedelta, algorithm: str = "HS256") -> None:
        if len(secret) < 32 or algorithm not in ALGORITHMS:
            raise ValueError("a signer needs 32 bytes and one of the known algorithms")
        self.issuer, self.lasts = issuer, lasts
        self._secret, self._algorithm = secret, algorithm

    def sign(self, principal: Principal, family: UUID, now: datetime) -> str:
        """A token for this person, good until `now` plus its life; `family` ends it before."""
        from joserfc import jwt

        issued = int(now.timestamp())
        claims = {
            "sub": str(principal.person_id),
            "state": principal.state.value,
            "aud": AUDIENCE,
            "iss": self.issuer,
            "iat": issued,
            "exp": issued + int(self.lasts.total_seconds()),
            "jti": str(new_id()),
            "tenant": str(principal.tenant_id),
            "sid": str(family),
        }
        header = {"alg": self._algorithm} | ({"kid": self._kid} if self._algorithm == "EdDSA" else {})
        return jwt.encode(header, claims, self._key, registry=registry(self._algorithm))

    def read(self, token: str, now: datetime) -> AccessClaims:
        """Whom the token speaks of. Raises `Unauthenticated` for any that is not ours, whole and in time."""
        claims = decoded(token, self._key, self._algorithm)
        check(claims, now, issuer=self.issuer, audience=AUDIENCE)
        tenant, person, family = (parse_id(str(claims.get(name))) for name in ("tenant", "sub", "sid"))
        if tenant is None or person is None or family is None:
            raise refused()
        return AccessClaims(TenantId(tenant), PersonId(person), family)

    def public_keys(self) -> Mapping[str, Any]:
        """The key set that others may check our tokens with; empty where the key is a shared secret."""
        if self._algorithm != "EdDSA":
            return {"keys": []}
        public = dict(self._key.as_dict(private=False))
        return {"keys": [{**public, "kid": self._kid, "alg": self._algorithm, "use": "sig"}]}

    @cached_property
    def _kid(self) -> str:
        return str(self._key.thumbprint())

    @cached_property
    def _key(self) -> Any:
        from joserfc.jwk import OctKey, OKPKey

        if self._algorithm == "HS256":
            return OctKey.import_key(self._secret)
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        seed = self._secret[:32]
        public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
        return OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "d": _base64(seed), "x": _base64(public)})


@lru_cache(maxsize=8)
def registry(algorithm: str) -> Any:
    """A registry that knows this one algorithm; EdDSA without the warning that RFC 9864 renamed it."""
    from joserfc.jws import JWSRegistry

    class OneAlgorithm(JWSRegistry):
        algorithms = {algorithm: _quiet(JWSRegistry.algorithms[algorithm])}

    return OneAlgorithm(algorithms=[algorithm])


def decoded(token: str, key: Any, algorithm: str) -> dict[str, Any]:
    """The claims of a token whose signature holds under this key and algorithm. Raises `Unauthenticated`."""
    from joserfc import jwt
    from joserfc.errors import JoseError

    if len(token) > _LONGEST:
        raise refused()
    try:
        return jwt.decode(token, key, registry=registry(algorithm)).claims
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise refused() from error


def check(claims: Mapping[str, Any], now: datetime, *, issuer: str, audience: str | None, leeway: int = 0) -> None:
    """Refuse claims of another issuer or audience, too old, too young, or without a subject or an end."""
    from joserfc.errors import JoseError
    from joserfc.jwt import JWTClaimsRegistry

    wanted: dict[str, Any] = {
        "iss": {"essential": True, "value": issuer},
        "sub": {"essential": True},
        "exp": {"essential": True},
    }
    if audience is not None:
        wanted["aud"] = {"essential": True, "value": audience}
    try:
        JWTClaimsRegistry(now=int(now.timestamp()), leeway=leeway, **wanted).validate(dict(claims))
    except (JoseError, ValueError, TypeError) as error:
        raise refused() from error


def peek(token: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Header and claims as they stand there, proved by nothing: good only to choose who will check them."""
    parts = token.split(".")
    if len(parts) != 3 or len(token) > _LONGEST:
        return None
    try:
        header, claims = (json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in parts[:2])
    except (ValueError, RecursionError):
        return None
    return (header, claims) if isinstance(header, dict) and isinstance(claims, dict) else None


def refused() -> Unauthenticated:
    """One answer for every token that does not hold."""
    return Unauthenticated(message="This token is not valid or has run out.", next="Sign in again.")


def _quiet(algorithm: Any) -> Any:
    if getattr(algorithm, "security_warning", None) is None:
        return algorithm
    kind = type(algorithm)
    return type(kind.__name__, (kind,), {"security_warning": None})()


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
