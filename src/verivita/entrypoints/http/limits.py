"""How often who may ask: by address before anyone is known, then by person and tenant."""

from __future__ import annotations

import asyncio

from starlette.requests import Request

from verivita.core.principal import Principal
from verivita.entrypoints.http.addresses import limit_key
from verivita.kit.limits import Limiter, Rate, Verdict, accepted

_PAGES_DO_NOT_START_WITH = ("/api/", "/auth/")
_DOORS = ("/auth/", "/sign-in", "/enter", "/join")
_ISSUERS = "/auth/oidc/"
_FACES = frozenset({"/query", "/upload", "/embed", "/save-document", "/search", "/chat", "/history"})
"""Addresses of older contracts, which are the API too."""


def limiter_of(request: Request) -> Limiter:
    """The limits of this installation."""
    limiter: Limiter = request.app.state.container.gateway.limiter
    return limiter


async def count_address(limiter: Limiter, host: str, *, at_door: bool = False) -> tuple[Rate, Verdict]:
    """Take one request of an address, and one of its knocks where it asks to be let in; the nearer limit of the two."""
    name, verdict = "address", await limiter.take("address", limit_key(host))
    if at_door and verdict.allowed:
        knock = await limiter.take("door", limit_key(host))
        if not knock.allowed or knock.remaining <= verdict.remaining:
            name, verdict = "door", knock
    return limiter.rate(name), verdict


def is_door(verb: str, path: str) -> bool:
    """True for a request that proves who somebody is, or makes us ask an issuer."""
    return (verb == "POST" and path.startswith(_DOORS)) or path.startswith(_ISSUERS)


async def count_caller(request: Request, principal: Principal) -> None:
    """Take one request of a person and of their tenant, once for each request. Raises `LimitReached`."""
    if getattr(request.state, "is_counted", False):
        return
    request.state.is_counted = True
    limiter = limiter_of(request)
    name = "person" if is_api(request.url.path) else "page"
    person, tenant = await asyncio.gather(
        limiter.take(name, str(principal.person_id)), limiter.take("tenant", str(principal.tenant_id))
    )
    say(request, limiter.rate(name), person)
    accepted(person)
    if not tenant.allowed:
        say(request, limiter.rate("tenant"), tenant)
    accepted(tenant)


def is_api(path: str) -> bool:
    """True for an address of the API; the others are pages."""
    first = "/" + path.split("/", 2)[1] if path.startswith("/") else path
    return path.startswith(_PAGES_DO_NOT_START_WITH) or first in _FACES


def say(request: Request, rate: Rate, verdict: Verdict) -> None:
    """Let the answer's RateLimit headers show this limit, unless it already shows a nearer one."""
    shown = getattr(request.state, "limit", None)
    if shown is None or not verdict.allowed or verdict.remaining <= shown[1].remaining:
        request.state.limit = (rate, verdict)
