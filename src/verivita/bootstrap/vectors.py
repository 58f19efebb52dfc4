"""VECTOR_URL and its companions -> the vector index: PostgreSQL alone, or several engines as one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from verivita.bootstrap import providers
from verivita.bootstrap.settings import Settings
from verivita.core.errors import Invalid
from verivita.engines.retrieval.ports import Filter, IdFilter, IdPairs, LexicalIndex, Partition, VectorIndex
from verivita.kit.db import Database
from verivita.kit.db.changes import Changes

POSTGRES, QDRANT, MILVUS, CHROMA = "pgvector", "qdrant", "milvus", "chroma"
_KINDS = {"qdrant": QDRANT, "qdrants": QDRANT, "milvus": MILVUS, "chroma": CHROMA, "chromas": CHROMA}
"""How an address begins -> the engine; http and https mean the engine that is wanted, at first Qdrant."""
_PLAIN = {"qdrant": "http", "qdrants": "https", "milvus": "http", "chroma": "http", "chromas": "https"}
_POSTINGS = "job_description"
_PRIVATE = ("passages",)
_PROBE = Partition(str(UUID(int=0)))


def index(settings: Settings, db: Database, changes: Changes, lexical: LexicalIndex) -> VectorIndex:
    """The vector index that the settings name. Raises `Invalid` for an address of an unknown kind."""
    prefix = settings.collection_prefix
    postgres = providers.postgres_vectors(db, changes, _passing(lexical, prefix), prefix)
    given = _addresses(settings)
    if not given:
        return postgres
    engines = {POSTGRES: postgres} | {name: _engine(name, address, settings) for name, address in given.items()}
    wanted = settings.vector_engine or next(iter(given))
    if wanted not in engines:
        raise Invalid("unknown_engine", f"VECTOR_URL names no {wanted}.", next="Give its address in VECTOR_URL.")
    return providers.routed_vectors(db, engines, wanted, POSTGRES, () if settings.vector_private else _PRIVATE)


def engines_said(settings: Settings) -> str:
    """Which engines the settings name, each server asked now. May raise `Invalid` and `Unavailable`."""
    found = [POSTGRES]
    for name, address in _addresses(settings).items():
        if _is_remote(address):
            asyncio.run(_asked(_engine(name, address, settings)))
        found.append(f"{name} ({'answers' if _is_remote(address) else 'in one process'})")
    return ", ".join(found)


async def _asked(engine: VectorIndex) -> None:
    try:
        await engine.count(_PROBE, "health")
    finally:
        await close(engine)


async def close(engine: object) -> None:
    """Close an engine, if it needs that."""
    ended = getattr(engine, "close", None)
    if ended is not None and isawaitable(done := ended()):
        await done


def _is_remote(address: str) -> bool:
    return address.partition(":")[2].startswith("//")


def _passing(
    lexical: LexicalIndex, prefix: str
) -> Callable[[Partition, str, Filter, int], Awaitable[IdPairs | None]] | None:
    """Postings have the same fields in the word index, which knows at once which few of them pass a filter."""
    if not isinstance(lexical, IdFilter):
        return None

    async def passing(partition: Partition, collection: str, where: Filter, most: int) -> IdPairs | None:
        is_posting = collection.removeprefix(prefix).split("/", 1)[0] == _POSTINGS
        return await lexical.passing(partition, where, most) if is_posting else None

    return passing


def _addresses(settings: Settings) -> dict[str, str]:
    """Engine -> address, as VECTOR_URL gives them, several separated by commas."""
    found: dict[str, str] = {}
    listed = settings.vector_url.get_secret_value() if settings.vector_url else ""
    for address in filter(None, (part.strip() for part in listed.split(","))):
        kind, _, rest = address.partition(":")
        name = _KINDS.get(kind, "")
        if kind in ("http", "https"):
            name = settings.vector_engine if settings.vector_engine in (MILVUS, CHROMA) else QDRANT
        if kind in ("pgvector", "postgres", "postgresql"):
            continue
        if not name or not rest:
            raise Invalid(
                "unknown_engine",
                "VECTOR_URL must begin with qdrant:, qdrants:, milvus:, chroma:, chromas:, http: or https:.",
                next="See docs/how-to/scale-out.md.",
            )
        found[name] = address
    return found


def _engine(name: str, address: str, settings: Settings) -> VectorIndex:
    key = settings.vector_api_key.get_secret_value() if settings.vector_api_key else None
    kind, _, rest = address.partition(":")
    is_remote, url = _is_remote(address), f"{_PLAIN.get(kind, kind)}:{rest}"
    if name in (MILVUS, CHROMA):
        made = providers.milvus_vectors if name == MILVUS else providers.chroma_vectors
        return made(url if is_remote else _file(rest, settings), key or "", settings.collection_prefix)
    if not is_remote:
        place: dict[str, Any] = {"location": rest} if rest == ":memory:" else {"path": _file(rest, settings)}
        return providers.qdrant_vectors(place, settings.collection_prefix)
    place = {
        "url": url,
        "port": urlsplit(url).port or 6333,
        "api_key": key,
        "timeout": 10,
        "check_compatibility": False,
    }
    return providers.qdrant_vectors(place, settings.collection_prefix)


def _file(path: str, settings: Settings) -> str:
    """A path on this machine; one that is not absolute lies in the data directory."""
    whole = Path(path) if Path(path).is_absolute() else settings.data_dir / path
    whole.parent.mkdir(parents=True, exist_ok=True)
    return str(whole)
