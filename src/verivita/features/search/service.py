"""Use cases of search: find postings, find passages in one's own papers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any
from uuid import UUID

from verivita.core.clock import Clock
from verivita.core.errors import FieldError, Invalid
from verivita.core.ids import PassageId, PostingId
from verivita.core.page import Page, page_of
from verivita.core.principal import Principal
from verivita.engines.retrieval.hybrid import (
    CANDIDATES,
    DENSE,
    LEXICAL,
    VECTOR_WEIGHT,
    Leg,
    LegRun,
    Outcome,
    Ranked,
    Vectors,
    dense_leg,
    hybrid,
    lexical_leg,
    reranked,
)
from verivita.engines.retrieval.ports import (
    AnyOf,
    Embedder,
    Filter,
    Hit,
    LexicalIndex,
    ModelInfo,
    Partition,
    Reranker,
    RoughFetch,
    VectorIndex,
)
from verivita.engines.skills import Taxonomy
from verivita.features.library import LibraryService, Passage, passages_collection
from verivita.features.postings import PostingsService, Understood, description_collection
from verivita.features.search.conditions import for_database, for_index, merged
from verivita.features.search.model import (
    FoundPassage,
    LibraryResult,
    PostingFilters,
    SearchRequest,
    SearchResult,
    SortBy,
    Understanding,
)
from verivita.features.search.query import understand_query
from verivita.features.search.shelf import Shelf, Shelves, shelf_of, version_of

MAX_QUERY = 100_000
LEG_TIMEOUT_S = 3.0
"""A person waits: a leg that needs longer is left out, and the answer says so."""
_MAX_TOP_K = 100
_DEEPEST = 200
"""How many hits of a search with words can be paged through: the union of the legs' candidates."""


