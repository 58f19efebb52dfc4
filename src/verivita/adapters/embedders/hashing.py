"""An embedder without weights: hashed words and character n-grams, the rung below the encoder."""

from __future__ import annotations

import asyncio
import math
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from verivita.core.text import words
from verivita.engines.retrieval.ports import ModelInfo, Vector

MAX_WORDS = 4_000


class HashingEmbedder:
    """Signed feature hashing (Weinberger et al. 2009) of words and their character 3- to 5-grams, log-damped.

    Deterministic on every machine; knows spelling, not meaning.
    """

    def __init__(self, dimensions: int = 384) -> None:
        self._model = ModelInfo("hashed-ngrams", "float32", dimensions)

    @property
    def model(self) -> ModelInfo:
        """What makes the vectors."""
        return self._model

    async def embed(self, texts: Sequence[str]) -> Vector:
        """Shape (len(texts), dimensions), rows of length 1, in the order given; a text without words gives zeros."""
        return await asyncio.to_thread(self._embed, texts)

    def _embed(self, texts: Sequence[str]) -> Vector:
        found = np.zeros((len(texts), self._model.dimensions), np.float32)
        for row, text in zip(found, texts, strict=True):
            for gram, count in Counter(_grams(text)).items():
                code = zlib.crc32(gram.encode())
                weight = (1 + math.log(count)) / (1 if gram[0] == " " and gram[-1] == " " else 3)
                row[(code & 0x7FFFFFFF) % row.size] += weight if code >> 31 else -weight
            length = float(np.linalg.norm(row))
            if length > 0:
                row /= length
        return found


def _grams(text: str) -> Iterator[str]:
    """Each word between blanks, and the 3-, 4- and 5-grams inside; a whole word weighs three times a piece."""
    for word in words(text.encode("utf-8", "replace").decode())[:MAX_WORDS]:
        padded = f" {word} "
        yield padded
        for size in (3, 4, 5):
            if size < len(padded):
                yield from (padded[start : start + size] for start in range(len(padded) - size + 1))
