"""Vectors in Chroma: a server, or one folder for one process; every tenant's collection is a Chroma collection alone.

Chroma has no partitions, so the partition is part of the collection's name: a request that forgot it would find no
collection at all. Whatever a store adds to an entry is written whole: Chroma itself keeps old fields on a new upsert.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import Any, TypeVar
from uuid import UUID

import numpy as np

from verivita.adapters.vectors import layout
from verivita.adapters.vectors.chroma_client import answered, opened
from verivita.engines.retrieval.payload import MAX_NUMBER, key, numbers, tags, tags_for
from verivita.engines.retrieval.ports import AnyOf, Between, Filter, Hit, Partition, Point, Vector

T = TypeVar("T")
BATCH = 500
_GRAPH = {"space": "cosine", "max_neighbors": 16, "ef_construction": 128, "ef_search": 128}


class ChromaIndex:
    """A VectorIndex over a Chroma server or folder; calls are made in threads."""

    def __init__(self, place: str, *, token: str = "", prefix: str = "") -> None:
        """`place` is `http(s)://host:port` or a folder; `prefix` starts every collection's name."""
        self._place, self._token, self._prefix = place, token, prefix
        self._client: Any = None
        self._lock = threading.Lock()

    async def upsert(self, partition: Partition, collection: str, points: Sequence[Point]) -> None:
        """Store or replace; a vector of another length than the collection's is `Invalid` (code dimension_mismatch)."""
        if not points:
            return
        rows = layout.latest(list(points))
        size = layout.one_size(collection, rows)

        def work(client: Any) -> None:
            held = self._made(client, partition, collection, size)
            for start in range(0, len(rows), BATCH):
                _put(held, rows[start : start + BATCH])

        await self._do(work)

    async def query(
        self, partition: Partition, collection: str, vector: Vector, k: int, where: Filter = ()
    ) -> list[Hit]:
        """The k nearest that pass the filter, best first, at most 10,000; score = cosine."""
        condition = _condition(where)
        if layout.asks_nothing(vector, k) or condition is None:
            return []

        def work(client: Any) -> list[Hit]:
            held = self._held(client, partition, collection)
            if held is None:
                return []
            if _size(held) == vector.size:
                return _nearest(held, vector, min(k, layout.MAX_K), condition)
            if held.count():
                raise layout.mismatch(collection, sorted({_size(held), vector.size}))
            return []

        return await self._do(work)

    async def vectors(self, partition: Partition, collection: str, ids: Sequence[UUID]) -> Mapping[UUID, Vector]:
        """The stored vectors of those ids that the collection holds."""

        def work(client: Any) -> Mapping[UUID, Vector]:
            held = self._held(client, partition, collection)
            found: dict[UUID, Vector] = {}
            for names in _parts(ids) if held is not None else ():
                rows = held.get(ids=names, include=["embeddings"])
                pairs = zip(rows["ids"], rows["embeddings"], strict=True)
                found |= {UUID(id): np.asarray(row, np.float32) for id, row in pairs}
            return found

        return await self._do(work)

    async def delete(self, partition: Partition, collection: str, ids: Sequence[UUID] | None) -> None:
        """Remove these ids; None removes the partition's whole part of the collection."""

        def work(client: Any) -> None:
            held = self._held(client, partition, collection)
            if held is None:
                return
            if ids is None:
                client.delete_collection(held.name)
                return
            for names in _parts(ids):
                held.delete(ids=names)

        await self._do(work)

    async def count(self, partition: Partition, collection: str) -> int:
        """How many points the partition holds."""

        def work(client: Any) -> int:
            held = self._held(client, partition, collection)
            return 0 if held is None else int(held.count())

        return await self._do(work)

    async def close(self) -> None:
        """Close the connection or the folder."""
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    async def _do(self, work: Callable[[Any], T]) -> T:
        return await asyncio.to_thread(self._guarded, work)

    def _guarded(self, work: Callable[[Any], T]) -> T:
        """Run `work` with the client; what the client raises becomes `Unavailable`."""
        with answered():
            with self._lock:
                if self._client is None:
                    self._client = opened(self._place, self._token)
                client = self._client
            return work(client)

    def _name(self, partition: Partition, collection: str) -> str:
        """The name of a tenant's collection: readable as far as Chroma's alphabet goes, exact by its digest."""
        whole = f"{self._prefix}\x1f{partition}\x1f{collection}".encode("utf-8", "replace")
        base = layout.base_of(collection, self._prefix)
        readable = re.sub(r"[^A-Za-z0-9-]", "_", base).lstrip("_-")
        return f"{readable[:100]}.{blake2b(whole, digest_size=16).hexdigest()}"

    def _held(self, client: Any, partition: Partition, collection: str) -> Any:
        """The tenant's collection; None where there is none."""
        from chromadb.errors import NotFoundError

        try:
            return client.get_collection(self._name(partition, collection), embedding_function=None)
        except NotFoundError:
            return None

    def _made(self, client: Any, partition: Partition, collection: str, size: int) -> Any:
        """The tenant's collection for vectors of this length, made where it is missing; an empty one may change."""
        held = self._held(client, partition, collection)
        if held is not None and _size(held) != size:
            if held.count():
                raise layout.mismatch(collection, sorted({_size(held), size}))
            client.delete_collection(held.name)
            held = None
        if held is not None:
            return held
        said = {"size": size, "tenant_id": partition, "collection": collection, "model": layout.model_of(collection)}
        return client.get_or_create_collection(
            self._name(partition, collection),
            configuration={"hnsw": _GRAPH},
            metadata=said,
            embedding_function=None,
        )


