"""How long one waits for a server: time in which this process itself stood still is not held against the server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

A = TypeVar("A")

_STOOD_STILL_S = 0.1
"""A timer that is so late was kept waiting by this process: it computed, or was not given the processor."""


class Patience:
    """Seconds that a server has for one answer.

    An event loop that stands still reads no answers, and finds its timers due before what arrived meanwhile. Whoever
    then cuts the connection cuts off a server that did answer, so a timer that comes late grants the time again.
    """

    def __init__(self, seconds: float) -> None:
        self.lost = False
        """True once a server was given up."""
        self._seconds = seconds

    @contextmanager
    def then(self, act: Callable[[A], None], given: A) -> Iterator[None]:
        """Inside, the server is waited for; when the time is over, `act` is called with `given`."""
        loop = asyncio.get_running_loop()
        timer: asyncio.TimerHandle

        def due() -> None:
            nonlocal timer
            if loop.time() - timer.when() > _STOOD_STILL_S:
                timer = loop.call_later(self._seconds, due)
            else:
                self.lost = True
                act(given)

        timer = loop.call_later(self._seconds, due)
        try:
            yield
        finally:
            timer.cancel()
