"""How long the database itself works at a question, beside the whole way through the adapter."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np

from verivita.kit.db import Database

_TIME = re.compile(r"(Planning|Execution) Time: ([0-9.]+) ms")


class Explained(Database):
    """A database that answers no question, and notes how long the server planned and worked at each."""

    times: list[float]

    async def ask(self, scope: Any, asking: Callable[[Any], Awaitable[Any]]) -> list[Any]:
        """Ask for the plan and its times; no rows come back."""

        async def explained(driver: Any) -> Any:
            return await asking(_Explaining(driver))

        rows = await super().ask(scope, explained)
        self.times.append(sum(float(found[2]) for row in rows for found in _TIME.finditer(str(row[0]))))
        return []


class _Explaining:
    """A connection that puts EXPLAIN ANALYZE before what is asked of vectors."""

    def __init__(self, driver: Any) -> None:
        self._driver = driver

    def __getattr__(self, name: str) -> Any:
        return getattr(self._driver, name)

    async def execute(self, statement: str, values: Any, **options: Any) -> Any:
        """The plan instead of the rows."""
        if "vector_points" not in statement:
            return await self._driver.execute(statement, values, **options)
        whole = f"EXPLAIN (ANALYZE, TIMING OFF, SUMMARY ON) {statement}"
        return await self._driver.execute(whole, values, **options | {"binary": False})


async def server_ms(url: str, ask: Callable[[Database], list[Callable[[], Awaitable[Any]]]]) -> float:
    """The median of what the server needs for these questions, in milliseconds."""
    database, found = Explained(url), []
    for call in ask(database):
        database.times = []
        await call()
        found.append(database.times[0])
    await database.aclose()
    return float(np.median(found))
