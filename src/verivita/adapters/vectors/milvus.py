"""Vectors in Milvus: a server, or one file for one process (milvus-lite); every request names the partition first.

The stores are those of `layout`. Tags are kept as digests of a fixed alphabet, and field names without signs, so that
no value of a caller's can be read as a part of an expression.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import Any, TypeVar
from uuid import UUID

import numpy as np

from verivita.adapters.vectors import layout
from verivita.core.errors import Unavailable
from verivita.engines.retrieval.payload import MAX_NUMBER, key, numbers, tags, tags_for
from verivita.engines.retrieval.ports import AnyOf, Between, Filter, Hit, Partition, Point, Vector

T = TypeVar("T")
BATCH = 500
MAX_TAGS = 4_000
EF_SEARCH = 128


class MilvusIndex:
    """A VectorIndex over a Milvus server or file; calls are made in threads, one at a time."""

    def __init__(self, uri: str, *, token: str = "", prefix: str = "") -> None:
        """`uri` is `http(s)://host:port`, or a file that ends in `.db`; `prefix` starts every store's name."""
        self._uri, self._token = uri, token
        self._prefix = prefix.replace("-", "_")
        self._client: Any = None
        self._lock = threading.Lock()

    async def upsert(self, partition: Partition, collection: str, points: Sequence[Point]) -> None:
        """Store or replace; a vector of another length than the collection's is `Invalid` (code dimension_mismatch)."""
        if not points:
            return
        rows = layout.latest(list(points))
        size = layout.one_size(collection, rows)

        def work(client: Any) -> None:
            self._refuse_other_sizes(client, partition, collection, size)
            store = self._store(collection, size)
            _make(client, store, size)
            for start in range(0, len(rows), BATCH):
                client.upsert(store, [_row(partition, collection, point) for point in rows[start : start + BATCH]])

        await self._do(work)

    async def query(
        self, partition: Partition, collection: str, vector: Vector, k: int, where: Filter = ()
    ) -> list[Hit]:
        """The k nearest that pass the filter, best first, at most 10,000; score = cosine."""
        if layout.asks_nothing(vector, k):
            return []
        condition = f"{_mine(partition, collection)} and blank == false{_conditions(where)}"

        def work(client: Any) -> list[Hit]:
            store = self._store(collection, vector.size)
            if client.has_collection(store):
                # The index looks at `ef` candidates at least as many as it returns.
                depth = min(k, layout.MAX_K)
                found = client.search(
                    store,
                    data=[vector.tolist()],
                    filter=condition,
                    limit=depth,
                    output_fields=["item_id"],
                    search_params={"metric_type": "COSINE", "params": {"ef": max(EF_SEARCH, depth)}},
                )[0]
                if found:
                    hits = [Hit(UUID(hit["entity"]["item_id"]), float(hit["distance"])) for hit in found]
                    return sorted(hits, key=lambda hit: (-hit.score, hit.id))
            self._refuse_other_sizes(client, partition, collection, vector.size)
            return []

        return await self._do(work)

    async def vectors(self, partition: Partition, collection: str, ids: Sequence[UUID]) -> Mapping[UUID, Vector]:
        """The stored vectors of those ids that the collection holds."""

        def work(client: Any) -> Mapping[UUID, Vector]:
            found: dict[UUID, Vector] = {}
            for store in self._stores_of(client, collection):
                for names in _parts(partition, collection, ids):
                    rows = client.query(store, filter=f"pk in [{names}]", output_fields=["item_id", "vector"])
                    found |= {UUID(row["item_id"]): np.array(row["vector"], np.float32) for row in rows}
            return found

        return await self._do(work)

    async def delete(self, partition: Partition, collection: str, ids: Sequence[UUID] | None) -> None:
        """Remove these ids; None removes the partition's whole part of the collection."""

        def work(client: Any) -> None:
            for store in self._stores_of(client, collection):
                if ids is None:
                    client.delete(store, filter=_mine(partition, collection))
                    continue
                for names in _parts(partition, collection, ids):
                    client.delete(store, filter=f"pk in [{names}]")

        await self._do(work)

    async def count(self, partition: Partition, collection: str) -> int:
        """How many points the partition holds."""

        def work(client: Any) -> int:
            stores = self._stores_of(client, collection)
            return sum(_count(client, store, partition, collection) for store in stores)

        return await self._do(work)

    async def close(self) -> None:
        """Close the connection or the file."""
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    async def _do(self, work: Callable[[Any], T]) -> T:
        return await asyncio.to_thread(self._locked, work)

    def _locked(self, work: Callable[[Any], T]) -> T:
        """Run `work` with the client, one at a time; what the client raises becomes `Unavailable`."""
        from pymilvus import MilvusClient, MilvusException

        with self._lock:
            try:
                if self._client is None:
                    self._client = MilvusClient(self._uri, token=self._token)
                return work(self._client)
            except (MilvusException, OSError) as error:
                reason = str(error).strip().splitlines()[0][:200]
                raise Unavailable("vectors_unavailable", f"Milvus does not answer: {reason}", retry_after=2) from error

    def _store(self, collection: str, size: int) -> str:
        return layout.store_of(collection, size, self._prefix)

    def _stores_of(self, client: Any, collection: str) -> list[str]:
        """Every store that may hold points of this collection, of whatever length."""
        base = layout.base_of(collection, self._prefix)
        names = client.list_collections()
        return [n for n in names if n == base or (n.startswith(f"{base}_") and n.removeprefix(f"{base}_").isdigit())]

    def _refuse_other_sizes(self, client: Any, partition: Partition, collection: str, size: int) -> None:
        mine = self._store(collection, size)
        for store in self._stores_of(client, collection):
            if store != mine and _count(client, store, partition, collection):
                other = store.rpartition("_")[2]
                sizes = sorted({size, int(other) if other.isdigit() else layout.USUAL_SIZE})
                raise layout.mismatch(collection, sizes)


