"""Error kinds as HTTP: the only table of statuses, and the one shape of a problem (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.routing import Match

from verivita.core import errors
from verivita.core.errors import FieldError, Invalid, UnsupportedType, VerivitaError

STATUS: dict[type[VerivitaError], int] = {
    errors.Unauthenticated: 401,
    errors.Denied: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.VersionMismatch: 412,
    errors.TooLarge: 413,
    errors.TooSlow: 408,
    errors.UnsupportedType: 415,
    errors.Invalid: 422,
    errors.LimitReached: 429,
    errors.Unavailable: 503,
    errors.StorageFull: 507,
}
BY_CODE = {"too_large": 413, "wrong_type": 415}
"""Refusals of a file that have a status of their own."""
TITLES = {
    400: "The request is broken",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "This address does not know that verb",
    408: "Too slow",
    409: "Conflict",
    412: "Changed since you read it",
    413: "Too large",
    415: "This kind cannot be read",
    422: "Not valid",
    429: "Too many requests",
    500: "Something went wrong on our side",
    503: "Not available now",
    507: "The disk is full",
}
PROBLEM = "application/problem+json"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_BY_STATUS = {
    400: ("bad_request", "The request cannot be read.", "Check how the body is written, and its Content-Type."),
    404: ("not_found", "There is nothing at this address.", "The addresses are listed at /openapi.json."),
    405: ("method_not_allowed", "This address does not know that verb.", "Use a verb of the Allow header."),
    413: ("too_large", "The request is too large.", None),
}
"""What the framework itself refuses: code, sentence, next step."""


def status_of(error: VerivitaError) -> int:
    """The status that this error has over HTTP."""
    if isinstance(error, Invalid) and error.code in BY_CODE:
        return BY_CODE[error.code]
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def problem(request: Request, error: VerivitaError) -> Response:
    """The error as `application/problem+json`."""
    headers = {"Retry-After": str(max(1, round(error.retry_after)))} if error.retry_after is not None else {}
    status = status_of(error)
    if status in (429, 503):
        headers.setdefault("Retry-After", "1")
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status == 408:
        headers["Connection"] = "close"  # the rest of the body is not waited for
    return JSONResponse(problem_body(request, status, error), status, headers, PROBLEM)


def problem_body(request: Request, status: int, error: VerivitaError) -> dict[str, Any]:
    """The members of a problem: type, title, status, code, detail, request_id, and errors and next where there are."""
    body: dict[str, Any] = {
        "type": f"urn:verivita:error:{error.code}",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "code": error.code,
        "detail": error.message,
        "request_id": getattr(request.state, "request_id", ""),
    }
    if error.errors:
        body["errors"] = [{"field": item.field, "message": item.message} for item in error.errors]
    if error.next:
        body["next"] = error.next
    return body | error.extra


def install(app: FastAPI) -> None:
    """Answer every error of this app as a problem."""

    async def known(request: Request, error: Exception) -> Response:
        assert isinstance(error, VerivitaError)
        return problem(request, error)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return problem(request, from_validation(error))

    async def routing(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return problem_of_status(request, error)

    app.add_exception_handler(VerivitaError, known)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, routing)


def from_validation(error: RequestValidationError) -> VerivitaError:
    """A refused body, query or path, with the name of every wrong field."""
    found = error.errors()
    if isinstance(error.body, bytes) and any(tuple(item["loc"]) == ("body",) for item in found):
        # Without the right Content-Type the framework does not read a body at all.
        return UnsupportedType(message="The body is not JSON.", next="Send it with Content-Type: application/json.")
    if any(item["loc"] and item["loc"][0] == "path" for item in found):
        # An id that is no id answers exactly like one that is unknown.
        return errors.NotFound()
    return Invalid("invalid", "The request is not valid.", errors=field_errors(found))


def problem_of_status(request: Request, error: HTTPException) -> Response:
    """A problem for what the framework itself refuses: unknown address, wrong verb, broken body."""
    if isinstance(error.__cause__, VerivitaError):  # raised while the framework read the body
        return problem(request, error.__cause__)
    if isinstance(error.__cause__, RecursionError):
        fields = [FieldError("body", "is nested too deeply")]
        return problem(request, Invalid(message="The request is not valid.", errors=fields))
    status, headers = error.status_code, dict(error.headers or {})
    code, message, step = _BY_STATUS.get(status, ("error", TITLES.get(status, str(error.detail)), None))
    if status == 405:
        headers["Allow"] = ", ".join(_verbs(request))
    body = problem_body(request, status, VerivitaError(code, message, next=step))
    return JSONResponse(body, status, headers, PROBLEM)


def _verbs(request: Request) -> list[str]:
    """Every verb that this address knows: its routes may be several."""
    routes = request.app.router.routes
    known = {
        verb
        for verb in METHODS
        if any(route.matches({**request.scope, "method": verb})[0] is Match.FULL for route in routes)
    }
    return [verb for verb in METHODS if verb in known or (verb == "HEAD" and "GET" in known)]


def field_errors(found: Sequence[Any]) -> list[FieldError]:
    """The findings of pydantic, each with the name of its field."""
    return [FieldError(_path(item), str(item["msg"]).removeprefix("Value error, ")) for item in found][:50]


def _path(item: Mapping[str, Any]) -> str:
    location = item["loc"]
    if item["type"] == "json_invalid" or not location:
        return "body"
    where = location[1:] if location[0] in ("body", "query", "path", "header", "cookie") else location
    return ".".join(map(str, where)) or str(location[0])