class SearchService:
    """Finds postings of the tenant and passages of the person."""

    def __init__(
        self,
        postings: PostingsService,
        library: LibraryService,
        embedder: Embedder,
        vectors: VectorIndex,
        lexical: LexicalIndex,
        reranker: Reranker | None,
        taxonomy: Callable[[], Taxonomy],
        clock: Clock,
    ) -> None:
        self._postings, self._library = postings, library
        self._embedder, self._vectors, self._lexical, self._reranker = embedder, vectors, lexical, reranker
        self._taxonomy, self._clock = taxonomy, clock
        self._shelves = Shelves()

    async def understand(
        self, principal: Principal, query: str, without: frozenset[str] = frozenset()
    ) -> Understanding:
        """What a query says: text, filters, and what became of each word."""
        return understand_query(query[:MAX_QUERY], taxonomy=self._taxonomy(), without=without)

    async def postings(self, principal: Principal, request: SearchRequest) -> SearchResult:
        """Open postings that meet every filter, best first; with words to search for, the best by words and meaning.

        Raises `Invalid` for a query beyond 100,000 characters.
        """
        start = time.perf_counter()
        if len(request.query) > MAX_QUERY:
            raise Invalid(
                message="The query is too long.",
                errors=[FieldError("query", f"must have at most {MAX_QUERY} characters")],
            )
        understanding = await self.understand(principal, request.query, request.without)
        filters = merged(understanding.filters, self._by_id(request.filters))
        today = self._clock.now().date()
        if not understanding.text.strip():
            found, legs = await self._list(principal, request, for_database(filters, today))
            return SearchResult(found, understanding, "database", legs, _ms(start))
        outcome = await self._find(principal, request, understanding.text, for_index(filters, today))
        found = await self._ordered(principal, request, outcome.hits)
        return SearchResult(found, understanding, outcome.mode.value, outcome.legs, _ms(start))

    async def library(
        self,
        principal: Principal,
        query: str,
        top_k: int = 5,
        *,
        sections: tuple[str, ...] = (),
        document_ids: tuple[UUID, ...] = (),
        use_hybrid: bool = True,
        vector_weight: float | None = None,
    ) -> LibraryResult:
        """Passages of the person's own papers that fit a question, best first. Raises `Invalid`."""
        start = time.perf_counter()
        if not query.strip() or len(query) > MAX_QUERY:
            raise Invalid(
                message="A query is needed.", errors=[FieldError("query", "must have 1 to 100000 characters")]
            )
        shelf = await self.shelf(principal)
        is_wanted = partial(_is_wanted, sections=sections, document_ids=document_ids)
        legs: dict[str, Leg] = {LEXICAL: _words_leg(shelf, is_wanted, query)}
        partition, collection = Partition(str(principal.tenant_id)), passages_collection(self._embedder.model)
        if use_hybrid:
            mine = (AnyOf("person", (str(principal.person_id),)),)
            legs[DENSE] = dense_leg(self._embedder, self._vectors, partition, collection, query, mine)
        near = self._neighbours(partition, collection) if use_hybrid else None
        weight, timeout = _weight(vector_weight), LEG_TIMEOUT_S
        outcome = await hybrid(legs, _DEEPEST, vector_weight=weight, vectors=near, timeout=timeout)
        known = ((hit, shelf.by_id.get(PassageId(hit.id))) for hit in outcome.hits)
        found = [
            FoundPassage(item, hit.score, hit.ranks) for hit, item in known if item is not None and is_wanted(item)
        ]
        k = min(max(top_k, 1), _MAX_TOP_K)
        return LibraryResult(tuple(found[:k]), outcome.mode.value, outcome.legs, _ms(start), shelf)

    async def shelf(self, principal: Principal) -> Shelf:
        """The passages of the person's papers as they are now, with their word index; made once for each state."""
        version = version_of(await self._library.counted(principal))
        kept = self._shelves.get(principal, version)
        if kept is None:
            # The version is read first: what is newer than its name is replaced at the next look, never the reverse.
            passages = await self._library.all_passages(principal)
            titles: dict[UUID, str] = {paper.id: paper.title for paper in await self._library.all(principal)}
            kept = await asyncio.to_thread(shelf_of, version, passages, titles)
            self._shelves.put(principal, kept)
        return kept

    async def all_filtered(self, principal: Principal, request: SearchRequest) -> list[UUID]:
        """Ids of every open posting that meets the filters, whatever its words, newest first."""
        understanding = await self.understand(principal, request.query, request.without)
        conditions = for_database(merged(understanding.filters, self._by_id(request.filters)), self._clock.now().date())
        return list(await self._postings.filtered_all(principal, conditions))

    async def embed(self, principal: Principal, texts: Sequence[str]) -> tuple[list[list[float]], ModelInfo]:
        """Vectors of texts by the encoder that search uses, and what it is."""
        vectors = await self._embedder.embed(texts)
        return [[float(value) for value in row] for row in vectors], self._embedder.model

    def _by_id(self, given: PostingFilters) -> PostingFilters:
        """Skills that were asked for by name become the ids that postings hold."""
        known = [(name, self._taxonomy().find(name)) for name in given.skills]
        return replace(given, skills=tuple(skill.id if skill else name for name, skill in known))

    async def _find(self, principal: Principal, request: SearchRequest, text: str, where: Filter) -> Outcome:
        partition = Partition(str(principal.tenant_id))
        collection = description_collection(self._embedder.model)
        legs: dict[str, Leg] = {LEXICAL: lexical_leg(self._lexical, partition, text, where)}
        if request.use_hybrid:
            legs[DENSE] = dense_leg(self._embedder, self._vectors, partition, collection, text, where)
        near = self._neighbours(partition, collection) if request.use_hybrid else None
        outcome = await hybrid(
            legs, _DEEPEST, vector_weight=_weight(request.vector_weight), vectors=near, timeout=LEG_TIMEOUT_S
        )
        if self._reranker is None or request.sort_by is not SortBy.RELEVANCE:
            return outcome

        async def texts(ids: Sequence[UUID]) -> dict[UUID, str]:
            found = await self._postings.many(principal, ids)
            return {p.id: f"{p.understood.title}. {p.understood.description}" for p in found}

        return await reranked(outcome, text, self._reranker, texts, _DEEPEST)

    def _neighbours(self, partition: Partition, collection: str) -> Vectors | None:
        """Gives vectors back, where the index can, so that neighbours may support each other."""
        index = self._vectors
        return partial(index.rough, partition, collection) if isinstance(index, RoughFetch) else None

    async def _ordered(self, principal: Principal, request: SearchRequest, hits: Sequence[Ranked]) -> Page[Ranked]:
        if request.sort_by in (SortBy.POSTED, SortBy.SALARY):
            found = {p.id: p.understood for p in await self._postings.many(principal, [hit.id for hit in hits])}
            key = _posted if request.sort_by is SortBy.POSTED else _salary
            known = [hit for hit in hits if hit.id in found and key(found[PostingId(hit.id)]) is not None]
            unknown = [hit for hit in hits if hit not in known]
            known.sort(key=lambda hit: key(found[PostingId(hit.id)]) or 0, reverse=request.descending)
            hits = [*known, *unknown]
        return page_of(list(hits), request.page)

    async def _list(
        self, principal: Principal, request: SearchRequest, conditions: dict[str, Any]
    ) -> tuple[Page[Ranked], tuple[LegRun, ...]]:
        start = time.perf_counter()
        sort = "salary" if request.sort_by is SortBy.SALARY else "posted"
        ids, total = await self._postings.filtered(principal, conditions, sort, request.descending, request.page)
        leg = LegRun("database", True, _ms(start), total)
        return Page([Ranked(id, 0.0) for id in ids], total, request.page.page, request.page.limit), (leg,)


def _is_wanted(passage: Passage, sections: tuple[str, ...], document_ids: tuple[UUID, ...]) -> bool:
    return (not sections or passage.section in sections) and (not document_ids or passage.document_id in document_ids)


def _words_leg(shelf: Shelf, is_wanted: Callable[[Passage], bool], query: str) -> Leg:
    """BM25 in memory over the person's own passages: private words never lie in an index on disk."""

    def search() -> list[Hit]:
        found = ((shelf.passages[row], score) for row, score in shelf.words.top(query, len(shelf.passages)))
        return list(islice((Hit(item.id, score) for item, score in found if is_wanted(item)), CANDIDATES))

    async def run() -> Sequence[Hit]:
        return await asyncio.to_thread(search)

    return run


def _posted(item: Understood) -> int | None:
    return item.posted_on.toordinal() if item.posted_on else None


def _salary(item: Understood) -> int | None:
    return (item.pay.yearly_maximum or item.pay.yearly_minimum) if item.pay else None


def _weight(wish: float | None) -> float:
    return VECTOR_WEIGHT if wish is None else wish


def _ms(start: float) -> float:
    return round((time.perf_counter() - start) * 1000, 3)
