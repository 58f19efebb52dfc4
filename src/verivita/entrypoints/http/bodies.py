"""Bodies of requests: how large they may be, and how slowly they may come."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import Message, Receive

from verivita.core.errors import TooLarge, TooSlow

_SLOWEST = 8 * 1024
"""Bytes a second below which a body that takes longer than the patience is given up."""


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """Bytes of a file upload and of anything else; and the patience with a slow client, in seconds."""

    max_upload: int
    max_body: int
    patience: float = 30.0


def bounded(receive: Receive, headers: Headers, limits: BodyLimits) -> Receive:
    """The same body, refused beyond the limit, said or sent, and when it comes too slowly.

    Raises `TooLarge` at once when the headers say so, and from the receiver `TooLarge` or `TooSlow`.
    """
    is_upload = headers.get("content-type", "").lower().startswith("multipart/")
    most = limits.max_upload if is_upload else limits.max_body
    too_large = TooLarge(message=f"The request is larger than {most // 2**20} MB.", next="Send less at once.")
    said = headers.get("content-length", "")
    if said.isdigit() and int(said) > most:
        raise too_large
    start, got, is_whole = time.monotonic(), 0, False

    async def receiving() -> Message:
        nonlocal got, is_whole
        if is_whole:  # what comes now is only that the client went
            return await receive()
        late = limits.patience + got / _SLOWEST - (time.monotonic() - start)
        try:
            message = await asyncio.wait_for(receive(), max(0.001, min(limits.patience, late)))
        except TimeoutError:
            raise TooSlow(message="The request came too slowly.", next="Send it again over a better line.") from None
        got += len(message.get("body", b""))
        is_whole = message["type"] != "http.request" or not message.get("more_body", False)
        if got > most:
            raise too_large
        return message

    return receiving
