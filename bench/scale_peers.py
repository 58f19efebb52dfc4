"""What else could search the same vectors: numpy exactly, and approximate indexes in memory where installed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bench.scale_corpus import Halves, exact
from verivita.engines.retrieval.ports import Vector

Found = Callable[[Vector], Sequence[int]]


def peers(vectors: Halves, queries: Vector, k: int) -> dict[str, float]:
    """Build time, latency and recall of each peer; `vectors` are (n, dimensions) in half precision."""
    best = exact(vectors, queries, range(len(vectors)), k)
    whole = vectors.astype(np.float32)
    found: dict[str, float] = {}

    def numpy_exact(query: Vector) -> Sequence[int]:
        scores = whole @ query
        return [int(i) for i in np.argpartition(-scores, k)[:k]]

    found |= _asked("numpy", 0.0, numpy_exact, queries, best)
    for name, build in (("usearch", _usearch), ("hnswlib", _hnswlib)):
        start = time.perf_counter()
        try:
            ask = build(whole, k)
        except ImportError:
            continue
        found |= _asked(name, time.perf_counter() - start, ask, queries, best)
    return found


def _asked(name: str, build_s: float, ask: Found, queries: Vector, best: Sequence[set[int]]) -> dict[str, float]:
    times, right = [], 0
    for query, wished in zip(queries, best, strict=True):
        start = time.perf_counter()
        found = ask(query)
        times.append((time.perf_counter() - start) * 1000)
        right += len(wished & set(found))
    p50, p95 = np.quantile(times, [0.5, 0.95])
    share = right / sum(map(len, best))
    figures = {"build_s": build_s, "p50_ms": float(p50), "p95_ms": float(p95), "recall@10": share}
    return {f"peer:{name}/{key}": value for key, value in figures.items()}


def _usearch(vectors: Vector, k: int) -> Found:
    from usearch.index import Index

    index: Any = Index(ndim=vectors.shape[1], metric="cos", dtype="f16", connectivity=16, expansion_search=100)
    index.add(np.arange(len(vectors)), vectors, threads=2)
    return lambda query: [int(key) for key in index.search(query, k).keys]


def _hnswlib(vectors: Vector, k: int) -> Found:
    import hnswlib

    index: Any = hnswlib.Index(space="cosine", dim=vectors.shape[1])
    index.init_index(max_elements=len(vectors), ef_construction=64, M=16)
    index.add_items(vectors, np.arange(len(vectors)), num_threads=2)
    index.set_ef(100)
    return lambda query: [int(i) for i in index.knn_query(query, k=k, num_threads=1)[0][0]]
