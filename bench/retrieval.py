"""Order of found documents: nDCG@10, recall@100, MRR and milliseconds of each leg, the plain fusions and the default.

`hybrid` is the shipped encoder and the tantivy word index, fused by the weighted sum of their first hundred candidates;
`rrf` fuses by reciprocal ranks instead; `default`, what the product does when nothing is configured, smooths `hybrid`
over neighbours. The vectors are compared exactly, as in a partition of this size.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import UUID

import numpy as np

from bench.report import Outcome, wanted
from verivita.adapters.embedders.onnx import OnnxEmbedder
from verivita.adapters.lexical.tantivy import TantivyIndex
from verivita.engines.retrieval.fusion import reciprocal_ranks, weighted_sum
from verivita.engines.retrieval.hybrid import CANDIDATES, DENSE, LEXICAL, Fuse, Leg, Vectors, hybrid, lexical_leg
from verivita.engines.retrieval.ports import Hit, Partition, TextEntry, Vector

HERE = Partition(str(UUID(int=1)))
Search = Callable[[str], Awaitable[Sequence[Hit]]]


@dataclass(frozen=True, slots=True)
class Set:
    """Documents (id, title, text), queries by id, and the graded right documents of each query."""

    documents: list[tuple[str, str, str]]
    queries: dict[str, str]
    right: dict[str, dict[str, int]]


def lines(path: Path) -> list[dict[str, object]]:
    """The objects of a JSON lines file, packed or not."""
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def judgements(path: Path) -> dict[str, dict[str, int]]:
    """TREC rows `query 0 document value`, or BEIR's `query document value` under a heading; only values above 0."""
    right: dict[str, dict[str, int]] = {}
    for row in path.read_text(encoding="utf-8").splitlines():
        parts = row.split()
        if len(parts) < 3 or not parts[-1].lstrip("-").isdigit():
            continue
        if int(parts[-1]) > 0:
            right.setdefault(parts[0], {})[parts[-2]] = int(parts[-1])
    return right


def read(folder: Path, judged: Path, limit: int | None) -> Set:
    """A set: `corpus.jsonl[.gz]`, the judgements, and `queries.jsonl` or the claims of the same stem."""
    stem = judged.stem.removeprefix("qrels").strip("_")
    asked = folder / (f"claims_{stem}.jsonl" if stem else "queries.jsonl")
    if not asked.exists():
        asked = folder / "queries.jsonl"
    documents = [
        (str(d["_id"]), str(d.get("title") or ""), str(d.get("text") or ""))
        for d in lines(next(iter(sorted(folder.glob("corpus.jsonl*")))))
    ]
    right = judgements(judged)
    queries = {str(q["_id"]): str(q["text"]) for q in lines(asked) if str(q["_id"]) in right}
    return Set(documents, dict(list(queries.items())[:limit]), right)


def figures(ranked: Mapping[str, Sequence[str]], right: Mapping[str, Mapping[str, int]]) -> dict[str, float]:
    """nDCG@10 with linear gains, recall@100 and MRR@100 as trec_eval counts them, as means over the queries."""
    gains, recalls, firsts = [], [], []
    for query, found in ranked.items():
        good = right[query]
        discount = 1 / np.log2(np.arange(2, 12))
        got = np.array([good.get(one, 0) for one in found[:10]], float)
        best = np.array(sorted(good.values(), reverse=True)[:10], float)
        gains.append((got * discount[: got.size]).sum() / (best * discount[: best.size]).sum())
        recalls.append(len(set(found[:100]) & set(good)) / len(good))
        firsts.append(next((1 / rank for rank, one in enumerate(found[:100], 1) if one in good), 0.0))
    return {"ndcg@10": float(np.mean(gains)), "recall@100": float(np.mean(recalls)), "mrr": float(np.mean(firsts))}


