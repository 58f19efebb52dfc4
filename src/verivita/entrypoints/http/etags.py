"""ETags on what GET answers: a caller that names the one it has gets 304 instead of the body again (RFC 9110)."""

from __future__ import annotations

import hashlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_MOST = 2 * 2**20
"""Bytes of an answer that is hashed; a longer one goes out as it comes."""
_KEPT = (b"cache-control", b"content-location", b"date", b"etag", b"expires", b"vary", b"set-cookie")


class EtagMiddleware:
    """Gives JSON answers of GET an `ETag` (weak, of the bytes, unless the route has said a version)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["method"] == "GET":
            known = Headers(scope=scope).get("if-none-match", "")
            await self._app(scope, receive, _Tagged(send, known))
        else:
            await self._app(scope, receive, send)


class _Tagged:
    """Holds the start of an answer back until its one part is there."""

    def __init__(self, send: Send, known: str) -> None:
        self._send, self._known = send, [tag.strip().removeprefix("W/") for tag in known.split(",")]
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_json(message):
            self._start = message
            return
        start, self._start = self._start, None
        if start is not None:
            body = message.get("body", b"")
            if message["type"] == "http.response.body" and not message.get("more_body") and len(body) <= _MOST:
                start, message = self._answer(start, message, body)
            await self._send(start)
        await self._send(message)

    def _answer(self, start: Message, message: Message, body: bytes) -> tuple[Message, Message]:
        headers = MutableHeaders(scope=start)
        tag = headers.get("etag")
        if tag is None:
            tag = headers["ETag"] = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        if tag.removeprefix("W/") not in self._known and "*" not in self._known:
            return start, message
        kept = [(name, value) for name, value in start["headers"] if name.lower() in _KEPT]
        return {**start, "status": 304, "headers": kept}, {"type": "http.response.body", "body": b""}


def _is_json(start: Message) -> bool:
    return start["status"] == 200 and any(
        name.lower() == b"content-type" and value.startswith(b"application/json") for name, value in start["headers"]
    )
