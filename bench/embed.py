"""Speed and fidelity of the encoder on texts of postings and resumes, beside fastembed where it can run.

fastembed gets the same weights in fp32 when `VERIVITA_FP32_ONNX` names an ONNX file of them with the inputs
`input_ids, attention_mask, token_type_ids`, as no registry carries its model; without it the peer is skipped. Beside
it stands the peer made to read as many tokens of a text as we do (`same_tokens`): as it comes it stops at 128.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from bench.report import Outcome, wanted
from verivita.adapters.embedders.onnx import OnnxEmbedder

TEXTS, WORDS, QUERIES = 400, 100, 200
MAX_TOKENS = 256
REFERENCES = Path(__file__).resolve().parents[1] / "tests/unit/retrieval/reference_vectors.json"
QUERY = "senior python engineer remote kubernetes aws"


def strings(value: Any) -> Iterator[str]:
    """Every long string inside a JSON value."""
    if isinstance(value, str) and len(value) > 200:
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)


def texts(path: Path) -> Iterator[str]:
    """The long texts of a packed JSON lines file, cut to the length of a passage."""
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        for line in stream:
            for text in strings(json.loads(line)):
                yield " ".join(text.split()[:WORDS])


async def ours(embedder: OnnxEmbedder, sample: list[str]) -> dict[str, float]:
    """Texts a second in a batch, and one warm query's milliseconds."""
    await embedder.embed(sample[:16])
    start = time.perf_counter()
    await embedder.embed(sample)
    seconds = time.perf_counter() - start
    times = []
    for i in range(QUERIES):
        begun = time.perf_counter()
        await embedder.embed([f"{QUERY} {i}"])
        times.append((time.perf_counter() - begun) * 1000)
    p50, p95 = np.quantile(times, [0.5, 0.95])
    return {"texts_per_s": len(sample) / seconds, "query_ms_p50": float(p50), "query_ms_p95": float(p95)}


async def fidelity(embedder: OnnxEmbedder) -> dict[str, float]:
    """Cosine to the stored fp32 vectors of the export."""
    rows = json.loads(REFERENCES.read_text(encoding="utf-8"))
    found = await embedder.embed([row["text"] for row in rows])
    cosines = (found * np.array([row["fp32"] for row in rows], np.float32)).sum(1)
    return {"cos_mean": float(cosines.mean()), "cos_min": float(cosines.min())}


async def both(sample: list[str]) -> dict[str, float]:
    """Speed and fidelity together."""
    embedder = OnnxEmbedder()
    found = {**await ours(embedder, sample), **await fidelity(embedder)}
    embedder.close()
    return found


def peers(sample: list[str], path: str) -> dict[str, float]:
    """Texts a second of fastembed on the same texts, batches of 32, two threads: as it comes, and at our length."""
    from fastembed import TextEmbedding
    from fastembed.common.model_description import ModelSource, PoolingType

    file = Path(path)
    TextEmbedding.add_custom_model(
        "peer/minilm", pooling=PoolingType.MEAN, normalization=True, sources=ModelSource(url="file:///none"), dim=384,
        model_file=file.name,
    )  # fmt: skip
    model = TextEmbedding("peer/minilm", specific_model_path=str(file.parent), threads=2)
    found = {}
    for name in ("fastembed", "fastembed_same_tokens"):
        if name != "fastembed":
            model.model.tokenizer.enable_truncation(MAX_TOKENS)  # type: ignore[attr-defined]
        list(model.embed(sample[:8], batch_size=32))
        start = time.perf_counter()
        list(model.embed(sample, batch_size=32))
        found[name] = len(sample) / (time.perf_counter() - start)
    return found


def spread(found: Iterable[str], most: int) -> list[str]:
    """Every tenth text, so that one long file does not give its first pages alone."""
    return list(islice(islice(found, 0, None, 10), most))


def run(data: Path, sets: str | None = None, limit: int | None = None) -> Outcome:
    """One set for each packed file of texts under jobs/ and resumes/."""
    outcome: Outcome = {"sets": {}, "skipped": {}}
    fp32 = os.environ.get("VERIVITA_FP32_ONNX")
    for path in sorted([*data.glob("jobs/*/*.jsonl.gz"), *data.glob("resumes/*/*.jsonl.gz")]):
        key = f"{path.parent.relative_to(data).as_posix()}:{path.name.split('.')[0]}"
        if not wanted(key, sets):
            continue
        sample = spread(texts(path), limit or TEXTS)
        if not sample:
            outcome["skipped"][key] = "no long texts"
            continue
        figures = asyncio.run(both(sample))
        outcome["sets"][key] = {f"default/{name}": value for name, value in figures.items()}
        if fp32:
            for name, speed in peers(sample, fp32).items():
                outcome["sets"][key][f"peer:{name}/texts_per_s"] = speed
                outcome["sets"][key][f"default/ratio:{name}"] = figures["texts_per_s"] / speed
        else:
            outcome["skipped"][f"{key} peer:fastembed"] = "VERIVITA_FP32_ONNX is not set"
    return outcome
