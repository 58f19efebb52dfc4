"""The local sentence encoder: all-MiniLM-L6-v2 in int8 on ONNX Runtime; it ships with the package."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verivita.core.errors import Unavailable
from verivita.engines.retrieval.ports import ModelInfo, Vector

SHIPPED = Path(__file__).with_name("data")
SHIPPED_MODEL = ModelInfo("all-MiniLM-L6-v2", "int8", 384)
MAX_CHARACTERS = 16_384
"""Longer texts are cut here before they are split in tokens; far beyond what 256 tokens of prose take."""
SLICE = 8
"""Texts a worker takes before others get a turn, so that a query never waits for a long batch."""


class OnnxEmbedder:
    """Sentence vectors by mean pooling over at most `max_tokens` tokens, computed on the processor.

    `folder` holds `encoder.onnx`, `tokenizer.json` and `SHA256SUMS`; the sums are verified at load, which happens at
    first use. Each text is one run of the model on one thread, and `threads` runs go side by side: so the same text
    gives the same bytes whatever its neighbours are, and no work is spent on padding (scripts/export_encoder.py has
    the measurements). Raises `Unavailable` when a file is missing or is not the one that was shipped.
    """

    def __init__(
        self,
        folder: Path = SHIPPED,
        *,
        model: ModelInfo = SHIPPED_MODEL,
        threads: int = 2,
        max_tokens: int = 256,
    ) -> None:
        self._folder, self._model, self._threads, self._max_tokens = folder, model, max(1, threads), max_tokens
        self._lock = threading.Lock()
        self._session: Any = None
        self._tokenizer: Any = None
        self._workers = ThreadPoolExecutor(self._threads, thread_name_prefix="encoder")

    @property
    def model(self) -> ModelInfo:
        """What makes the vectors."""
        return self._model

    async def embed(self, texts: Sequence[str]) -> Vector:
        """Shape (len(texts), dimensions), rows of length 1, in the order given; a text without words gives zeros."""
        found = np.zeros((len(texts), self._model.dimensions), np.float32)
        for row, vector in zip(*await self._encode(texts, "vector"), strict=True):
            found[row] = vector
        return found

    async def tokens(self, texts: Sequence[str]) -> list[Vector]:
        """One array (tokens, dimensions) of unit token vectors for each text; without words, no rows."""
        found = [np.zeros((0, self._model.dimensions), np.float32) for _ in texts]
        for row, vectors in zip(*await self._encode(texts, "tokens"), strict=True):
            found[row] = vectors
        return found

    async def spans(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """Where each row of `tokens` stands in its text, (start, end); the marks at both ends are empty."""
        _, tokenizer = await asyncio.to_thread(self._load)
        return [[tuple(span) for span in found.offsets] for found in tokenizer.encode_batch(_plain(texts))]

    async def load(self) -> None:
        """Verify and load the files now, so that the first call does not pay for it."""
        await asyncio.to_thread(self._load)

    def close(self) -> None:
        """Stop the worker threads."""
        self._workers.shutdown(wait=False, cancel_futures=True)

    async def _encode(self, texts: Sequence[str], output: str) -> tuple[list[int], list[Vector]]:
        """The rows that have words, and their arrays; long texts first, so that the workers finish together."""
        if not any(texts):
            return [], []
        loop = asyncio.get_running_loop()
        if len(texts) == 1:
            alone = await loop.run_in_executor(self._workers, self._whole, texts, output)
            return list(range(len(alone))), alone
        ids = await asyncio.to_thread(self._split, texts)
        rows = sorted((i for i, row in enumerate(ids) if row.size > 2), key=lambda i: -ids[i].size)
        parts = [rows[start : start + SLICE] for start in range(0, len(rows), SLICE)]
        if len(rows) <= self._threads * SLICE:
            parts = [rows[start :: self._threads] for start in range(min(self._threads, len(rows)))]
        found: dict[int, Vector] = {}
        for start in range(0, len(parts), self._threads):
            turn = parts[start : start + self._threads]
            done = [loop.run_in_executor(self._workers, self._run, [ids[i] for i in part], output) for part in turn]
            for part, arrays in zip(turn, await asyncio.gather(*done), strict=True):
                found.update(zip(part, arrays, strict=True))
        return list(found), list(found.values())

    def _whole(self, texts: Sequence[str], output: str) -> list[Vector]:
        """A single text in one go, so that a query changes threads once."""
        return self._run([row for row in self._split(texts) if row.size > 2], output)

    def _split(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        _, tokenizer = self._load()
        return [np.array(found.ids, np.int64) for found in tokenizer.encode_batch_fast(_plain(texts))]

    def _run(self, rows: list[NDArray[np.int64]], output: str) -> list[Vector]:
        session, _ = self._load()
        return [session.run([output], {"input_ids": row[np.newaxis]})[0][0] for row in rows]

    def _load(self) -> tuple[Any, Any]:
        with self._lock:
            if self._session is None:
                model, words = self._read("encoder.onnx"), self._read("tokenizer.json")
                self._tokenizer = _tokenizer(words, self._max_tokens)
                self._session = _session(model)
            return self._session, self._tokenizer

    def _read(self, name: str) -> bytes:
        """The bytes of a file whose SHA-256 is the one listed."""
        try:
            data = (self._folder / name).read_bytes()
            lines = (self._folder / "SHA256SUMS").read_text().splitlines()
        except OSError as error:
            raise Unavailable(
                "model_missing", f"The encoder's file {name} cannot be read: {error.strerror}."
            ) from error
        if f"{hashlib.sha256(data).hexdigest()}  {name}" not in lines:
            raise Unavailable("model_damaged", f"The encoder's file {name} is not the one that was shipped.")
        return data


def _plain(texts: Sequence[str]) -> list[str]:
    return [text[:MAX_CHARACTERS].encode("utf-8", "replace").decode() for text in texts]


def _session(model: bytes) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _tokenizer(words: bytes, max_tokens: int) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_buffer(words)
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer
