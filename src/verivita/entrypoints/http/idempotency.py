"""`Idempotency-Key` on POST: the same key and body get the same answer, and one effect."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
import time
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from verivita.core.errors import Conflict, Invalid, VerivitaError
from verivita.core.principal import Principal
from verivita.entrypoints.http.auth import caller_of
from verivita.kit.once import LEASE, Claim, Once, Standing

_KEY = re.compile(r'"?([!-~]{1,255}?)"?')
_MOST_ANSWER = 2 * 2**20
_BUSY_S = 30.0
_LOOK_EVERY_S = 0.05
_TRY_AGAIN = frozenset({401, 403, 408, 413, 429})
"""Refusals that depend on the moment: the same request may be tried again under its key."""


class IdempotencyMiddleware:
    """Answers a POST that was answered before with the same answer. Keys belong to one person each."""

    def __init__(self, app: ASGIApp, once: Once) -> None:
        self._app, self._once = app, once

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        given = Headers(scope=scope).get("idempotency-key") if scope["type"] == "http" else None
        if given is None or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        key = _KEY.fullmatch(given.strip())
        if key is None:
            raise Invalid("invalid", "An Idempotency-Key has 1 to 255 visible characters.")
        body = await _whole(receive)
        principal = await self._caller(scope, body)
        if principal is None:  # the route will say why
            await self._app(scope, _again(body, receive), send)
            return
        claim = await self._claimed(principal, key.group(1), _request(scope, body))
        if claim.answer is not None:
            await _replay(claim.answer, send)
        else:
            await self._first(principal, claim, scope, _again(body, receive), send)

    async def _caller(self, scope: Scope, body: bytes) -> Principal | None:
        async def nothing_more() -> Message:
            return {"type": "http.disconnect"}

        with suppress(VerivitaError):
            return await caller_of(Request(scope, _again(body, nothing_more)))
        return None

    async def _claimed(self, principal: Principal, key: str, request: str) -> Claim:
        """The claim, or its answer; another request with this key that is under way is waited for."""
        end = time.monotonic() + _BUSY_S
        while True:
            claim = await self._once.claim(principal, key, request)
            if claim.standing is not Standing.BUSY:
                return claim
            if time.monotonic() > end:
                raise Conflict(
                    "idempotency_busy",
                    "The first request with this key is still at work.",
                    next="Send it again later.",
                    retry_after=5,
                )
            await asyncio.sleep(_LOOK_EVERY_S)

    async def _first(self, principal: Principal, claim: Claim, scope: Scope, receive: Receive, send: Send) -> None:
        kept = _Kept(send)
        alive = asyncio.create_task(self._stay_alive(principal, claim))
        try:
            async with self._once.effects(claim):
                await self._app(scope, receive, kept)
        finally:
            alive.cancel()
            if kept.is_worth_keeping or not await self._once.give_back(principal, claim):
                await self._once.finish(principal, claim, kept.answer())
        await kept.flush()

    async def _stay_alive(self, principal: Principal, claim: Claim) -> None:
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 3)
            with suppress(VerivitaError):
                await self._once.renew(principal, claim)


class _Kept:
    """Passes an answer on and remembers it; its end goes out only when the answer is stored."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._held: list[Message] = []
        self._status, self._headers, self._body = 500, list[tuple[bytes, bytes]](), bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status, self._headers = message["status"], list(message["headers"])
        elif message["type"] == "http.response.body" and len(self._body) <= _MOST_ANSWER:
            self._body += message.get("body", b"")
        self._held.append(message)
        if message.get("more_body"):
            await self.flush()

    @property
    def is_worth_keeping(self) -> bool:
        """True for an answer that the same request would get again."""
        return self._status < 500 and self._status not in _TRY_AGAIN and len(self._body) <= _MOST_ANSWER

    def answer(self) -> bytes:
        """The answer as bytes to keep, without cookies."""
        headers = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in self._headers
            if name.lower() != b"set-cookie"
        ]
        body = base64.b64encode(bytes(self._body[:_MOST_ANSWER])).decode()
        return json.dumps({"status": self._status, "headers": headers, "body": body}).encode()

    async def flush(self) -> None:
        """Send what was held back."""
        held, self._held = self._held, []
        for message in held:
            await self._send(message)


async def _replay(answer: bytes, send: Send) -> None:
    kept = json.loads(answer)
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in kept["headers"]]
    headers.append((b"idempotency-replayed", b"true"))
    await send({"type": "http.response.start", "status": kept["status"], "headers": headers})
    await send({"type": "http.response.body", "body": base64.b64decode(kept["body"])})


async def _whole(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(body)
        body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body)


def _again(body: bytes, after: Receive) -> Receive:
    """Gives the body once more, then what comes after it."""
    is_given = False

    async def receiving() -> Message:
        nonlocal is_given
        if is_given:
            return await after()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receiving


def _request(scope: Scope, body: bytes) -> str:
    """What makes two requests the same: address, and body without the boundary that every sending invents."""
    kind = Headers(scope=scope).get("content-type", "")
    boundary = re.search(r'boundary="?([^";]+)', kind)
    if boundary is not None:
        body = body.replace(boundary.group(1).encode(), b"")
    address = f"{scope['path']}?{scope.get('query_string', b'').decode('latin-1')}"
    return f"{address}|{kind.partition(';')[0]}|{hashlib.sha256(body).hexdigest()}"
