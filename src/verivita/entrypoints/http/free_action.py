"""Gives a guest's free action back when nothing came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Message, Receive, Scope, Send

if TYPE_CHECKING:
    from verivita.features.identity import EntryService


class FreeActionMiddleware:
    """Watches the answer to a guest's one free action: a refused or failed one was none."""

    def __init__(self, app: ASGIApp, entry: EntryService) -> None:
        self._app, self._entry = app, entry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        status = 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched if scope["type"] == "http" else send)
        finally:
            principal = scope.get("state", {}).get("free_action") if scope["type"] == "http" else None
            if principal is not None and status >= 400:
                await self._entry.give_back(principal)
