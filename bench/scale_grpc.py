"""The ML service under 64 clients at once: texts a second through its dynamic batching, and how long each waits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from verivita.adapters.collections.sqlite import SqliteCollections
from verivita.adapters.embedders.onnx import OnnxEmbedder
from verivita.engines.skills import extract, load_taxonomy
from verivita.entrypoints.ml import serve
from verivita.kit.ml_proto import ml_pb2, ml_pb2_grpc

CLIENTS, ROUNDS, WORDS = 64, 4, 20


def service(texts: Sequence[str]) -> dict[str, float]:
    """Texts of 20 words, one in each call: by one client, then by 64 at once."""
    return asyncio.run(_measured([" ".join(text.split()[:WORDS]) for text in texts]))


async def _measured(texts: Sequence[str]) -> dict[str, float]:
    import grpc

    embedder = OnnxEmbedder()
    store = SqliteCollections(None, embedder.model.key, embedder.model.dimensions)
    ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    running = asyncio.create_task(
        serve(embedder, None, lambda text: extract(text, load_taxonomy()), store, port=0, ready=ready.set_result)
    )
    address = f"127.0.0.1:{await ready}"
    channels: list[Any] = [grpc.aio.insecure_channel(address) for _ in range(CLIENTS)]
    stubs: list[Any] = [ml_pb2_grpc.MLServiceStub(channel) for channel in channels]  # type: ignore[no-untyped-call]

    async def client(stub: Any, mine: Sequence[str]) -> list[float]:
        times = []
        for text in mine:
            start = time.perf_counter()
            await stub.Embed(ml_pb2.EmbedRequest(text=text))
            times.append((time.perf_counter() - start) * 1000)
        return times

    await client(stubs[0], texts[:20])
    start = time.perf_counter()
    await client(stubs[0], texts[:CLIENTS])
    alone = CLIENTS / (time.perf_counter() - start)
    start = time.perf_counter()
    waits = await asyncio.gather(
        *(client(stub, [texts[(i * ROUNDS + r) % len(texts)] for r in range(ROUNDS)]) for i, stub in enumerate(stubs))
    )
    together = CLIENTS * ROUNDS / (time.perf_counter() - start)
    for channel in channels:
        await channel.close()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    embedder.close()
    return {
        "clients": float(CLIENTS),
        "one_client_texts_per_s": alone,
        "grpc_texts_per_s": together,
        "grpc_wait_p95_ms": float(np.quantile([one for wait in waits for one in wait], 0.95)),
    }
