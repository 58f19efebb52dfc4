"""Politeness towards hosts: how long to wait before the next request."""

from __future__ import annotations

import email.utils
import time
from collections.abc import Callable, Mapping

import httpx2

LONGEST_WAIT = 60.0


class Pacer:
    """When each domain may be asked next."""

    def __init__(self, pace: Mapping[str, float], now: Callable[[], float]) -> None:
        self._pace = {domain.lower(): seconds for domain, seconds in pace.items()}
        self._now = now
        self._next: dict[str, float] = {}

    def wait(self, url: httpx2.URL) -> float:
        """Take the next free moment for this host; the answer is how many seconds away it is."""
        now, name = self._now(), self._name(url)
        at = max(now, self._next.get(name, now))
        self._keep(name, at + self._pace.get(name, 0.0))
        return at - now

    def hold(self, url: httpx2.URL, seconds: float) -> None:
        """Nobody asks this host before so many seconds have gone."""
        name = self._name(url)
        self._keep(name, max(self._next.get(name, 0.0), self._now() + min(seconds, LONGEST_WAIT)))

    def _name(self, url: httpx2.URL) -> str:
        parts = url.host.lower().rstrip(".").split(".")
        suffixes = (".".join(parts[start:]) for start in range(len(parts)))
        return next((suffix for suffix in suffixes if suffix in self._pace), ".".join(parts))

    def _keep(self, name: str, at: float) -> None:
        now = self._now()
        if len(self._next) > 1000:
            self._next = {host: then for host, then in self._next.items() if then > now}
        if at > now:
            self._next[name] = at


def retry_after(text: str | None) -> float | None:
    """Seconds from a Retry-After header, in either of its forms; None when it is missing or nonsense."""
    if not text:
        return None
    if text.strip().isdigit():
        return float(text)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None
