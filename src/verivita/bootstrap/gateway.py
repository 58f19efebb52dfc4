"""What stands before every request: its settings, and the limits and the cache that follow from them."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode

from verivita.kit.cache import Cache, MemoryCache, TieredCache
from verivita.kit.crypto import Keyring
from verivita.kit.db import Database
from verivita.kit.db.changes import Changes
from verivita.kit.kept import KeptAnswers
from verivita.kit.limits import Limiter, MemoryCounter, Rate
from verivita.kit.once import Once

if TYPE_CHECKING:
    from verivita.adapters.cache.link import RedisLink

DAY, MINUTE = 86_400.0, 60.0
STRICT = ("door",)
"""Limits that guard proofs of identity: strict while the shared counter is gone."""
_SHARED = Rate(60, MINUTE, 10)
"""Requests of one person where several people share an installation."""


class GatewaySettings(BaseSettings):
    """Settings of limits, caches, proxies and slow clients."""

    redis_url: SecretStr | None = Field(
        None,
        validation_alias="REDIS_URL",
        description="A Redis >= 6.2 or Valkey that several API processes share limits and cache by; without it each "
        "process has its own.",
    )
    redis_timeout_ms: int = Field(
        250, ge=10, le=10_000, description="Longest wait for REDIS_URL; then a process goes on alone for a second."
    )
    requests_per_minute: int = Field(
        600,
        ge=1,
        description="Requests a minute of one address and, unless set, 60 of one person where people sign in by "
        "themselves.",
    )
    burst: int = Field(
        200, ge=1, description="Requests at once of one address and, unless set, 10 of one person, as above."
    )
    tenant_requests_per_minute: int = Field(6000, ge=1, description="Requests a minute of all people of a tenant.")
    questions_per_day: int = Field(100, ge=1, description="Questions a day of one person; all may come at once.")
    trusted_proxies: Annotated[list[str], NoDecode] = Field(
        [],
        description="Networks (CIDR, separated by commas) of proxies whose X-Forwarded-For and X-Forwarded-Proto are "
        "believed; nobody else's are.",
    )
    slow_client_s: float = Field(
        30.0,
        gt=0,
        le=3600,
        description="Seconds a client has to send its headers, to send the next part of a body, and to take the next "
        "part of an answer.",
    )

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        items = [item.strip() for item in value.split(",") if item.strip()] if isinstance(value, str) else value
        for item in items if isinstance(items, list) else []:
            ipaddress.ip_network(item, strict=False)
        return items

    def person_rate(self) -> Rate:
        """What one person may ask of the API: comfortable for the owner of a machine, the shared rate elsewhere."""
        is_shared = getattr(self, "sign_in", "owner") == "open"
        chosen = {"requests_per_minute", "burst"} & self.model_fields_set
        return _SHARED if is_shared and not chosen else Rate(self.requests_per_minute, MINUTE, self.burst)

    def rates(self) -> dict[str, Rate]:
        """Every limit by its name."""
        own, tenant = self.person_rate(), self.tenant_requests_per_minute
        return {
            "address": Rate(self.requests_per_minute, MINUTE, self.burst),
            "person": own,
            "page": Rate(max(600, own.limit), MINUTE, max(200, own.burst)),
            "tenant": Rate(tenant, MINUTE, max(1, tenant // 6)),
            "question": Rate(self.questions_per_day, DAY, self.questions_per_day),
            # How fast an address may knock, right or wrong, before the database is asked; how often a code or password
            # may be wrong is counted there, by identity, and so for all processes and without Redis.
            "door": Rate(max(30, self.requests_per_minute // 5), MINUTE, max(20, self.burst // 4)),
        }


@dataclass(frozen=True, slots=True)
class Gateway:
    """Limits, cache and kept answers of one process, and the way to what it shares with others."""

    limiter: Limiter
    cache: Cache
    personal: Cache
    """What belongs to a person: where processes share a cache it lies there alone, so that it can be forgotten."""
    kept: KeptAnswers
    once: Once
    link: RedisLink | None

    async def check(self) -> None:
        """Raise `Unavailable` when the shared server does not answer; where none is set, all is well."""
        if self.link is not None:
            await self.link.ping()

    async def aclose(self) -> None:
        """Close the way to the shared server."""
        if self.link is not None:
            await self.link.aclose()


def build(settings: GatewaySettings, db: Database, keyring: Keyring, changes: Changes) -> Gateway:
    """The gateway of these settings: in this process alone, or with a shared server where one is set."""
    secret, once = keyring.blind(UUID(int=0), "limits", "key").encode(), Once(db, keyring)
    naming = keyring.blind(UUID(int=0), "answers", "key").encode()
    if settings.redis_url is None:
        alone = MemoryCache()
        limiter = Limiter(MemoryCounter(), settings.rates(), STRICT, secret)
        return Gateway(limiter, alone, alone, KeptAnswers(alone, changes, naming), once, None)
    from verivita.adapters.cache.counter import RedisCounter
    from verivita.adapters.cache.link import RedisLink
    from verivita.adapters.cache.redis import RedisCache

    link = RedisLink(settings.redis_url.get_secret_value(), timeout=settings.redis_timeout_ms / 1000)
    limiter = Limiter(RedisCounter(link), settings.rates(), STRICT, secret)
    personal = RedisCache(link)
    shared = TieredCache(MemoryCache(), personal)
    return Gateway(limiter, shared, personal, KeptAnswers(shared, changes, naming), once, link)