def _size(held: Any) -> int:
    return int(held.metadata["size"])


def _put(held: Any, points: list[Point]) -> None:
    """Store points whole: a field that an older form of a point had, and the new one has not, is taken away."""
    ids = [str(point.id) for point in points]
    fields = {id: _fields(point) for id, point in zip(ids, points, strict=True)}
    there = held.get(ids=ids, include=["metadatas"])
    for id, before in zip(there["ids"], there["metadatas"], strict=True):
        fields[id] |= {name: None for name in before or () if name not in fields[id]}
    held.upsert(ids=ids, embeddings=[point.vector for point in points], metadatas=list(fields.values()))


def _nearest(held: Any, vector: Vector, k: int, condition: dict[str, Any]) -> list[Hit]:
    """The k nearest by the graph; when it gave fewer than there are, by comparing every point that passes."""
    found = held.query(query_embeddings=[vector], n_results=k, where=condition, include=["distances"])
    pairs = zip(found["ids"][0], found["distances"][0], strict=True)
    hits = [Hit(UUID(id), 1.0 - float(distance)) for id, distance in pairs]
    if len(hits) < k and len(held.get(where=condition, include=[], limit=k)["ids"]) > len(hits):
        rows = held.get(where=condition, include=["embeddings"])
        whole = np.asarray(rows["embeddings"], np.float32)
        scores = whole @ vector / np.linalg.norm(whole, axis=1) / np.linalg.norm(vector)
        hits = [Hit(UUID(id), float(score)) for id, score in zip(rows["ids"], scores, strict=True)]
    return sorted(hits, key=lambda hit: (-hit.score, hit.id))[:k]


def _fields(point: Point) -> dict[str, Any]:
    found: dict[str, Any] = {"blank": not bool(point.vector.any())}
    if held := tags(point.payload):
        found["tags"] = [_digest(one) for one in held]
    return found | {f"number_{key(name)}": number for name, number in numbers(point.payload).items()}


def _digest(value: str) -> str:
    return blake2b(value.encode("utf-8", "replace"), digest_size=12).hexdigest()


def _parts(ids: Sequence[UUID]) -> list[list[str]]:
    names = [str(id) for id in ids]
    return [names[start : start + BATCH] for start in range(0, len(names), BATCH)]


def _condition(where: Filter) -> dict[str, Any] | None:
    """The filter as Chroma has it, over digests and numbers; None when nothing can meet it."""
    parts: list[dict[str, Any]] = [{"blank": False}]
    for condition in where:
        if isinstance(condition, Between):
            low = -MAX_NUMBER if condition.minimum is None else condition.minimum
            high = MAX_NUMBER if condition.maximum is None else condition.maximum
            name = f"number_{key(condition.field)}"
            parts += [{name: {"$gte": float(low)}}, {name: {"$lte": float(high)}}]
            continue
        wanted = [_digest(one) for one in tags_for(condition.field, condition.values)]
        if isinstance(condition, AnyOf):
            if not wanted:
                return None
            some = [{"tags": {"$contains": one}} for one in wanted]
            parts.append(some[0] if len(some) == 1 else {"$or": some})
        else:
            parts += [{"tags": {"$not_contains": one}} for one in wanted]
    return parts[0] if len(parts) == 1 else {"$and": parts}
