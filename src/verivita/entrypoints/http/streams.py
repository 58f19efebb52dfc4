"""An answer in the making as server-sent events: numbered, so that a broken line goes on where it broke."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import StreamingResponse

from verivita.core.ids import parse_id
from verivita.features.assistant import Event

MEDIA = "text/event-stream"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
RETRY_MS = 500

Shape = Callable[[Event], tuple[str, Mapping[str, Any]]]
"""An event as its name and its data."""


def wants_stream(request: Request) -> bool:
    """True where the caller asked for events."""
    return MEDIA in request.headers.get("accept", "")


def last_event(request: Request) -> tuple[UUID, int] | None:
    """The answer and the number of its last event that the caller has seen: `Last-Event-ID: {id}:{number}`."""
    id, _, number = request.headers.get("last-event-id", "").partition(":")
    found = parse_id(id)
    return (found, int(number)) if found and number.isdecimal() and len(number) < 9 else None


def streamed(id: UUID, events: AsyncGenerator[tuple[int, Event], None], shape: Shape) -> StreamingResponse:
    """The events of one answer; when the caller goes away, `events` is closed."""
    return StreamingResponse(_lines(id, events, shape), media_type=MEDIA, headers=HEADERS)


async def _lines(id: UUID, events: AsyncGenerator[tuple[int, Event], None], shape: Shape) -> AsyncGenerator[str, None]:
    yield f"retry: {RETRY_MS}\n\n"
    async with aclosing(events):
        async for number, event in events:
            name, data = shape(event)
            yield f"id: {id}:{number}\nevent: {name}\ndata: {json.dumps(data, ensure_ascii=False, default=str)}\n\n"
