"""What surrounds every request: id, log line, metrics, limits, security headers, and a clean answer when code breaks."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from verivita.core.errors import LimitReached, TooLarge, VerivitaError
from verivita.core.ids import new_id
from verivita.entrypoints.http.errors import problem
from verivita.kit import logs
from verivita.kit.limits import Counter, Rate
from verivita.kit.metrics import Metrics

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
_UNLIMITED = ("/health", "/ready", "/metrics", "/static/")


@dataclass(frozen=True, slots=True)
class Around:
    """What the middleware needs: metrics, limits, and the largest body in bytes."""

    metrics: Metrics
    counter: Counter
    rate: Rate
    max_body: int


class RequestMiddleware:
    """Plain ASGI, so that streams pass through untouched."""

    def __init__(self, app: ASGIApp, around: Around) -> None:
        self._app, self._around = app, around
        labels = ("method", "route", "status")
        self._count = around.metrics.counter("http_requests_total", "Requests answered.", labels)
        self._seconds = around.metrics.histogram("http_request_seconds", "Time to answer a request.", ("route",))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope))
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        with logs.about(request_id=request_id):
            await self._timed(scope, receive, send, request_id)

    async def _timed(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        start, answer = time.perf_counter(), _Answer(send, request_id)
        try:
            await self._limited(scope)
            await self._app(scope, _bounded(receive, Headers(scope=scope), self._around.max_body), answer)
        except VerivitaError as error:
            await _say(scope, receive, answer, error)
        except Exception:
            log.exception("request.failed", path=scope["path"])
            error = VerivitaError("internal", "Something went wrong on our side; it was written down.")
            await _say(scope, receive, answer, error)
        seconds, route = time.perf_counter() - start, _route(scope)
        self._count.inc(method=scope["method"], route=route, status=str(answer.status))
        self._seconds.observe(seconds, route=route)
        log.info("request", method=scope["method"], route=route, status=answer.status, ms=round(seconds * 1000, 1))

    async def _limited(self, scope: Scope) -> None:
        if scope["path"].startswith(_UNLIMITED):
            return
        client = scope.get("client") or ("local", 0)
        verdict = await self._around.counter.take(f"address|{client[0]}", self._around.rate)
        scope["state"]["limit"] = verdict
        if not verdict.allowed:
            raise LimitReached(
                message="Too many requests.", next="Wait a little and repeat.", retry_after=verdict.retry_after
            )


class _Answer:
    """Sends the answer with the headers that every answer has, and remembers its status."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send, self._request_id = send, request_id
        self.status, self.started = 500, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started, self.status = True, message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = self._request_id
            for name, value in SECURITY.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
        await self._send(message)


async def _say(scope: Scope, receive: Receive, answer: _Answer, error: VerivitaError) -> None:
    if answer.started:
        raise error  # half an answer is out: the server can only cut the connection
    await problem(Request(scope, receive), error)(scope, receive, answer)


def _bounded(receive: Receive, headers: Headers, most: int) -> Receive:
    """Refuse a body beyond `most` bytes, said or sent."""
    said = headers.get("content-length", "")
    if said.isdigit() and int(said) > most:
        raise TooLarge(message=f"The request is larger than {most // 2**20} MB.")
    got = 0

    async def bounded() -> Message:
        nonlocal got
        message = await receive()
        got += len(message.get("body", b""))
        if got > most:
            raise TooLarge(message=f"The request is larger than {most // 2**20} MB.")
        return message

    return bounded


def _request_id(headers: Headers) -> str:
    """The caller's own id when it is a harmless one, else a fresh one."""
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else str(new_id())


def _route(scope: Scope) -> str:
    """The route's template, so that metrics have few labels."""
    route = scope.get("route")
    path: Callable[[], str] | str | None = getattr(route, "path", None)
    return path if isinstance(path, str) else "unknown"
