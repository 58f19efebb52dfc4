"""Parts that have stopped, and clients of a product that has them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from verivita.bootstrap import providers, vectors
from verivita.bootstrap.container import Container, build
from verivita.core.errors import Unavailable
from verivita.engines.retrieval.ports import ModelInfo
from verivita.entrypoints import asgi


class Down:
    """A dependency that has stopped: whatever it is asked, it does not answer."""

    model = ModelInfo("hashing", "float32", 384)

    def __init__(self, error: type[Exception] = Unavailable) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        async def refuse(*args: object, **more: object) -> None:
            raise self._error

        return refuse


@asynccontextmanager
async def lame_client(
    whole: Container, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the same product, whose encoder and vector index have stopped."""
    monkeypatch.setattr(providers, "embedder", lambda *_: Down())
    monkeypatch.setattr(vectors, "index", lambda *_: Down())
    container = build(whole.settings, whole.url)
    transport = httpx2.ASGITransport(asgi.build(container), raise_app_exceptions=False)
    try:
        async with httpx2.AsyncClient(
            transport=transport, base_url="http://localhost:8080", headers=client.headers
        ) as lame:
            yield lame
    finally:
        await container.db.aclose()
