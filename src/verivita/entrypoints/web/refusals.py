"""Refusals as pages for browsers; programs go on getting problem+json."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from verivita.core.errors import VerivitaError
from verivita.entrypoints.http import errors
from verivita.entrypoints.http.auth import principal_of
from verivita.entrypoints.http.middleware import count_fault
from verivita.entrypoints.web import render, show_rest
from verivita.entrypoints.web.entrance import instead
from verivita.entrypoints.web.views import Link, Shell, SignInView
from verivita.entrypoints.web.visit import visit_of
from verivita.kit import logs

log = logs.get(__name__)


class PageRoute(APIRoute):
    """A route whose broken code is answered by a page too."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with a page for what nobody expected."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                return await handle(request)
            except (VerivitaError, RequestValidationError, HTTPException):
                raise
            except Exception as error:
                log.exception("page.failed", path=request.url.path)
                await count_fault(request.scope, error)
                broken = VerivitaError("internal", "It was written down, and nothing that you gave was lost.")
                return await refusal(request, 500, broken)

        return guarded


def install(app: FastAPI) -> None:
    """Answer browsers with pages; everybody else as before."""

    async def known(request: Request, error: Exception) -> Response:
        assert isinstance(error, VerivitaError)
        if not is_browser(request):
            return errors.problem(request, error)
        return await instead(request, error) or await refusal(request, errors.status_of(error), error)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return await known(request, errors.from_validation(error))

    async def routing(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if not is_browser(request):
            return errors.problem_of_status(request, error)
        message = {404: "No page has this address."}.get(error.status_code, errors.TITLES.get(error.status_code, ""))
        code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "bad_request")
        return await refusal(request, error.status_code, VerivitaError(code, message))

    app.add_exception_handler(VerivitaError, known)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, routing)
    app.state.refuse = _bare


async def _bare(request: Request, error: VerivitaError) -> Response:
    """A refusal before anybody asked who comes: a page without the person's navigation, which would cost a look-up."""
    if not is_browser(request):
        return errors.problem(request, error)
    request.state.shell = Shell()
    return await refusal(request, errors.status_of(error), error)


def is_browser(request: Request) -> bool:
    """True where a person reads the answer: a page was asked for, or htmx asked for a part of one."""
    if request.url.path.startswith("/api/"):
        return False
    return "text/html" in request.headers.get("accept", "") or request.headers.get("hx-request") == "true"


async def refusal(request: Request, status: int, error: VerivitaError) -> HTMLResponse:
    """The page of a refusal; without a sign-in it is the door."""
    if status == 401:
        answer = render.page(request, "signin.html", {"view": SignInView("needed")}, status=401)
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer
    await _shell(request)
    back = Link("All jobs", "/jobs") if request.url.path.startswith("/jobs/") else None
    view = show_rest.error_view(status, error, getattr(request.state, "request_id", ""), back)
    answer = render.page(request, "error.html", {"view": view}, block="problem", status=status)
    if error.retry_after is not None:
        answer.headers["Retry-After"] = str(max(1, round(error.retry_after)))
    return answer


async def _shell(request: Request) -> None:
    """The person's own navigation, where the refusal came before it was made and the person is known."""
    if request.method == "GET" and not hasattr(request.state, "shell"):
        with suppress(VerivitaError):
            await visit_of(request, await principal_of(request))
