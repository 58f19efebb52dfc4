"""Who asks: session or guest cookie, access token, API key -> Principal; and the guard against forged forms."""

from __future__ import annotations

import hashlib
import hmac
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import Response
from structlog.contextvars import bind_contextvars

from verivita.bootstrap.container import Container
from verivita.core.errors import Denied, Unauthenticated
from verivita.core.principal import Principal
from verivita.entrypoints.http.limits import count_caller
from verivita.features.identity import GUEST_LASTS, NOBODY, SESSION_LASTS, CredentialKind, Doorkeeper, Issued, Visit

COOKIE = "verivita_session"
GUEST_COOKIE = "identity_id"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_ACTIONS = frozenset({"POST", "PUT", "PATCH"})
_NO_ACTION = ("/auth/", "/sign-in", "/settings", "/leave", "/enter", "/api/v1/users/me")
"""Writes that are about the person and not of the product: they cost a guest nothing."""


async def principal_of(request: Request) -> Principal:
    """The caller, let through to what their state allows. Raises `Unauthenticated` or `Denied`."""
    principal = await caller_of(request)
    if request.method in _ACTIONS and not request.url.path.startswith(_NO_ACTION):
        await _act(request, principal)
    return principal


async def caller_of(request: Request) -> Principal:
    """The caller, whatever their state. A cookie also needs its CSRF token on every verb that writes."""
    principal = await _known(request)
    request.state.principal = principal
    bind_contextvars(tenant=str(principal.tenant_id), person=str(principal.person_id))
    await count_caller(request, principal)
    return principal


Caller = Annotated[Principal, Depends(principal_of)]
"""The caller as an argument of a route."""


async def visitor_of(request: Request) -> Principal | None:
    """The caller, or None where nobody known asks: for the routes by which people come in."""
    try:
        return await caller_of(request)
    except Unauthenticated:
        return None


def visit_from(request: Request) -> Visit:
    """Where the request comes from."""
    return Visit(request.headers.get("user-agent", ""), request.client.host if request.client else "")


async def this_sign_in(request: Request, principal: Principal) -> UUID | None:
    """Which of the caller's sign-ins the request came by; None for an API key."""
    sessions, cookies = request.app.state.container.sign_in.sessions, request.cookies
    token = request.headers.get("authorization", "").partition(" ")[2].strip()
    found: UUID | None = await sessions.which(principal, token, cookies.get(COOKIE) or cookies.get(GUEST_COOKIE, ""))
    return found


def csrf_token(secret: str) -> str:
    """The token that a page of this session must send back with every write."""
    return hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest()


def form_secret(request: Request) -> str:
    """The secret of the cookie that the caller came with; the tokens of their forms are made from it."""
    fresh: str = getattr(request.state, "guest_secret", "")
    return request.cookies.get(COOKIE) or request.cookies.get(GUEST_COOKIE) or fresh


def set_session(response: Response, issued: Issued, secure: bool) -> None:
    """Hand the session to the browser, out of reach of scripts and other sites."""
    _set(response, COOKIE, issued, int(SESSION_LASTS.total_seconds()), secure)


def set_guest(response: Response, issued: Issued, secure: bool) -> None:
    """Hand a guest their cookie, likewise."""
    _set(response, GUEST_COOKIE, issued, int(GUEST_LASTS.total_seconds()), secure)


def drop_session(response: Response) -> None:
    """Make the browser forget the session."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")


def drop_guest(response: Response) -> None:
    """Make the browser forget the guest."""
    response.delete_cookie(GUEST_COOKIE, path="/", httponly=True, samesite="lax")


def _set(response: Response, name: str, issued: Issued, seconds: int, secure: bool) -> None:
    response.set_cookie(name, issued.secret, max_age=seconds, httponly=True, samesite="lax", secure=secure, path="/")


async def _known(request: Request) -> Principal:
    container: Container = request.app.state.container
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if container.sign_in.doorkeeper is not None and (not token or token.count(".") == 2):
        return await _asked(request, container, container.sign_in.doorkeeper)
    if token:
        if scheme.lower() != "bearer":
            raise Unauthenticated(message="Only bearer tokens are known here.")
        return await _bearer(request, container, token.strip())
    if secret := request.cookies.get(COOKIE):
        found = await container.identity.identify(NOBODY, secret, CredentialKind.SESSION, visit_from(request))
        if request.method not in SAFE:
            await _refuse_forged(request, secret)
        return found.principal
    if container.sign_in.is_open and (secret := request.cookies.get(GUEST_COOKIE)):
        found = await container.identity.identify(NOBODY, secret, CredentialKind.GUEST, visit_from(request))
        if request.method not in SAFE:
            _refuse_foreign(request, container.settings.cors_origins)
        return found.principal
    raise Unauthenticated(
        message="You are not signed in.",
        next="Open the owner link, or send an API key as `Authorization: Bearer ...`.",
    )


async def _asked(request: Request, container: Container, doorkeeper: Doorkeeper) -> Principal:
    """Who the identity service says it is. Forms are guarded here, where they arrive; API keys are checked here too."""
    authorization = request.headers.get("authorization", "")
    names = (COOKIE, GUEST_COOKIE) if container.sign_in.is_open else (COOKIE,)
    cookies = {name: request.cookies[name] for name in names if name in request.cookies}
    principal = await doorkeeper.who(authorization, "; ".join(f"{name}={value}" for name, value in cookies.items()))
    if request.method not in SAFE and not authorization:
        if secret := cookies.get(COOKIE):
            await _refuse_forged(request, secret)
        else:
            _refuse_foreign(request, container.settings.cors_origins)
    return principal


async def _bearer(request: Request, container: Container, token: str) -> Principal:
    if token.count(".") == 2:
        return await container.sign_in.access.bearer(NOBODY, token, visit_from(request))
    found = await container.identity.identify(NOBODY, token, CredentialKind.API_KEY, visit_from(request))
    found.principal.require_scope("read" if request.method in SAFE else "write")
    return found.principal


async def _act(request: Request, principal: Principal) -> None:
    """Use a guest's free action up, once for a request however often it asks who comes."""
    if not getattr(request.state, "has_acted", False):
        if await request.app.state.container.sign_in.entry.act(principal):
            request.state.free_action = principal
        request.state.has_acted = True


def _refuse_foreign(request: Request, allowed: list[str]) -> None:
    """Refuse a write that the page of another site sent. Browsers name the origin of every such request."""
    origin = request.headers.get("origin")
    if origin and origin not in allowed and urlsplit(origin).netloc != request.headers.get("host"):
        raise Denied("csrf", "This form came from another site.")
    if not origin and request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        raise Denied("csrf", "This form came from another site.")


async def _refuse_forged(request: Request, secret: str) -> None:
    origin = request.headers.get("origin")
    if origin and origin != "null" and urlsplit(origin).netloc != request.headers.get("host"):
        raise Denied("csrf", "This form came from another site.")
    sent = request.headers.get("x-csrf-token")
    if sent is None and request.headers.get("content-type", "").startswith(
        ("application/x-www-form-urlencoded", "multipart/form-data")
    ):
        field = (await request.form()).get("csrf")
        sent = field if isinstance(field, str) else None
    if sent is None or not hmac.compare_digest(sent.encode(), csrf_token(secret).encode()):
        raise Denied("csrf", "The form's token is missing or old.", next="Load the page again and repeat.")
