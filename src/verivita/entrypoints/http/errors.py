"""Error kinds as HTTP: the only table of statuses, and the one shape of a problem (RFC 9457)."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from verivita.core import errors
from verivita.core.errors import FieldError, Invalid, VerivitaError

STATUS: dict[type[VerivitaError], int] = {
    errors.Unauthenticated: 401,
    errors.Denied: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.VersionMismatch: 412,
    errors.TooLarge: 413,
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
    fields = [FieldError(_path(item["loc"]), str(item["msg"])) for item in error.errors()]
    if any(item["loc"] and item["loc"][0] == "path" for item in error.errors()):
        # An id that is no id answers exactly like one that is unknown.
        return errors.NotFound()
    return Invalid("invalid", "The request is not valid.", errors=fields[:50])


def problem_of_status(request: Request, error: HTTPException) -> Response:
    """A problem for what the framework itself refuses: unknown address, wrong verb, broken body."""
    codes = {404: "not_found", 405: "method_not_allowed", 400: "bad_request", 413: "too_large"}
    shown = VerivitaError(codes.get(error.status_code, "error"), TITLES.get(error.status_code, str(error.detail)))
    body = problem_body(request, error.status_code, shown)
    return JSONResponse(body, error.status_code, dict(error.headers or {}), PROBLEM)


def _path(location: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in location[1:]) or str(location[0] if location else "")
