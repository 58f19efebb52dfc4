"""Vectors in Qdrant: dense and sparse side by side, fused on the server; every request names the partition first.

All tenants share the stores `job_embeddings`, `resume_chunks` and `documents`; a point's payload says whose it is, of
which collection (and so of which model and precision), and no request is built without both conditions.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import numpy as np

from verivita.adapters.vectors import layout
from verivita.adapters.vectors.sparse import document_weights, query_weights
from verivita.core.errors import Unavailable
from verivita.engines.retrieval.payload import MAX_NUMBER, key, numbers, tags, tags_for
from verivita.engines.retrieval.ports import AnyOf, Between, Filter, Hit, Not, Partition, Point, Vector

DENSE, WORDS = "dense", "words"
BATCH = 256
EF_SEARCH = 128
_INDEXED = {"tenant_id": "keyword", "collection": "keyword", "tags": "keyword"}


class QdrantIndex:
    """A VectorIndex over a Qdrant server, or over the client's own memory or folder for one process."""

    def __init__(self, client: Any, prefix: str = "") -> None:
        """`client` is an `AsyncQdrantClient`; `prefix` comes before every store's name."""
        self._client, self.prefix = client, prefix
        self._stores: set[str] = set()
        options = client.init_options
        self._is_server = bool(options.get("url") or options.get("host"))

    async def upsert(self, partition: Partition, collection: str, points: Sequence[Point]) -> None:
        """Store or replace; a vector of another length than the collection's is `Invalid` (code dimension_mismatch)."""
        if not points:
            return
        rows = layout.latest(list(points))
        size = layout.one_size(collection, rows)
        async with _answered():
            await self._refuse_other_sizes(partition, collection, size)
            store = layout.store_of(collection, size, self.prefix)
            await self.make(store, size)
            for start in range(0, len(rows), BATCH):
                structs = [_struct(partition, collection, point) for point in rows[start : start + BATCH]]
                await self._client.upsert(store, structs, wait=True)

    async def query(
        self, partition: Partition, collection: str, vector: Vector, k: int, where: Filter = ()
    ) -> list[Hit]:
        """The k nearest that pass the filter, best first, at most 10,000; score = cosine."""
        condition = _filter(partition, collection, where, blank=False)
        if layout.asks_nothing(vector, k) or condition is None:
            return []
        async with _answered():
            store = await self._known(layout.store_of(collection, vector.size, self.prefix))
            if store is not None:
                found = await self._client.query_points(
                    store,
                    query=vector.tolist(),
                    using=DENSE,
                    query_filter=condition,
                    search_params=self._effort(k),
                    limit=min(k, layout.MAX_K),
                    with_payload=["item_id"],
                )
                if found.points:
                    return _hits(found.points)
            await self._refuse_other_sizes(partition, collection, vector.size)
            return []

    async def fused(
        self, partition: Partition, collection: str, text: str, vector: Vector, k: int, where: Filter = ()
    ) -> list[Hit]:
        """The k best by words (BM25 with the server's IDF) and by cosine, fused on the server by reciprocal ranks."""
        from qdrant_client import models

        condition, weights = _filter(partition, collection, where), query_weights(text)
        store_name = layout.store_of(collection, vector.size, self.prefix)
        async with _answered():
            store = await self._known(store_name)
            if k < 1 or condition is None or store is None or not (weights or vector.any()):
                return []
            most = min(k, layout.MAX_K)
            depth = max(100, most)
            legs = []
            if vector.any():
                legs.append(models.Prefetch(query=vector.tolist(), using=DENSE, filter=condition, limit=depth))
            if weights:
                legs.append(models.Prefetch(query=_sparse(weights), using=WORDS, filter=condition, limit=depth))
            found = await self._client.query_points(
                store,
                prefetch=legs,
                query=models.FusionQuery(fusion=models.Fusion.RRF),
                limit=most,
                with_payload=["item_id"],
            )
            return _hits(found.points)

    async def vectors(self, partition: Partition, collection: str, ids: Sequence[UUID]) -> Mapping[UUID, Vector]:
        """The stored vectors of those ids that the collection holds."""
        names = [layout.point_id(partition, collection, id) for id in ids]
        found: dict[UUID, Vector] = {}
        async with _answered():
            for store in await self._stores_of(collection):
                rows = await self._client.retrieve(store, names, with_payload=["item_id"], with_vectors=[DENSE])
                found |= {UUID(row.payload["item_id"]): np.array(row.vector[DENSE], np.float32) for row in rows}
        return found

    async def delete(self, partition: Partition, collection: str, ids: Sequence[UUID] | None) -> None:
        """Remove these ids; None removes the partition's whole part of the collection."""
        from qdrant_client import models

        if ids is not None and not ids:
            return
        chosen: Any = models.FilterSelector(filter=_filter(partition, collection, ()))
        if ids is not None:
            chosen = models.PointIdsList(points=[layout.point_id(partition, collection, id) for id in ids])
        async with _answered():
            for store in await self._stores_of(collection):
                await self._client.delete(store, chosen, wait=True)

    async def count(self, partition: Partition, collection: str) -> int:
        """How many points the partition holds."""
        total = 0
        async with _answered():
            for store in await self._stores_of(collection):
                found = await self._client.count(store, count_filter=_filter(partition, collection, ()), exact=True)
                total += int(found.count)
        return total

    async def stores(self) -> list[tuple[str, int]]:
        """Every store of this installation, and the length of its vectors."""
        bases = {self.prefix + name for name in (*layout.NAMED.values(), layout.DOCUMENTS)}
        found = []
        async with _answered():
            for name in sorted(one.name for one in (await self._client.get_collections()).collections):
                if name in bases or (name.rpartition("_")[0] in bases and name.rpartition("_")[2].isdigit()):
                    held = await self._client.get_collection(name)
                    found.append((name, int(held.config.params.vectors[DENSE].size)))
        return found

    async def walk(self, store: str, batch: int) -> AsyncIterator[Any]:
        """Every point of a store with its vectors and payload."""
        place: Any = None
        while True:
            async with _answered():
                points, place = await self._client.scroll(
                    store, limit=batch, offset=place, with_payload=True, with_vectors=True
                )
            for point in points:
                yield point
            if place is None:
                return

    async def put(self, store: str, structs: Sequence[Any]) -> None:
        """Store points as the client's own models have them."""
        if structs:
            async with _answered():
                await self._client.upsert(store, list(structs), wait=True)

    async def close(self) -> None:
        """Close the connection."""
        await self._client.close()

    def _effort(self, k: int) -> Any:
        """How widely the server searches; the client's own memory is searched exactly, and warns about a wish."""
        from qdrant_client import models

        return models.SearchParams(hnsw_ef=max(EF_SEARCH, min(k, 1000))) if self._is_server else None

    async def _stores_of(self, collection: str) -> list[str]:
        """Every store that may hold points of this collection, of whatever length."""
        base = layout.base_of(collection, self.prefix)
        names = [found.name for found in (await self._client.get_collections()).collections]
        return [n for n in names if n == base or (n.startswith(f"{base}_") and n.removeprefix(f"{base}_").isdigit())]

    async def _refuse_other_sizes(self, partition: Partition, collection: str, size: int) -> None:
        mine = layout.store_of(collection, size, self.prefix)
        for store in await self._stores_of(collection):
            condition = _filter(partition, collection, ())
            if store != mine and (await self._client.count(store, count_filter=condition, exact=True)).count:
                other = store.rpartition("_")[2]
                sizes = sorted({size, int(other) if other.isdigit() else layout.USUAL_SIZE})
                raise layout.mismatch(collection, sizes)

    async def _known(self, store: str) -> str | None:
        if store not in self._stores:
            if not await self._client.collection_exists(store):
                return None
            self._stores.add(store)
        return store

    async def make(self, store: str, size: int) -> None:
        """Have a store of this name for vectors of this length."""
        if await self._known(store) is not None and await self._client.collection_exists(store):
            return
        from qdrant_client import models

        try:
            await self._client.create_collection(
                store,
                vectors_config={
                    DENSE: models.VectorParams(
                        size=size,
                        distance=models.Distance.COSINE,
                        datatype=models.Datatype.FLOAT16,
                        hnsw_config=models.HnswConfigDiff(m=16, ef_construct=128),
                    )
                },
                sparse_vectors_config={WORDS: models.SparseVectorParams(modifier=models.Modifier.IDF)},
            )
        except Exception:
            # Another process may have been quicker; what is wrong otherwise shows at the next request.
            if not await self._client.collection_exists(store):
                raise
        if self._is_server:
            for name, kind in _INDEXED.items():
                schema: Any = kind
                if name == "tenant_id":
                    schema = models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, is_tenant=True)
                await self._client.create_payload_index(store, name, field_schema=schema)
        self._stores.add(store)


