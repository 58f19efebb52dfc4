"""Several vector engines as one: each collection is asked where it lives, and written to where it moves."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from inspect import isawaitable
from uuid import UUID

from verivita.adapters.vectors.homes import REMEMBERED_S, Home, Homes
from verivita.core.errors import Invalid
from verivita.engines.retrieval.ports import (
    Filter,
    Hit,
    Partition,
    Point,
    RoughFetch,
    Vector,
    VectorFetch,
    VectorIndex,
)


class RoutedIndex:
    """A VectorIndex over engines by name.

    A new collection begins in the engine `wanted`; one that is in `first` already stays there until it is moved, and
    one whose name begins with a word of `stays` for ever. While a collection moves, what is stored or removed goes to
    both engines and the old one answers.
    """

    def __init__(
        self,
        homes: Homes,
        engines: Mapping[str, VectorIndex],
        *,
        wanted: str,
        first: str,
        stays: tuple[str, ...] = (),
    ) -> None:
        self._homes, self._engines, self._wanted, self._first = homes, dict(engines), wanted, first
        self._stays = stays

    @property
    def wanted(self) -> str:
        """The engine that the settings name."""
        return self._wanted

    async def upsert(self, partition: Partition, collection: str, points: Sequence[Point]) -> None:
        """Store or replace, in the engine that answers and in the one that is being filled."""
        if not points:
            return
        home = await self._home(partition, collection)
        if not self._is_bound(collection) and await self._homes.get(partition, collection) is None:
            await self._homes.put(partition, collection, home)
        for engine in self._written(home):
            await engine.upsert(partition, collection, points)

    async def query(
        self, partition: Partition, collection: str, vector: Vector, k: int, where: Filter = ()
    ) -> list[Hit]:
        """The k nearest that pass the filter, from the engine that answers."""
        return await (await self._answers(partition, collection)).query(partition, collection, vector, k, where)

    async def vectors(self, partition: Partition, collection: str, ids: Sequence[UUID]) -> Mapping[UUID, Vector]:
        """The stored vectors of those ids that the collection holds."""
        engine = await self._answers(partition, collection)
        return await engine.vectors(partition, collection, ids) if isinstance(engine, VectorFetch) else {}

    async def rough(self, partition: Partition, collection: str, ids: Sequence[UUID]) -> Mapping[UUID, Vector]:
        """The same as close as the engine has them at hand; as stored where it has nothing nearer."""
        engine = await self._answers(partition, collection)
        if isinstance(engine, RoughFetch):
            return await engine.rough(partition, collection, ids)
        return await self.vectors(partition, collection, ids)

    async def delete(self, partition: Partition, collection: str, ids: Sequence[UUID] | None) -> None:
        """Remove, from the engine that answers and from the one that is being filled."""
        for engine in self._written(await self._home(partition, collection)):
            await engine.delete(partition, collection, ids)

    async def count(self, partition: Partition, collection: str) -> int:
        """How many points the engine that answers holds."""
        return await (await self._answers(partition, collection)).count(partition, collection)

    async def close(self) -> None:
        """Close every engine that needs it."""
        for engine in self._engines.values():
            close = getattr(engine, "close", None)
            if close is not None and isawaitable(done := close()):
                await done

    async def begin_move(self, partition: Partition, collection: str, target: str) -> UUID | None:
        """From now on `target` gets what is stored; the last item that an earlier, unfinished move gave it.

        Raises `Invalid` for an engine that is not configured. Waits until every process knows.
        """
        if target not in self._engines or self._is_bound(collection):
            known = ", ".join(sorted(self._engines))
            raise Invalid("unknown_engine", f"{target!r} is not configured; there are {known}.", next="Set VECTOR_URL.")
        home = await self._home(partition, collection)
        position = home.position if home.building == target else None
        if home.building != target:
            await self._engines[target].delete(partition, collection, None)
        await self._homes.put(partition, collection, Home(home.engine, target, position))
        await asyncio.sleep(REMEMBERED_S)
        return position

    async def fill(self, partition: Partition, collection: str, points: Sequence[Point], last: UUID) -> None:
        """Give the next points to the engine that is being filled, and remember how far it is."""
        home = await self._home(partition, collection)
        if home.building is not None:
            await self._engines[home.building].upsert(partition, collection, points)
            await self._homes.put(partition, collection, Home(home.engine, home.building, last))

    async def end_move(self, partition: Partition, collection: str) -> tuple[str, str]:
        """The filled engine answers from now on, and the old one is emptied; (old, new)."""
        home = await self._home(partition, collection)
        if home.building is None:
            return home.engine, home.engine
        await self._homes.put(partition, collection, Home(home.building))
        if home.building != home.engine:
            await asyncio.sleep(REMEMBERED_S)
            await self._engines[home.engine].delete(partition, collection, None)
        return home.engine, home.building

    async def lives_in(self, partition: Partition, collection: str) -> str:
        """The name of the engine that answers."""
        return (await self._home(partition, collection)).engine

    async def _answers(self, partition: Partition, collection: str) -> VectorIndex:
        return self._engines[(await self._home(partition, collection)).engine]

    async def _home(self, partition: Partition, collection: str) -> Home:
        if self._is_bound(collection):
            return Home(self._first)
        home = await self._homes.get(partition, collection)
        return home if home is not None and home.engine in self._engines else await self._begins(partition, collection)

    def _is_bound(self, collection: str) -> bool:
        return collection.split("/", 1)[0] in self._stays

    async def _begins(self, partition: Partition, collection: str) -> Home:
        """Where a collection is that nobody has placed: where its points are, else where they are wanted."""
        held = self._first != self._wanted and await self._engines[self._first].count(partition, collection)
        return Home(self._first if held else self._wanted)

    def _written(self, home: Home) -> list[VectorIndex]:
        names = dict.fromkeys(name for name in (home.engine, home.building) if name in self._engines)
        return [self._engines[name] for name in names if name is not None]
