"""How engines beside PostgreSQL lay vectors out: a few stores with fixed names; each point says whose it is."""

from __future__ import annotations

from uuid import UUID, uuid5

from verivita.core.errors import Invalid
from verivita.engines.retrieval.ports import Partition, Point, Vector

NAMED = {"job_description": "job_embeddings", "passages": "resume_chunks"}
"""First word of a collection -> its store; every other collection lies in `documents`."""
DOCUMENTS = "documents"
USUAL_SIZE = 384
MAX_K = 10_000
"""Most hits of one query; whoever asks for more gets these."""
_SPACE = UUID("6f0f4ab4-6a0e-5b52-9a4b-2f5d7c7f6f43")


def base_of(collection: str, prefix: str) -> str:
    """The store of a collection for vectors of the usual length."""
    return prefix + NAMED.get(collection.split("/", 1)[0], DOCUMENTS)


def is_shared(collection: str) -> bool:
    """Whether a collection holds what all of a tenant share; what is a person's own is not kept in memory."""
    return "job_description/" in f"{collection}/"


def store_of(collection: str, size: int, prefix: str, joint: str = "_") -> str:
    """The store of a collection for vectors of this length: `job_embeddings`, or `job_embeddings_768`."""
    base = base_of(collection, prefix)
    return base if size == USUAL_SIZE else f"{base}{joint}{size}"


def point_id(partition: Partition, collection: str, id: UUID) -> str:
    """The id of a point in a store that several partitions and collections share."""
    return str(uuid5(_SPACE, f"{partition}\x1f{collection}\x1f{id}"))


def model_of(collection: str) -> str:
    """What made the vectors of a collection: `all-MiniLM-L6-v2/int8/384`; empty where the name does not say."""
    return collection.partition("/")[2]


def latest(points: list[Point]) -> list[Point]:
    """Each id once, as it was given last."""
    return list({point.id: point for point in points}.values())


def one_size(collection: str, points: list[Point]) -> int:
    """The length that all these vectors have. Raises `Invalid` (dimension_mismatch)."""
    sizes = sorted({int(point.vector.size) for point in points})
    if len(sizes) > 1:
        raise mismatch(collection, sizes)
    return sizes[0]


def mismatch(collection: str, sizes: list[int]) -> Invalid:
    """The refusal of vectors of several lengths in one collection."""
    message = f"The collection {collection!r} cannot hold vectors of different lengths: {sizes}."
    return Invalid("dimension_mismatch", message)


def asks_nothing(vector: Vector, k: int) -> bool:
    """Whether a query can find nothing whatever is stored."""
    return k < 1 or not bool(vector.any())