def connected(place: Mapping[str, Any], prefix: str = "") -> QdrantIndex:
    """An index over a client of its own; `place` is `url`, `path` or `location`, as the client takes it."""
    from qdrant_client import AsyncQdrantClient

    return QdrantIndex(AsyncQdrantClient(**place), prefix)


@asynccontextmanager
async def _answered() -> AsyncIterator[None]:
    """What the client raises when the server is gone or refuses becomes `Unavailable`."""
    from qdrant_client.http.exceptions import ApiException

    try:
        yield
    except (ApiException, OSError) as error:
        said = str(error).strip().splitlines()
        reason = said[0][:200] if said else type(error).__name__
        raise Unavailable("vectors_unavailable", f"Qdrant does not answer: {reason}.", retry_after=2) from error


def _struct(partition: Partition, collection: str, point: Point) -> Any:
    from qdrant_client import models

    vectors: dict[str, Any] = {DENSE: point.vector.tolist()}
    if weights := document_weights(point.text):
        vectors[WORDS] = _sparse(weights)
    plain = {name: value for name, value in point.payload.items() if isinstance(value, str | int | float)}
    held = {
        **plain,
        **point.about,
        "tenant_id": partition,
        "collection": collection,
        "model": layout.model_of(collection),
        "item_id": str(point.id),
        "tags": tags(point.payload),
        "numbers": {key(name): number for name, number in numbers(point.payload).items()},
        "blank": not bool(point.vector.any()),
    }
    if point.text:
        held["content"] = point.text
    return models.PointStruct(id=layout.point_id(partition, collection, point.id), vector=vectors, payload=held)


