"""Hybrid search over postings and the library. Face of the room."""

from verivita.engines.retrieval.hybrid import LegRun, Ranked
from verivita.features.search.model import (
    FoundPassage,
    LibraryResult,
    PostingFilters,
    Reading,
    SearchRequest,
    SearchResult,
    SortBy,
    Understanding,
)
from verivita.features.search.service import SearchService
from verivita.features.search.shelf import Shelf

__all__ = [
    "FoundPassage",
    "LegRun",
    "LibraryResult",
    "PostingFilters",
    "Ranked",
    "Reading",
    "SearchRequest",
    "SearchResult",
    "SearchService",
    "Shelf",
    "SortBy",
    "Understanding",
]
