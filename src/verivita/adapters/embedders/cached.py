"""An encoder that remembers: the same text by the same model is encoded once while it is remembered."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from hashlib import sha256
from inspect import isawaitable

import numpy as np

from verivita.engines.retrieval.ports import Embedder, ModelInfo, Vector

MOST = 4_096
"""Vectors kept: about 6 MB for 384 dimensions."""


class CachedEmbedder:
    """Wraps an Embedder; keys are the model and the SHA-256 of the text, the least recently used goes first.

    A vector is a pure function of its key, so it may be shared by all callers of this process; no text is kept.
    """

    def __init__(self, embedder: Embedder, most: int = MOST) -> None:
        self._embedder, self._most = embedder, most
        self._kept: OrderedDict[tuple[str, bytes], Vector] = OrderedDict()

    @property
    def model(self) -> ModelInfo:
        """What makes the vectors."""
        return self._embedder.model

    async def embed(self, texts: Sequence[str]) -> Vector:
        """As the inner encoder, which is asked only for texts that are not remembered, each once."""
        name = self.model.key
        keys = [(name, sha256(text.encode("utf-8", "surrogatepass")).digest()) for text in texts]
        known = {key: self._kept[key] for key in keys if key in self._kept}
        missing = dict(zip(keys, texts, strict=True))
        for key in known:
            del missing[key]
            self._kept.move_to_end(key)
        if missing:
            rows = await self._embedder.embed(list(missing.values()))
            for key, row in zip(missing, rows, strict=True):
                known[key] = self._kept[key] = row
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return np.stack([known[key] for key in keys]) if keys else np.zeros((0, self.model.dimensions), np.float32)

    async def close(self) -> None:
        """Close the inner encoder."""
        close = getattr(self._embedder, "close", None)
        if close is not None and isawaitable(done := close()):
            await done
