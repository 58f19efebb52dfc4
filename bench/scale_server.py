"""How long the database itself works at a question, beside the whole way through the adapter."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np

from verivita.kit.db import Database
from verivita.kit.db.engine import Question

_TIME = re.compile(r"(Planning|Execution) Time: ([0-9.]+) ms")


class Explained(Database):
    """A database that answers no question, and notes how long the server planned and worked at each."""

    times: list[float]

    async def ask(self, scope: Any, *questions: Question) -> list[Any]:
        """Ask for the plan and its times; no rows come back."""
        *before, (statement, values) = questions
        asked = (f"EXPLAIN (ANALYZE, TIMING OFF, SUMMARY ON) {statement}", values)
        rows = await super().ask(scope, *before, asked)
        self.times.append(sum(float(found[2]) for row in rows for found in _TIME.finditer(str(row[0]))))
        return []


async def server_ms(url: str, ask: Callable[[Database], list[Callable[[], Awaitable[Any]]]]) -> float:
    """The median of what the server needs for these questions, in milliseconds."""
    database, found = Explained(url), []
    for call in ask(database):
        database.times = []
        await call()
        found.append(database.times[0])
    await database.aclose()
    return float(np.median(found))
