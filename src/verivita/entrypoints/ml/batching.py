"""Dynamic batching: requests that wait at the same time share one call of the encoder."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

import numpy as np

from verivita.engines.retrieval.ports import Embedder, ModelInfo, Vector

MAX_TEXTS = 16
"""Small, because the encoder takes texts one by one: a larger batch saves nothing and makes a query wait."""


class BatchingEmbedder:
    """An Embedder over another: what comes in while a batch is running forms the next, up to `most` texts."""

    def __init__(self, embedder: Embedder, most: int = MAX_TEXTS) -> None:
        self._embedder, self._most = embedder, most
        self._waiting: deque[tuple[Sequence[str], asyncio.Future[Vector]]] = deque()
        self._task: asyncio.Task[None] | None = None

    @property
    def model(self) -> ModelInfo:
        """What makes the vectors."""
        return self._embedder.model

    async def embed(self, texts: Sequence[str]) -> Vector:
        """As the inner embedder; a failure of a shared batch is every sharer's failure."""
        if not texts:
            return np.zeros((0, self.model.dimensions), np.float32)
        future: asyncio.Future[Vector] = asyncio.get_running_loop().create_future()
        self._waiting.append((texts, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        return await future

    async def _run(self) -> None:
        await asyncio.sleep(0)  # let the requests of this moment in
        while self._waiting:
            batch = [self._waiting.popleft()]
            size = len(batch[0][0])
            while self._waiting and size + len(self._waiting[0][0]) <= self._most:
                batch.append(self._waiting.popleft())
                size += len(batch[-1][0])
            await self._answer([pair for pair in batch if not pair[1].cancelled()])

    async def _answer(self, batch: list[tuple[Sequence[str], asyncio.Future[Vector]]]) -> None:
        try:
            found = await self._embedder.embed([text for texts, _ in batch for text in texts])
        except Exception as error:
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        place = 0
        for texts, future in batch:
            if not future.done():
                future.set_result(found[place : place + len(texts)])
            place += len(texts)
