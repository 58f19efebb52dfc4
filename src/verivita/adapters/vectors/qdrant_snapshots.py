"""Snapshots of Qdrant's stores as one file: every point with its vectors and payload, whatever the server's version."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from verivita.adapters.vectors.qdrant import BATCH, DENSE, WORDS, QdrantIndex
from verivita.core.errors import Invalid


async def save(index: QdrantIndex, file: Path) -> int:
    """Write every point of the index's stores to `file` (JSON lines, packed); how many. May raise `Unavailable`."""
    count = 0
    part = file.with_suffix(".part")
    with gzip.open(part, "wt", encoding="utf-8") as stream:
        for store, size in await index.stores():
            stream.write(json.dumps({"store": store.removeprefix(index.prefix), "size": size}) + "\n")
            async for point in index.walk(store, BATCH):
                stream.write(json.dumps(_line(point)) + "\n")
                count += 1
    part.replace(file)
    return count


async def restore(index: QdrantIndex, file: Path) -> int:
    """Put every point of `file` back; what is there stays unless the file has its own; how many.

    Raises `Invalid` (damaged) for a file that is no snapshot, and `Unavailable`.
    """
    count, store = 0, ""
    batch: list[Any] = []
    for line in _lines(file):
        if "store" in line:
            await index.put(store, batch)
            store, batch = index.prefix + line["store"], []
            await index.make(store, int(line["size"]))
            continue
        batch.append(_point(line))
        count += 1
        if len(batch) == BATCH:
            await index.put(store, batch)
            batch = []
    await index.put(store, batch)
    return count


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    try:
        with gzip.open(file, "rt", encoding="utf-8") as stream:
            for line in stream:
                yield json.loads(line)
    except (OSError, EOFError, ValueError) as error:
        raise Invalid("damaged", f"{file.name} is not a snapshot of vectors: {error}.") from error


def _line(point: Any) -> dict[str, Any]:
    words = point.vector.get(WORDS)
    sparse = None if words is None else [list(words.indices), list(words.values)]
    return {"id": str(point.id), "dense": list(point.vector[DENSE]), "words": sparse, "payload": point.payload}


def _point(line: dict[str, Any]) -> Any:
    from qdrant_client import models

    vectors: dict[str, Any] = {DENSE: line["dense"]}
    if line["words"] is not None:
        vectors[WORDS] = models.SparseVector(indices=line["words"][0], values=line["words"][1])
    return models.PointStruct(id=line["id"], vector=vectors, payload=line["payload"])
