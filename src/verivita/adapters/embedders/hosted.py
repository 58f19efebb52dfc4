"""Sentence vectors from OpenAI and Gemini over their HTTP interfaces; unit length, of the length that is asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from verivita.core.errors import Unavailable
from verivita.engines.retrieval.ports import ModelInfo, Vector
from verivita.kit.http import Egress

BATCH = 64
OPENAI_MODEL = "text-embedding-3-small"
GEMINI_MODEL = "gemini-embedding-001"
OPENAI_URL = "https://api.openai.com/v1"
GEMINI_URL = "https://generativelanguage.googleapis.com"


class _Speech(Protocol):
    """How one provider is asked for vectors and how it answers."""

    longest: int
    """Bytes of a text that surely fit the model; the rest is cut off."""

    def asked(self, texts: Sequence[str], dimensions: int) -> tuple[str, Mapping[str, str], Any]:
        """Path, headers and body."""
        ...

    def rows(self, answer: Any) -> list[list[float]]:
        """The vectors, in the order of the texts. May raise LookupError, TypeError or ValueError."""
        ...


class HostedEmbedder:
    """Asks a provider for vectors. Texts leave this machine: it is used only where the owner chose it.

    Raises `Unavailable` (`embedder_failed`) when the provider refuses, or answers with something else.
    """

    def __init__(self, model: str, dimensions: int, url: str, speech: _Speech, egress: Egress) -> None:
        self._model = ModelInfo(model, "hosted", dimensions)
        self._url, self._speech, self._egress = url.rstrip("/"), speech, egress

    @property
    def model(self) -> ModelInfo:
        """What makes the vectors."""
        return self._model

    async def embed(self, texts: Sequence[str]) -> Vector:
        """Shape (len(texts), dimensions), rows of length 1, in the order given; an empty text gives a zero row."""
        found = np.zeros((len(texts), self._model.dimensions), np.float32)
        wanted = [number for number, text in enumerate(texts) if text.strip()]
        for start in range(0, len(wanted), BATCH):
            part = wanted[start : start + BATCH]
            found[part] = await self._batch([_cut(texts[number], self._speech.longest) for number in part])
        return found

    async def close(self) -> None:
        """Close every connection."""
        await self._egress.aclose()

    async def _batch(self, texts: Sequence[str]) -> Vector:
        path, headers, body = self._speech.asked(texts, self._model.dimensions)
        sent = {"content-type": "application/json", **headers}
        got = await self._egress.post(
            f"{self._url}{path}", json.dumps(body).encode(), headers=sent, max_bytes=50_000_000
        )
        if got.status != 200:
            raise self._failed(f"it answers with status {got.status}")
        try:
            rows = np.array(self._speech.rows(json.loads(got.body)), np.float32)
        except (LookupError, TypeError, ValueError) as error:
            raise self._failed("its answer cannot be read") from error
        if rows.shape != (len(texts), self._model.dimensions) or not np.isfinite(rows).all():
            raise self._failed("it answers with vectors of another length than was asked for")
        # Shortened vectors do not come with length 1.
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.where(lengths > 0, lengths, 1), np.float32)

    def _failed(self, why: str) -> Unavailable:
        return Unavailable(
            "embedder_failed",
            f"The encoder {self._model.name} gives no vectors: {why}.",
            next="Check its key and address in the settings.",
            retry_after=30,
        )


class OpenAiSpeech:
    """`POST /embeddings` with `dimensions`, as OpenAI and compatible servers know it."""

    longest = 24_000

    def __init__(self, key: str, model: str = OPENAI_MODEL) -> None:
        self._key, self._model = key, model

    def asked(self, texts: Sequence[str], dimensions: int) -> tuple[str, Mapping[str, str], Any]:
        """Path, headers and body."""
        body = {"model": self._model, "input": list(texts), "dimensions": dimensions, "encoding_format": "float"}
        return "/embeddings", {"authorization": f"Bearer {self._key}"}, body

    def rows(self, answer: Any) -> list[list[float]]:
        """The vectors by their index: the order of the list is not promised."""
        return [item["embedding"] for item in sorted(answer["data"], key=lambda item: item["index"])]


class GeminiSpeech:
    """`POST /v1beta/models/NAME:batchEmbedContents` with `outputDimensionality`."""

    longest = 6_000

    def __init__(self, key: str, model: str = GEMINI_MODEL) -> None:
        self._key, self._model = key, model

    def asked(self, texts: Sequence[str], dimensions: int) -> tuple[str, Mapping[str, str], Any]:
        """Path, headers and body."""
        name = f"models/{self._model}"
        requests = [
            {"model": name, "content": {"parts": [{"text": text}]}, "outputDimensionality": dimensions}
            for text in texts
        ]
        return f"/v1beta/{name}:batchEmbedContents", {"x-goog-api-key": self._key}, {"requests": requests}

    def rows(self, answer: Any) -> list[list[float]]:
        """The vectors, in order."""
        return [item["values"] for item in answer["embeddings"]]


def _cut(text: str, longest: int) -> str:
    return text.encode("utf-8", "replace")[:longest].decode("utf-8", "ignore")
