"""What a browser keeps while a sign-in is under way: the ticket for the second step, and the way to an issuer."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

from verivita.features.identity import SIGN_ON_LASTS, TICKET_LASTS, SecondStepNeeded

TICKET_COOKIE = "verivita_second"
SIGN_ON_COOKIE = "verivita_sign_on"
SECOND_PAGE = "/sign-in/second"
SIGN_ON_PATH = "/auth/oidc"


def set_ticket(request: Request, response: Response, needed: SecondStepNeeded) -> None:
    """Hand the browser its ticket for the second step."""
    _set(request, response, TICKET_COOKIE, needed.ticket, SECOND_PAGE, int(TICKET_LASTS.total_seconds()))


def drop_ticket(response: Response) -> None:
    """Make the browser forget the ticket."""
    response.delete_cookie(TICKET_COOKIE, path=SECOND_PAGE, httponly=True, samesite="lax")


def set_sign_on(request: Request, response: Response, kept: str) -> None:
    """Bind the way to an issuer to this browser. Lax: the issuer leads back to us from its own site."""
    _set(request, response, SIGN_ON_COOKIE, kept, SIGN_ON_PATH, int(SIGN_ON_LASTS.total_seconds()))


def drop_sign_on(response: Response) -> None:
    """Make the browser forget that way: it is gone once."""
    response.delete_cookie(SIGN_ON_COOKIE, path=SIGN_ON_PATH, httponly=True, samesite="lax")


def _set(request: Request, response: Response, name: str, value: str, path: str, seconds: int) -> None:
    secure = request.url.scheme == "https"
    response.set_cookie(name, value, max_age=seconds, httponly=True, samesite="lax", secure=secure, path=path)
