"""A vector index whose collections all begin with one word, so that two installations on one store do not meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import isawaitable
from uuid import UUID

from verivita.engines.retrieval.ports import Filter, Hit, Partition, Point, Vector, VectorFetch, VectorIndex


class PrefixedIndex:
    """Another VectorIndex, with `prefix` before the name of every collection."""

    def __init__(self, inner: VectorIndex, prefix: str) -> None:
        self._inner, self._prefix = inner, prefix

    async def upsert(self, partition: Partition, collection: str, points: Sequence[Point]) -> None:
        """Store or replace."""
        await self._inner.upsert(partition, self._prefix + collection, points)

    async def query(
        self, partition: Partition, collection: str, vector: Vector, k: int, where: Filter = ()
    ) -> list[Hit]:
        """The k nearest that pass the filter, best first."""
        return await self._inner.query(partition, self._prefix + collection, vector, k, where)

    async def delete(self, partition: Partition, collection: str, ids: Sequence[UUID] | None) -> None:
        """Remove these ids; None removes the partition's whole part of the collection."""
        await self._inner.delete(partition, self._prefix + collection, ids)

    async def count(self, partition: Partition, collection: str) -> int:
        """How many points the partition holds."""
        return await self._inner.count(partition, self._prefix + collection)

    async def close(self) -> None:
        """Close the index inside, if it needs that."""
        close = getattr(self._inner, "close", None)
        if close is not None and isawaitable(done := close()):
            await done


class PrefixedFetchIndex(PrefixedIndex):
    """The same over an index that also gives vectors back."""

    def __init__(self, inner: VectorIndex, fetch: VectorFetch, prefix: str) -> None:
        super().__init__(inner, prefix)
        self._fetch = fetch

    async def vectors(self, partition: Partition, collection: str, ids: Sequence[UUID]) -> Mapping[UUID, Vector]:
        """The stored vectors of those ids that the collection holds."""
        return await self._fetch.vectors(partition, self._prefix + collection, ids)
