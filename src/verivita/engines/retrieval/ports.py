"""What retrieval needs from outside: encoders, rankers and indexes. The partition always comes first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NewType, Protocol, runtime_checkable
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
IdPairs = NDArray[np.uint64]
"""Ids as rows (high half, low half): thousands of them, without an object for each."""
Payload = Mapping[str, str | int | float | bool | Sequence[str] | None]

Partition = NewType("Partition", str)
"""Whose part of an index: the tenant's id as text. There is no default, so a forgotten tenant is a type error."""


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The payload field holds (or, for a list, shares) one of these values."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """The payload field is a number within these bounds, both inclusive; None leaves a side open."""

    field: str
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True)
class Not:
    """The payload field holds none of these values (a missing field passes)."""

    field: str
    values: tuple[str, ...]


Condition = AnyOf | Between | Not
Filter = tuple[Condition, ...]
"""All conditions must hold; the empty filter lets everything through."""


@dataclass(frozen=True, slots=True)
class Point:
    """A vector to store: its id, the vector (length 1) and the fields to filter by.

    `text` and `about` (title, company ...) are for engines that keep and search them beside the vector; whoever stores
    private vectors leaves them empty, so that private words never lie in a plain index.
    """

    id: UUID
    vector: Vector
    payload: Payload = field(default_factory=dict)
    text: str = ""
    about: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TextEntry:
    """A text to index by words: its id, a short title (weighs more), the body and the fields to filter by."""

    id: UUID
    title: str
    body: str
    payload: Payload = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hit:
    """One found item and the leg's own score (higher is better; not comparable across legs)."""

    id: UUID
    score: float


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What made a vector. Vectors of different models or precisions never mix."""

    name: str
    precision: str
    dimensions: int

    @property
    def key(self) -> str:
        """A stable name for storage: `all-MiniLM-L6-v2/int8/384`."""
        return f"{self.name}/{self.precision}/{self.dimensions}"


class Embedder(Protocol):
    """Text to unit vectors. May raise `Unavailable` when it is remote or its file is missing."""

    @property
    def model(self) -> ModelInfo:
        """What makes the vectors."""
        ...

    async def embed(self, texts: Sequence[str]) -> Vector:
        """Shape (len(texts), dimensions), rows of length 1, in the order given; an empty text gives a zero row."""
        ...


class Reranker(Protocol):
    """Orders a few candidates by a closer look. May raise `Unavailable`."""

    @property
    def name(self) -> str:
        """Shown beside the answer."""
        ...

    async def rerank(self, query: str, candidates: Sequence[tuple[UUID, str, float]]) -> list[Hit]:
        """Candidates are (id, text, score so far); every id comes back once, best first, ties by the order given."""
        ...


class VectorIndex(Protocol):
    """Nearest neighbours by cosine, one collection per kind of thing and model. May raise `Unavailable`."""

    async def upsert(self, partition: Partition, collection: str, points: Sequence[Point]) -> None:
        """Store or replace; a vector of another length than the collection's is `Invalid`."""
        ...

    async def query(
        self, partition: Partition, collection: str, vector: Vector, k: int, where: Filter = ()
    ) -> list[Hit]:
        """The k nearest that pass the filter, best first; score = cosine. Fewer only when fewer exist."""
        ...

    async def delete(self, partition: Partition, collection: str, ids: Sequence[UUID] | None) -> None:
        """Remove these ids; None removes the partition's whole part of the collection."""
        ...

    async def count(self, partition: Partition, collection: str) -> int:
        """How many points the partition holds."""
        ...


@runtime_checkable
class VectorFetch(Protocol):
    """A capability of some vector indexes: giving stored vectors back. May raise `Unavailable`."""

    async def vectors(self, partition: Partition, collection: str, ids: Sequence[UUID]) -> Mapping[UUID, Vector]:
        """The stored vectors of those ids that the collection holds."""
        ...


@runtime_checkable
class RoughFetch(Protocol):
    """A capability of some vector indexes: giving vectors back about as stored, without reading them anew."""

    async def rough(self, partition: Partition, collection: str, ids: Sequence[UUID]) -> Mapping[UUID, Vector]:
        """The vectors of those ids that the collection holds, as close as they are at hand. May raise `Unavailable`."""
        ...


@runtime_checkable
class MovableIndex(Protocol):
    """A capability of a vector index over several engines: moving a collection while it answers."""

    @property
    def wanted(self) -> str:
        """The engine that the settings name."""
        ...

    async def lives_in(self, partition: Partition, collection: str) -> str:
        """The engine that answers."""
        ...

    async def begin_move(self, partition: Partition, collection: str, target: str) -> UUID | None:
        """From now on `target` gets what is stored too; the last item of an unfinished move. May raise `Invalid`."""
        ...

    async def fill(self, partition: Partition, collection: str, points: Sequence[Point], last: UUID) -> None:
        """Give the next points to the target, and remember that it has everything up to the item `last`."""
        ...

    async def end_move(self, partition: Partition, collection: str) -> tuple[str, str]:
        """The target answers from now on; (old, new)."""
        ...


@runtime_checkable
class FusedSearch(Protocol):
    """A capability of some vector indexes: words and meaning asked and fused in one call. May raise `Unavailable`."""

    async def fused(
        self, partition: Partition, collection: str, text: str, vector: Vector, k: int, where: Filter = ()
    ) -> list[Hit]:
        """The k best by BM25 over the points' texts and by cosine, fused by reciprocal ranks, best first."""
        ...


@runtime_checkable
class IdFilter(Protocol):
    """A capability of some word indexes: which of its entries meet conditions. May raise `Unavailable`."""

    async def passing(self, partition: Partition, where: Filter, most: int) -> IdPairs | None:
        """The ids that meet every condition, in no order; None when they are more than `most` or nothing is known."""
        ...


class LexicalIndex(Protocol):
    """BM25 over the shared texts of a partition. May raise `Unavailable`."""

    async def upsert(self, partition: Partition, entries: Sequence[TextEntry]) -> None:
        """Store or replace; visible to `query` when this returns."""
        ...

    async def query(self, partition: Partition, text: str, k: int, where: Filter = ()) -> list[Hit]:
        """The k best that pass the filter, best first; any text is accepted, its operators have no meaning."""
        ...

    async def delete(self, partition: Partition, ids: Sequence[UUID] | None) -> None:
        """Remove these ids; None removes the whole partition."""
        ...

    async def count(self, partition: Partition) -> int:
        """How many texts the partition holds."""
        ...