async def measured(search: Search, queries: Mapping[str, str], names: Sequence[str], right: Mapping[str, Mapping[str, int]]) -> dict[str, float]:  # fmt: skip  # noqa: E501
    """Figures of one way to search, one query after another."""
    ranked, times = {}, []
    for query, text in queries.items():
        start = time.perf_counter()
        hits = await search(text)
        times.append((time.perf_counter() - start) * 1000)
        ranked[query] = [names[hit.id.int] for hit in hits]
    p50, p95 = np.quantile(times, [0.5, 0.95])
    return {**figures(ranked, right), "ms_p50": float(p50), "ms_p95": float(p95)}


async def legs(item: Set, folder: Path, embedder: OnnxEmbedder) -> tuple[Callable[[str], dict[str, Leg]], Vectors]:
    """Both legs over the set's documents, and their vectors; document i is UUID(i)."""
    words = TantivyIndex(folder)
    entries = [TextEntry(UUID(int=i), title, text) for i, (_, title, text) in enumerate(item.documents)]
    await words.upsert(HERE, entries)
    vectors = await embedder.embed([f"{title}. {text}" for _, title, text in item.documents])

    async def near(query: str) -> Sequence[Hit]:
        return nearest(vectors, (await embedder.embed([query]))[0])

    async def stored(ids: Sequence[UUID]) -> Mapping[UUID, Vector]:
        return {id: vectors[id.int] for id in ids}

    return lambda query: {DENSE: partial(near, query), LEXICAL: lexical_leg(words, HERE, query)}, stored


def nearest(vectors: Vector, query: Vector) -> list[Hit]:
    """The exact nearest rows."""
    scores = vectors @ query
    order = np.argsort(-scores, kind="stable")[:CANDIDATES]
    return [Hit(UUID(int=int(i)), float(scores[i])) for i in order]


async def modes(item: Set) -> dict[str, float]:
    """Every mode's figures, prefixed by the mode."""
    embedder = OnnxEmbedder()
    names = [document[0] for document in item.documents]
    with tempfile.TemporaryDirectory() as folder:
        both, stored = await legs(item, Path(folder), embedder)

        async def alone(name: str, query: str) -> Sequence[Hit]:
            return await both(query)[name]()

        async def fused(fuse: Fuse, vectors: Vectors | None, query: str) -> Sequence[Hit]:
            outcome = await hybrid(both(query), CANDIDATES, fuse=fuse, vectors=vectors)
            return [Hit(hit.id, hit.score) for hit in outcome.hits]

        searches: dict[str, Search] = {
            "bm25": partial(alone, LEXICAL),
            "dense": partial(alone, DENSE),
            "rrf": partial(fused, reciprocal_ranks, None),
            "hybrid": partial(fused, weighted_sum, None),
            "default": partial(fused, weighted_sum, stored),
        }
        found = {}
        for mode, search in searches.items():
            for metric, value in (await measured(search, item.queries, names, item.right)).items():
                found[f"{mode}/{metric}"] = value
    embedder.close()
    return found


def run(data: Path, sets: str | None = None, limit: int | None = None) -> Outcome:
    """Every folder below `data/retrieval` (or `data` itself) that holds a corpus and judgements."""
    outcome: Outcome = {"sets": {}, "skipped": {}}
    for corpus in sorted(data.glob("**/corpus.jsonl*")):
        folder = corpus.parent
        if folder.parent.name != "retrieval" and folder.parent != data:
            continue
        for judged in sorted([*folder.glob("qrels*.trec"), *folder.glob("qrels.tsv")]):
            several = len([*folder.glob("qrels*.trec"), *folder.glob("qrels.tsv")]) > 1
            key = folder.relative_to(data).as_posix() + (f":{judged.stem}" if several else "")
            if not wanted(key, sets):
                continue
            try:
                outcome["sets"][key] = asyncio.run(modes(read(folder, judged, limit)))
            except (OSError, ValueError, KeyError) as error:
                outcome["skipped"][key] = f"{type(error).__name__}: {error}"
    return outcome
