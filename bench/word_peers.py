"""What else could search the same texts by words: bm25s and rank_bm25, as they come, where installed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Found = Callable[[str], Sequence[int]]
Build = Callable[[Sequence[str], int], Found]


def _bm25s(texts: Sequence[str], k: int) -> Found:
    import bm25s

    index: Any = bm25s.BM25()
    index.index(bm25s.tokenize(list(texts), stopwords="en", show_progress=False), show_progress=False)
    most = min(k, len(texts))

    def ask(query: str) -> Sequence[int]:
        words = bm25s.tokenize([query], stopwords="en", show_progress=False)
        rows, scores = index.retrieve(words, k=most, show_progress=False)
        return [int(row) for row, score in zip(rows[0], scores[0], strict=True) if score > 0]

    return ask


def _rank_bm25(texts: Sequence[str], k: int) -> Found:
    from rank_bm25 import BM25Okapi

    index: Any = BM25Okapi([text.lower().split() for text in texts])

    def ask(query: str) -> Sequence[int]:
        scores = index.get_scores(query.lower().split())
        return [int(row) for row in np.argsort(-scores, kind="stable")[:k] if scores[row] > 0]

    return ask


PEERS: dict[str, Build] = {"bm25s": _bm25s, "rank_bm25": _rank_bm25}


def built(texts: Sequence[str], k: int, names: Sequence[str] = tuple(PEERS)) -> dict[str, tuple[Found, float]]:
    """Each installed peer over `texts`, answering with the rows of the `k` best, and the seconds of its build."""
    made = {}
    for name in names:
        start = time.perf_counter()
        try:
            ask = PEERS[name](texts, k)
        except ImportError:
            continue
        made[name] = ask, time.perf_counter() - start
    return made


def timed(ask: Found, queries: Sequence[str]) -> dict[str, float]:
    """Milliseconds of one query after another, the first ones to warm up."""
    times = []
    for query in [*queries[:20], *queries]:
        start = time.perf_counter()
        ask(query)
        times.append((time.perf_counter() - start) * 1000)
    p50, p95 = np.quantile(times[len(queries[:20]) :], [0.5, 0.95])
    return {"p50_ms": float(p50), "p95_ms": float(p95)}
