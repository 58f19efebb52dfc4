"""Settings of proofs of identity: mail, tokens, issuers that are trusted, what is kept of an address."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

_WEAK = ("secret", "changeme", "change-me", "password", "default", "example", "verivita", "jwt", "12345", "abcdef")
LEAST_SECRET = 32


def strong(secret: SecretStr | None) -> SecretStr | None:
    """Refuse a secret that somebody could guess: short, of few letters, or with a word that everybody tries."""
    if secret is None:
        return None
    text = secret.get_secret_value()
    if len(text) < LEAST_SECRET or len(set(text)) < 10 or any(word in text.lower() for word in _WEAK):
        raise ValueError(
            f"is too weak: it needs {LEAST_SECRET} random characters, as `openssl rand -base64 32` prints them"
        )
    return secret


class IssuerSettings(BaseModel):
    """Another issuer whose tokens are taken: its exact name, one algorithm, and where its key comes from."""

    model_config = ConfigDict(extra="forbid")

    issuer: str = Field(min_length=1, max_length=500, description="The exact `iss` of its tokens.")
    algorithm: str = Field(
        "RS256",
        pattern="^(HS256|RS256|RS384|RS512|PS256|ES256|ES384|EdDSA)$",
        description="The one algorithm of its tokens.",
    )
    audience: str | None = Field(None, description="The `aud` of its tokens for this installation.")
    secret: SecretStr | None = Field(None, description="The shared secret, for HS256 alone.")
    jwks_url: str | None = Field(None, description="Its key set; without it the address is discovered.")
    link_by_email: bool = Field(False, description="Whether its proved addresses lead to existing accounts.")
    name: str = Field("", max_length=60, description="What people call it: the sign-in page offers it by this name.")
    client_id: str | None = Field(
        None,
        min_length=1,
        max_length=300,
        description="What it calls this installation; then people may sign in there.",
    )
    client_secret: SecretStr | None = Field(None, description="The secret of that client, where it has one.")

    @model_validator(mode="after")
    def _whole(self) -> IssuerSettings:
        if (self.algorithm == "HS256") != (self.secret is not None):
            raise ValueError("a secret goes with HS256, and HS256 with a secret")
        strong(self.secret)
        if self.client_id is not None and (self.algorithm == "HS256" or not self.key):
            raise ValueError("signing in at an issuer needs its name, and an algorithm with public keys")
        if self.client_secret is not None and self.client_id is None:
            raise ValueError("a client_secret goes with a client_id")
        return self

    @property
    def key(self) -> str:
        """The word that stands for it in addresses."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")

    @property
    def taken_audience(self) -> str | None:
        """The `aud` of tokens that programs send: an ID token for another client of the issuer is none for us."""
        return self.audience or self.client_id


class SignInSettings(BaseModel):
    """How people prove who they are where others than the owner may come in."""

    smtp_url: SecretStr | None = Field(
        None, description="Mail server for codes: smtps://user:password@host:465, or smtp://host:587 (TLS if it can)."
    )
    mail_from: str = Field("Verivita <verivita@localhost>", description="Sender of the mails.")
    mail: str = Field(
        "auto",
        pattern="^(auto|smtp|console|memory|off)$",
        description="How mail goes: auto (smtp where smtp_url is set, else off), console (development on this machine "
        "alone), memory (tests), off.",
    )
    jwt_secret: SecretStr | None = Field(
        None, description="Secret that access tokens are signed with; without it one is derived from the master key."
    )
    jwt_algorithm: str = Field(
        "HS256", pattern="^(HS256|EdDSA)$", description="HS256 (shared secret), or EdDSA (others check by the key set)."
    )
    jwt_issuer: str = Field("verivita", min_length=1, max_length=200, description="The `iss` of access tokens.")
    access_minutes: int = Field(60, ge=1, le=1440, description="Life of an access token, in minutes.")
    browser_tokens: str = Field(
        "cookie",
        pattern="^(cookie|storage)$",
        description="cookie: signing in also sets an HttpOnly session cookie. storage: it sets none, and a separate "
        "front end keeps the access token itself.",
    )
    address_kept: str = Field(
        "truncated",
        pattern="^(truncated|hashed|none)$",
        description="What is stored of network addresses: their first part, a keyed hash, or nothing.",
    )
    issuers: list[IssuerSettings] = Field(
        [], description="Other issuers whose tokens are taken, as a JSON list of objects (see the guide)."
    )
    url: str | None = Field(
        None,
        pattern="^https?://[^/]+$",
        description="Where `verivita identity` runs alone, as http://host:port; then this process asks it who calls.",
    )
    port: int = Field(8090, ge=1, le=65535, description="Port that `verivita identity` listens on.")
    payment_secret: SecretStr | None = Field(None, description="Secret that the payment service signs with.")

    @field_validator("issuers")
    @classmethod
    def _apart(cls, value: list[IssuerSettings]) -> list[IssuerSettings]:
        keys = [issuer.key for issuer in value if issuer.client_id is not None]
        if len(set(keys)) < len(keys):
            raise ValueError("two issuers to sign in at have the same name")
        return value

    @field_validator("jwt_secret", "payment_secret")
    @classmethod
    def _strong(cls, value: SecretStr | None) -> SecretStr | None:
        return strong(value)
