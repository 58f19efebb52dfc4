"""Order of found documents: nDCG@10, recall@100, MRR and milliseconds of each leg, the plain fusions and the default.

`hybrid` is the shipped encoder and the tantivy word index, fused by the weighted sum of their first hundred candidates;
`rrf` fuses by reciprocal ranks instead; `default`, what the product does when nothing is configured, smooths `hybrid`
over neighbours; `codes` smooths by the codes in memory that stand for the vectors of a large collection. The question's
vector is compared exactly everywhere, as in a partition of this size. `ndcg_over_LEG_low` and `_high` are
the paired 95 % interval of what the default gains over that leg; `dense/cosine_*` say what a cosine of this model
means.
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

from bench import ranking, word_peers
from bench.report import Outcome, wanted
from verivita.adapters.embedders.onnx import OnnxEmbedder
from verivita.adapters.lexical.tantivy import TantivyIndex
from verivita.adapters.vectors.codes import coded
from verivita.engines.retrieval.fusion import reciprocal_ranks, weighted_sum
from verivita.engines.retrieval.hybrid import CANDIDATES, DENSE, LEXICAL, Fuse, Leg, Vectors, hybrid, lexical_leg
from verivita.engines.retrieval.ports import Hit, Partition, TextEntry, Vector

METRICS = ("ndcg@10", "recall@100", "mrr")
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


async def timed(search: Search, queries: Mapping[str, str], names: Sequence[str]) -> tuple[dict[str, list[str]], dict[str, float]]:  # fmt: skip  # noqa: E501
    """What one way to search finds, one query after another, and the milliseconds that it takes."""
    ranked, times = {}, []
    for query, text in queries.items():
        start = time.perf_counter()
        hits = await search(text)
        times.append((time.perf_counter() - start) * 1000)
        ranked[query] = [names[hit.id.int] for hit in hits]
    p50, p95 = np.quantile(times, [0.5, 0.95])
    return ranked, {"ms_p50": float(p50), "ms_p95": float(p95)}


async def legs(item: Set, folder: Path, embedder: OnnxEmbedder) -> tuple[Callable[[str], dict[str, Leg]], Vectors, Vectors]:  # fmt: skip  # noqa: E501
    """Both legs over the set's documents, their vectors, and these as codes tell them; document i is UUID(i)."""
    words = TantivyIndex(folder)
    entries = [TextEntry(UUID(int=i), title, text) for i, (_, title, text) in enumerate(item.documents)]
    await words.upsert(HERE, entries)
    vectors = await embedder.embed([f"{title}. {text}" for _, title, text in item.documents])

    async def near(query: str) -> Sequence[Hit]:
        return nearest(vectors, (await embedder.embed([query]))[0])

    async def stored(ids: Sequence[UUID]) -> Mapping[UUID, Vector]:
        return {id: vectors[id.int] for id in ids}

    ids = np.array([(0, i) for i in range(len(vectors))], np.uint64)
    codes = coded(ids, vectors, vectors.mean(axis=0))

    async def told(ids: Sequence[UUID]) -> Mapping[UUID, Vector]:
        return dict(zip(ids, codes.approximate(np.array([id.int for id in ids])), strict=True))

    return lambda query: {DENSE: partial(near, query), LEXICAL: lexical_leg(words, HERE, query)}, stored, told


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
        both, stored, told = await legs(item, Path(folder), embedder)

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
            "codes": partial(fused, weighted_sum, told),
        }
        found: dict[str, float] = {}
        gains: dict[str, dict[str, float]] = {}
        for mode, search in searches.items():
            ranked, times = await timed(search, item.queries, names)
            counted = ranking.each(ranked, item.right, METRICS)
            gains[mode] = counted["ndcg@10"]
            found |= {f"{mode}/{metric}": float(np.mean(list(values.values()))) for metric, values in counted.items()}
            found |= {f"{mode}/{metric}": value for metric, value in times.items()}
        found |= await cosines(item, both)
    embedder.close()
    found |= peers(item, names)
    for other in ("bm25", "dense", "hybrid", "codes"):
        low, high = ranking.interval(gains["default"], gains[other])
        found |= {f"default/ndcg_over_{other}_low": low, f"default/ndcg_over_{other}_high": high}
    return found


def peers(item: Set, names: Sequence[str]) -> dict[str, float]:
    """The order of other tools over the same words, in this run."""
    texts = [f"{title} {text}" for _, title, text in item.documents]
    found: dict[str, float] = {}
    for peer, (ask, _) in word_peers.built(texts, CANDIDATES).items():
        ranked = {query: [names[row] for row in ask(text)] for query, text in item.queries.items()}
        for metric, values in ranking.each(ranked, item.right, METRICS).items():
            found[f"peer:{peer}/{metric}"] = float(np.mean(list(values.values())))
        times = word_peers.timed(ask, list(item.queries.values()))
        found |= {f"peer:{peer}/ms_{name.removesuffix('_ms')}": value for name, value in times.items()}
    return found


async def cosines(item: Set, both: Callable[[str], dict[str, Leg]]) -> dict[str, float]:
    """How the encoder's cosines lie for right documents and for others among its nearest, and where they part best."""
    right, other = list[float](), list[float]()
    for query, text in item.queries.items():
        for hit in await both(text)[DENSE]():
            good = item.documents[hit.id.int][0] in item.right[query]
            (right if good else other).append(hit.score)
    grid = np.arange(0.1, 0.9, 0.01)
    balance = [(np.mean(np.array(right) >= at) + np.mean(np.array(other) < at)) / 2 for at in grid]
    found = {"cosine_threshold": float(grid[int(np.argmax(balance))])}
    for name, some in (("right", right), ("other", other)):
        found |= {f"cosine_{name}_p{q}": float(np.quantile(some, q / 100)) for q in (5, 50, 95)}
    found["right_above_0.7"] = float(np.mean(np.array(right) > 0.7))
    return {f"dense/{name}": value for name, value in found.items()}


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
