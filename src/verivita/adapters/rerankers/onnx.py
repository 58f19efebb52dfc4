"""A cross-encoder from an ONNX file, such as ms-marco-MiniLM-L-6-v2: it reads query and candidate together."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from verivita.core.errors import Unavailable
from verivita.engines.retrieval.ports import Hit

MAX_CHARACTERS = 16_384


class OnnxReranker:
    """Scores pairs with the model in `folder` (`model.onnx` and `tokenizer.json`), cut to `max_tokens` tokens a pair.

    The model's first output is one number a pair, higher for better. One pair is one run, so a candidate's score does
    not depend on its neighbours. Raises `Unavailable` when the files cannot be read.
    """

    def __init__(self, folder: Path, *, name: str = "cross-encoder", threads: int = 2, max_tokens: int = 256) -> None:
        self._folder, self._name, self._threads, self._max_tokens = folder, name, threads, max_tokens
        self._lock = threading.Lock()
        self._loaded: tuple[Any, Any] | None = None

    @property
    def name(self) -> str:
        """Shown beside the answer."""
        return self._name

    async def rerank(self, query: str, candidates: Sequence[tuple[UUID, str, float]]) -> list[Hit]:
        """Every candidate once, best first, ties by the order given."""
        if not candidates:
            return []
        scores = await asyncio.to_thread(self._scores, query, [text for _, text, _ in candidates])
        hits = [Hit(candidate[0], score) for candidate, score in zip(candidates, scores, strict=True)]
        return sorted(hits, key=lambda hit: -hit.score)

    def _scores(self, query: str, texts: Sequence[str]) -> list[float]:
        session, tokenizer = self._load()
        names = {given.name for given in session.get_inputs()}
        found = []
        for text in texts:
            pair = tokenizer.encode(_plain(query), _plain(text))
            inputs = {"input_ids": pair.ids, "attention_mask": pair.attention_mask, "token_type_ids": pair.type_ids}
            feed = {name: np.array([values], np.int64) for name, values in inputs.items() if name in names}
            found.append(float(np.ravel(session.run(None, feed)[0])[0]))
        return found

    def _load(self) -> tuple[Any, Any]:
        with self._lock:
            if self._loaded is None:
                import onnxruntime
                from tokenizers import Tokenizer

                options = onnxruntime.SessionOptions()
                options.intra_op_num_threads = self._threads
                try:
                    words = Tokenizer.from_buffer((self._folder / "tokenizer.json").read_bytes())
                    model = (self._folder / "model.onnx").read_bytes()
                    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
                except Exception as error:  # the libraries raise kinds of their own
                    raise Unavailable(
                        "model_missing", f"The reranker in {self._folder.name} cannot be read."
                    ) from error
                words.no_padding()
                words.enable_truncation(self._max_tokens, strategy="only_second")
                self._loaded = session, words
            return self._loaded


def _plain(text: str) -> str:
    """A text without lone surrogates, of a bounded length."""
    return text[:MAX_CHARACTERS].encode("utf-8", "replace").decode()
