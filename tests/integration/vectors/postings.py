"""Postings in an installation, and the same installation with other settings."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from pydantic import SecretStr

from tests.integration.database.rows import quiet
from verivita.bootstrap.container import Container, build
from verivita.bootstrap.settings import Settings
from verivita.core.principal import Principal
from verivita.engines.retrieval.ports import Partition
from verivita.features.postings import description_collection
from verivita.features.search import SearchRequest

TRADES = ("baker of bread", "night nurse", "welder of frames", "payroll clerk", "backend engineer", "tram driver")


def lines(first: int, last: int) -> bytes:
    """Postings `first` to `last` as JSON lines."""
    rows = []
    for n in range(first, last):
        trade = TRADES[n % len(TRADES)]
        text = f"Firm {n} in town {n} looks for a {trade}. " + " ".join(f"{word}{n}" for word in trade.split() * 4)
        rows.append({"id": f"r{n}", "title": f"{trade} {n}", "company": f"Firm {n}", "description": text})
    return "\n".join(map(json.dumps, rows)).encode()


async def filled(container: Container, owner: Principal, first: int = 0, last: int = 12) -> None:
    """Import and index them."""
    await container.postings.import_file(owner, f"{first}-{last}.jsonl", lines(first, last), quiet)
    await container.postings.index(owner, quiet)


@asynccontextmanager
async def with_engines(settings: Settings, url: str, address: str, **more: Any) -> AsyncIterator[Container]:
    """The same installation with VECTOR_URL set."""
    made = build(settings.model_copy(update={"vector_url": SecretStr(address), **more}), url)
    try:
        yield made
    finally:
        await made.aclose()


async def found(container: Container, owner: Principal, query: str = "night nurse") -> list[UUID]:
    """Ids in the order of the vector leg and the word leg together."""
    result = await container.search.postings(owner, SearchRequest(query))
    assert result.mode == "hybrid", result.legs
    return [hit.id for hit in result.found.items]


def place(container: Container, owner: Principal) -> tuple[Partition, str]:
    """Whose vectors, and the collection of postings."""
    return Partition(str(owner.tenant_id)), description_collection(container.embedder.model)
