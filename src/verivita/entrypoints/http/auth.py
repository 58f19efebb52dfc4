"""Who asks: session cookie, bearer or API key -> Principal; and the guard against forged forms."""

from __future__ import annotations

import hashlib
import hmac
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.responses import Response

from verivita.core.errors import Denied, Unauthenticated
from verivita.core.principal import Principal
from verivita.features.identity import NOBODY, CredentialKind, IdentityService, Issued

COOKIE = "verivita_session"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


async def principal_of(request: Request) -> Principal:
    """The caller, or `Unauthenticated`. A cookie also needs its CSRF token on every verb that writes."""
    identity: IdentityService = request.app.state.container.identity
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if token:
        if scheme.lower() != "bearer":
            raise Unauthenticated(message="Only bearer tokens are known here.")
        caller = await identity.identify(NOBODY, token.strip(), CredentialKind.API_KEY)
        caller.principal.require_scope("read" if request.method in SAFE else "write")
        return caller.principal
    secret = request.cookies.get(COOKIE)
    if not secret:
        raise Unauthenticated(
            message="You are not signed in.",
            next="Open the owner link, or send an API key as `Authorization: Bearer ...`.",
        )
    caller = await identity.identify(NOBODY, secret, CredentialKind.SESSION)
    if request.method not in SAFE:
        await _refuse_forged(request, secret)
    return caller.principal


Caller = Annotated[Principal, Depends(principal_of)]
"""The caller as an argument of a route."""


def csrf_token(secret: str) -> str:
    """The token that a page of this session must send back with every write."""
    return hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest()


def set_session(response: Response, issued: Issued, secure: bool) -> None:
    """Hand the session to the browser, out of reach of scripts and other sites."""
    response.set_cookie(
        COOKIE, issued.secret, max_age=30 * 24 * 3600, httponly=True, samesite="lax", secure=secure, path="/"
    )


def drop_session(response: Response) -> None:
    """Make the browser forget the session."""
    response.delete_cookie(COOKIE, path="/")


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
