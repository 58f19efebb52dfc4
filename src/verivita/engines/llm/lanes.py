"""A lane for each provider, model and key: how many may be under way, and a breaker that rests a failing one."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LaneRules:
    """`failures` within `window` seconds rest a lane for `rest` seconds; then one call may try. `at_once` may run."""

    failures: int = 5
    window: float = 60.0
    rest: float = 30.0
    at_once: int = 4


@dataclass(slots=True)
class Lane:
    """The state of one lane. Times are seconds of the clock that is passed in; nothing here sleeps."""

    rules: LaneRules
    now: Callable[[], float]
    gate: asyncio.Semaphore
    _failed_at: deque[float] = field(default_factory=deque)
    _resting_until: float | None = None
    _trying: bool = False

    def rests(self) -> float:
        """Seconds until a call may be tried; 0 when it may now. After a rest only one call may, until it ends."""
        if self._resting_until is None:
            return 0.0
        left = self._resting_until - self.now()
        if left > 0:
            return left
        if self._trying:
            return 1.0
        self._trying = True
        return 0.0

    def worked(self) -> None:
        """A call came back whole."""
        self._failed_at.clear()
        self._resting_until, self._trying = None, False

    def failed(self, hold: float | None = None) -> None:
        """A call failed in a way that another may too; `hold` is how long the provider asked to be left alone."""
        now = self.now()
        self._failed_at.append(now)
        while self._failed_at and self._failed_at[0] <= now - self.rules.window:
            self._failed_at.popleft()
        if self._trying or len(self._failed_at) >= self.rules.failures or (hold or 0.0) > self.rules.rest:
            self._resting_until = now + max(self.rules.rest, hold or 0.0)
        self._trying = False

    def gave_up(self) -> None:
        """A call ended without a verdict on the provider: it was refused, or nobody waited for it any more."""
        self._trying = False


class Lanes:
    """All lanes of this process, by key."""

    def __init__(self, rules: LaneRules | None = None, now: Callable[[], float] = time.monotonic) -> None:
        self._rules, self._now = rules or LaneRules(), now
        self._lanes: dict[str, Lane] = {}

    def of(self, key: str) -> Lane:
        """The lane of a key, made at first use; the oldest go when there are very many."""
        lane = self._lanes.get(key)
        if lane is None:
            if len(self._lanes) >= 1000:
                del self._lanes[next(iter(self._lanes))]
            gate = asyncio.Semaphore(self._rules.at_once)
            lane = self._lanes[key] = Lane(self._rules, self._now, gate)
        return lane
