"""What the service's seven calls do, on plain Python values; the gRPC shapes are in `server`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from verivita.core.errors import Invalid, TooLarge, Unavailable
from verivita.engines.retrieval.bm25 import Bm25
from verivita.engines.retrieval.collections import Collection, CollectionStore, Stored
from verivita.engines.retrieval.fusion import weighted_sum
from verivita.engines.retrieval.hybrid import CANDIDATES, DENSE, LEXICAL, VECTOR_WEIGHT, Leg, SearchMode, hybrid
from verivita.engines.retrieval.ports import Embedder, Hit, Reranker, Vector
from verivita.engines.skills.model import SkillKind, SkillMention
from verivita.entrypoints.ml.batching import BatchingEmbedder

DEFAULT_TOP_K = 10
MAX_TOP_K = 1_000
MAX_TEXTS = 1_024
MAX_DOCUMENTS = 1_000

Extract = Callable[[str], Sequence[SkillMention]]


@dataclass(frozen=True, slots=True)
class Found:
    """A found document, best first."""

    document: Stored
    score: float


@dataclass(frozen=True, slots=True)
class Skills:
    """Names of skills, each once, in the order of the text."""

    technical: tuple[str, ...]
    soft: tuple[str, ...]
    tools: tuple[str, ...]


class Engines:
    """Embed, rerank, search, read skills, and keep collections for each tenant."""

    def __init__(self, embedder: Embedder, reranker: Reranker | None, extract: Extract, store: CollectionStore) -> None:
        self._embedder, self._reranker, self._extract = BatchingEmbedder(embedder), reranker, extract
        self._store = store

    async def embed(self, texts: Sequence[str]) -> Vector:
        """Unit vectors, zeros for a text without words; at most 1,024 texts a call."""
        if len(texts) > MAX_TEXTS:
            raise TooLarge(message=f"At most {MAX_TEXTS} texts a call.")
        return await self._embedder.embed(texts)

    async def rerank(
        self, query: str, documents: Sequence[tuple[str, str, float]], top_k: int
    ) -> list[tuple[int, float]]:
        """(position, score), best first, ties in the order given; `top_k` 0 means all.

        Documents are (id, content, score so far). Without a reranker they are ordered by words and meaning, half and
        half, over these documents alone.
        """
        if len(documents) > MAX_DOCUMENTS:
            raise TooLarge(message=f"At most {MAX_DOCUMENTS} documents a call.")
        most = len(documents) if top_k == 0 else _top_k(top_k)
        if not documents:
            return []
        if self._reranker is not None:
            candidates = [(UUID(int=i), content, score) for i, (_, content, score) in enumerate(documents)]
            hits = await self._reranker.rerank(query, candidates)
        else:
            hits = await self._fused(query, [content for _, content, _ in documents])
        return [(hit.id.int, hit.score) for hit in hits[:most]]

    async def search(
        self, tenant: str, collection: str, query: str, top_k: int, filters: Mapping[str, str], use_hybrid: bool,
        vector_weight: float,
    ) -> tuple[list[Found], SearchMode]:  # fmt: skip
        """The best documents whose metadata hold every filter, and which legs answered.

        `top_k` 0 means 10; `vector_weight` 0 means the default, as the contract cannot tell 0 from unsaid. Without
        `use_hybrid` only vectors are asked; raises `Unavailable` when no leg can answer.
        """
        if not 0 <= vector_weight <= 1:
            raise Invalid(message="vector_weight must be from 0 to 1.")
        held = await self._collection(tenant, collection)
        rows = [i for i, d in enumerate(held.documents) if all(d.metadata.get(k) == v for k, v in filters.items())]
        legs: dict[str, Leg] = {DENSE: lambda: self._near(held, rows, query)}
        if use_hybrid:
            legs[LEXICAL] = lambda: self._worded(held, rows, query)
        outcome = await hybrid(legs, _top_k(top_k or DEFAULT_TOP_K), vector_weight=vector_weight or VECTOR_WEIGHT)
        if outcome.mode is SearchMode.NONE:
            raise Unavailable("search_unavailable", outcome.legs[0].why_not)
        return [Found(held.documents[hit.id.int], hit.score) for hit in outcome.hits], outcome.mode

    async def extract_skills(self, text: str) -> Skills:
        """Skills that the text shows; knowledge counts as technical, languages that people speak as soft."""
        names: dict[SkillKind, dict[str, None]] = {kind: {} for kind in SkillKind}
        for mention in await asyncio.to_thread(self._extract, text):
            names[mention.kind][mention.name] = None
        technical = {**names[SkillKind.TECHNICAL], **names[SkillKind.KNOWLEDGE]}
        soft = {**names[SkillKind.SOFT], **names[SkillKind.LANGUAGE]}
        return Skills(tuple(technical), tuple(soft), tuple(names[SkillKind.TOOL]))

    async def index(self, tenant: str, collection: str, documents: Sequence[Stored]) -> int:
        """Add or replace documents by id; how many different ones were stored."""
        if len(documents) > MAX_TEXTS:
            raise TooLarge(message=f"At most {MAX_TEXTS} documents a call.")
        if any(not document.id for document in documents):
            raise Invalid(message="Every document needs an id.")
        latest = list({document.id: document for document in documents}.values())
        await self._put(tenant, collection, latest)
        return len(latest)

    async def clear(self, tenant: str, collection: str) -> None:
        """Remove a collection; no error where there is none."""
        await asyncio.to_thread(self._store.clear, tenant, collection)

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    async def _put(self, tenant: str, collection: str, documents: Sequence[Stored]) -> None:
        if documents:
            vectors = await self._embedder.embed([document.content for document in documents])
            await asyncio.to_thread(self._store.put, tenant, collection, documents, vectors)

    async def _collection(self, tenant: str, collection: str) -> Collection:
        """The collection, its vectors made by the present model."""
        await self._put(tenant, collection, await asyncio.to_thread(self._store.stale, tenant, collection))
        return await asyncio.to_thread(self._store.get, tenant, collection)

    async def _near(self, held: Collection, rows: Sequence[int], query: str) -> list[Hit]:
        vector = (await self._embedder.embed([query]))[0]
        if not vector.any() or not rows:
            return []
        scores = held.vectors[rows] @ vector
        return [Hit(UUID(int=rows[i]), float(scores[i])) for i in np.argsort(-scores, kind="stable")[:CANDIDATES]]

    async def _worded(self, held: Collection, rows: Sequence[int], query: str) -> list[Hit]:
        scores = (await asyncio.to_thread(lambda: held.words.scores(query)))[rows]
        order = np.argsort(-scores, kind="stable")[:CANDIDATES]
        return [Hit(UUID(int=rows[i]), float(scores[i])) for i in order if scores[i] > 0]

    async def _fused(self, query: str, contents: Sequence[str]) -> list[Hit]:
        words = await asyncio.to_thread(lambda: Bm25(contents).scores(query))
        vectors = await self._embedder.embed([query, *contents])
        near = vectors[1:] @ vectors[0]
        legs = {name: [Hit(UUID(int=i), float(s)) for i, s in enumerate(scores)] for name, scores in
                ((DENSE, near), (LEXICAL, words))}  # fmt: skip
        return weighted_sum(legs, {DENSE: VECTOR_WEIGHT, LEXICAL: 1 - VECTOR_WEIGHT})


def _top_k(top_k: int) -> int:
    if top_k < 0:
        raise Invalid(message="top_k must not be negative.")
    return min(top_k, MAX_TOP_K)