def _make(client: Any, store: str, size: int) -> None:
    if client.has_collection(store):
        return
    from pymilvus import DataType

    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("pk", DataType.VARCHAR, is_primary=True, max_length=36)
    schema.add_field("tenant_id", DataType.VARCHAR, max_length=100)
    schema.add_field("collection", DataType.VARCHAR, max_length=64)
    schema.add_field("model", DataType.VARCHAR, max_length=300)
    schema.add_field("item_id", DataType.VARCHAR, max_length=36)
    schema.add_field("blank", DataType.BOOL)
    schema.add_field("tags", DataType.ARRAY, element_type=DataType.VARCHAR, max_capacity=MAX_TAGS, max_length=32)
    schema.add_field("numbers", DataType.JSON)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=size)
    index = client.prepare_index_params()
    index.add_index("vector", index_type="HNSW", metric_type="COSINE", params={"M": 16, "efConstruction": 128})
    # "Strong": what was stored is seen by the next query, whoever asks.
    client.create_collection(store, schema=schema, index_params=index, consistency_level="Strong")


def _row(partition: Partition, collection: str, point: Point) -> dict[str, Any]:
    return {
        "pk": layout.point_id(partition, collection, point.id),
        "tenant_id": _digest(partition),
        "collection": _digest(collection),
        "model": layout.model_of(collection)[:300],
        "item_id": str(point.id),
        "blank": not bool(point.vector.any()),
        "tags": [_digest(one) for one in tags(point.payload)][:MAX_TAGS],
        "numbers": {key(name): number for name, number in numbers(point.payload).items()},
        "vector": point.vector.tolist(),
    }


def _digest(value: str) -> str:
    return blake2b(value.encode("utf-8", "replace"), digest_size=12).hexdigest()


def _mine(partition: Partition, collection: str) -> str:
    return f'tenant_id == "{_digest(partition)}" and collection == "{_digest(collection)}"'


def _parts(partition: Partition, collection: str, ids: Sequence[UUID]) -> list[str]:
    """The points' keys as lists that one expression takes."""
    names = [f'"{layout.point_id(partition, collection, id)}"' for id in ids]
    return [", ".join(names[start : start + BATCH]) for start in range(0, len(names), BATCH)]


def _count(client: Any, store: str, partition: Partition, collection: str) -> int:
    found = client.query(store, filter=_mine(partition, collection), output_fields=["count(*)"])
    return int(found[0]["count(*)"])


def _conditions(where: Filter) -> str:
    """The filter as an expression of digests, plain names and numbers."""
    parts: list[str] = []
    for condition in where:
        if isinstance(condition, Between):
            low = -MAX_NUMBER if condition.minimum is None else max(-MAX_NUMBER, condition.minimum)
            high = MAX_NUMBER if condition.maximum is None else min(MAX_NUMBER, condition.maximum)
            field = f'numbers["{key(condition.field)}"]'
            parts.append(f" and {field} >= {float(low)!r} and {field} <= {float(high)!r}")
        else:
            wanted = ", ".join(f'"{_digest(one)}"' for one in tags_for(condition.field, condition.values))
            parts.append(f" and {'' if isinstance(condition, AnyOf) else 'not '}ARRAY_CONTAINS_ANY(tags, [{wanted}])")
    return "".join(parts)
