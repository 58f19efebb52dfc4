"""What surrounds every request: id, log line, metrics, limits, headers, and a clean answer when code breaks."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from verivita.core.errors import VerivitaError
from verivita.core.ids import new_id
from verivita.entrypoints.http.auth import SAFE
from verivita.entrypoints.http.bodies import BodyLimits, bounded
from verivita.entrypoints.http.errors import problem
from verivita.entrypoints.http.limits import count_address, is_door
from verivita.features.identity import NOBODY
from verivita.kit import logs, traces
from verivita.kit.limits import Limiter, accepted
from verivita.kit.metrics import Metrics

if TYPE_CHECKING:
    from verivita.bootstrap.container import Container

log = logs.get(__name__)

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,128}")
CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'none'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SECURITY = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_UNLIMITED = ("/health", "/live", "/ready", "/metrics", "/static/")
_VERBS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


Refuse = Callable[[Request, VerivitaError], Awaitable[Response]]
"""Makes the answer of a refusal that no route made; the pages put theirs into `app.state.refuse`."""


async def problem_page(request: Request, error: VerivitaError) -> Response:
    """The refusal as a problem."""
    return problem(request, error)


class RequestMiddleware:
    """The outer part: id, log line, metrics, headers. Plain ASGI, so that streams pass through untouched."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._count = metrics.counter("http_requests_total", "Requests answered.", ("method", "route", "status"))
        self._seconds = metrics.histogram("http_request_seconds", "Time to answer a request.", ("route",))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope))
        structlog.contextvars.clear_contextvars()
        with logs.about(request_id=request_id):
            await self._timed(scope, receive, send, request_id)

    async def _timed(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        start, answer = time.perf_counter(), _Answer(send, request_id, scope["method"] == "HEAD")
        # What GET answers, HEAD answers without the body.
        inner = {**scope, "state": {**scope.get("state", {}), "request_id": request_id}}
        inner["method"] = "GET" if scope["method"] == "HEAD" else scope["method"]
        answer.state = inner["state"]
        try:
            if scope["path"].startswith(_UNLIMITED):
                await self._app(inner, receive, answer)
            else:
                await self._traced(inner, receive, answer, scope["method"])
        finally:
            seconds, route = time.perf_counter() - start, _route(inner)
            method = scope["method"] if scope["method"] in _VERBS else "other"
            self._count.inc(method=method, route=route, status=str(answer.status))
            self._seconds.observe(seconds, route=route)
            log.info("request", method=method, route=route, status=answer.status, ms=round(seconds * 1000, 1))

    async def _traced(self, inner: Scope, receive: Receive, answer: _Answer, verb: str) -> None:
        """Answer within a span, which is named after the route once that is known."""
        method = verb if verb in _VERBS else "other"
        with traces.span(method, traces.Kind.SERVER, inner.get(traces.HEADER), http__request__method=method) as span:
            try:
                await self._app(inner, receive, answer)
            finally:
                route = _route(inner)
                span.rename(f"{method} {route}")
                span.say(http__route=route, http__response__status_code=answer.status)
                if answer.status >= 500:
                    span.fail(str(answer.status))


class Cors(CORSMiddleware):
    """Lets the named front ends in; any other origin is answered as if there were no such thing as CORS."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        origin = Headers(scope=scope).get("origin") if scope["type"] == "http" else None
        if origin is not None and not self.is_allowed_origin(origin):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


class GuardMiddleware:
    """The inner part, inside CORS: limits, and a clean answer when code breaks."""

    def __init__(self, app: ASGIApp, limiter: Limiter, bodies: BodyLimits) -> None:
        self._app, self._limiter, self._bodies = app, limiter, bodies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            if not started:
                _wrote(scope)
            started = True
            await send(message)

        try:
            await self._count(scope)
            await self._app(scope, bounded(receive, Headers(scope=scope), self._bodies), sending)
        except Exception as error:
            if not isinstance(error, VerivitaError):
                log.exception("request.failed", path=scope["path"])
                await count_fault(scope, error)
                error = VerivitaError(
                    "internal",
                    "Something went wrong on our side; it was written down.",
                    next="Try again; if it happens again, look for the request id in the log.",
                )
            if started:
                raise  # half an answer is out: the server can only cut the connection
            refuse: Refuse = getattr(scope["app"].state, "refuse", problem_page)
            await (await refuse(Request(scope, receive), error))(scope, receive, sending)

    async def _count(self, scope: Scope) -> None:
        if scope["path"].startswith(_UNLIMITED):
            return
        client = scope.get("client") or ("local", 0)
        at_door = is_door(scope["method"], scope["path"])
        rate, verdict = await count_address(self._limiter, client[0], at_door=at_door)
        scope["state"]["limit"] = (rate, verdict)
        accepted(verdict)


def _wrote(scope: Scope) -> None:
    """After a request that may have changed something the caller's next one must not meet what was kept before."""
    state = scope["state"]
    if scope["method"] not in SAFE and not state.get("only_reads") and (principal := state.get("principal")):
        scope["app"].state.container.changes.wrote(principal.tenant_id)


async def count_fault(scope: Scope, error: Exception) -> None:
    """Count an error that nobody foresaw: for the caller's tenant, else for that of the installation's owner."""
    container: Container = scope["app"].state.container
    try:
        principal = scope["state"].get("principal") or await container.identity.owner(NOBODY)
        await container.faults.record(principal, error, f"{scope['method']} {_route(scope)}")
    except Exception as trouble:  # it is the second trouble already, and the first one is in the log
        log.warning("fault.not_counted", error=type(trouble).__name__)


class _Answer:
    """Sends the answer with the headers that every answer has, and remembers its status."""

    def __init__(self, send: Send, request_id: str, without_body: bool) -> None:
        self._send, self._request_id, self._without_body = send, request_id, without_body
        self.status, self.state = 500, dict[str, Any]()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = self._request_id
            for name, value in SECURITY.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
            self._say_limit(headers)
        elif self._without_body:
            message = {**message, "body": b""}
        await self._send(message)

    def _say_limit(self, headers: MutableHeaders) -> None:
        if "limit" in self.state:
            rate, verdict = self.state["limit"]
            headers["RateLimit-Policy"] = f"{rate.limit};w={round(rate.period)};burst={rate.burst}"
            headers["RateLimit-Limit"] = str(rate.burst)
            headers["RateLimit-Remaining"] = str(verdict.remaining)
            headers["RateLimit-Reset"] = str(math.ceil(verdict.reset_after))


def _request_id(headers: Headers) -> str:
    """The caller's own id when it is a harmless one, else a fresh one."""
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else str(new_id())


def _route(scope: Scope) -> str:
    """The route's template, so that metrics have few labels."""
    route = scope.get("route")
    path: Callable[[], str] | str | None = getattr(route, "path", None)
    return path if isinstance(path, str) else "unknown"