def _sparse(weights: Mapping[int, float]) -> Any:
    from qdrant_client import models

    return models.SparseVector(indices=list(weights), values=list(weights.values()))


def _filter(partition: Partition, collection: str, where: Filter, blank: bool = True) -> Any:
    """The partition, the collection and the conditions; None when nothing can meet them.

    `blank` says whether points whose vector is zero, which are near to nothing, may be among what is found.
    """
    from qdrant_client import models

    def has(name: str, values: Sequence[str]) -> Any:
        return models.FieldCondition(key=name, match=models.MatchAny(any=list(values)))

    must, never = [has("tenant_id", [partition]), has("collection", [collection])], []
    if not blank:
        never.append(models.FieldCondition(key="blank", match=models.MatchValue(value=True)))
    for condition in where:
        if isinstance(condition, Between):
            low = -MAX_NUMBER if condition.minimum is None else condition.minimum
            high = MAX_NUMBER if condition.maximum is None else condition.maximum
            span = models.Range(gte=low, lte=high)
            must.append(models.FieldCondition(key=f"numbers.{key(condition.field)}", range=span))
        elif isinstance(condition, AnyOf):
            if not condition.values:
                return None
            must.append(has("tags", tags_for(condition.field, condition.values)))
        elif isinstance(condition, Not) and condition.values:
            never.append(has("tags", tags_for(condition.field, condition.values)))
    return models.Filter(must=must, must_not=never or None)


def _hits(points: Sequence[Any]) -> list[Hit]:
    found = [Hit(UUID(point.payload["item_id"]), float(point.score)) for point in points]
    return sorted(found, key=lambda hit: (-hit.score, hit.id))
