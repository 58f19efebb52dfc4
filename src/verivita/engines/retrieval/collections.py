"""Collections of texts with metadata and vectors, as the ML service keeps them for its callers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from verivita.engines.retrieval.bm25 import Bm25
from verivita.engines.retrieval.ports import Vector


@dataclass(frozen=True, slots=True)
class Stored:
    """One document of a collection."""

    id: str
    content: str
    metadata: Mapping[str, str]


@dataclass(frozen=True)
class Collection:
    """A collection in memory, in order of id; `vectors` is (documents, dimensions)."""

    documents: tuple[Stored, ...]
    vectors: Vector

    @cached_property
    def words(self) -> Bm25:
        """BM25 over the contents, built at first use."""
        return Bm25([document.content for document in self.documents])


class CollectionStore(Protocol):
    """Keeps collections of every tenant; safe to call from threads."""

    def put(self, tenant: str, collection: str, documents: Sequence[Stored], vectors: Vector) -> None:
        """Add or replace documents, all or none."""
        ...

    def clear(self, tenant: str, collection: str) -> None:
        """Remove a collection; no error where there is none."""
        ...

    def stale(self, tenant: str, collection: str) -> list[Stored]:
        """Documents whose vectors another model made; they have to be put again before `get` returns them."""
        ...

    def get(self, tenant: str, collection: str) -> Collection:
        """The collection as it is now, empty where there is none."""
        ...

    def close(self) -> None:
        """Let go of the store."""
        ...
