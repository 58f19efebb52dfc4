"""A place for files: bytes under a key."""

from __future__ import annotations

from typing import Protocol


class BlobStore(Protocol):
    """Bytes under a key. May raise `Unavailable`, and `StorageFull` when there is no room."""

    async def put(self, key: str, data: bytes) -> None:
        """Store or replace, whole or not at all; on disk when this returns."""
        ...

    async def get(self, key: str) -> bytes | None:
        """The bytes, or None."""
        ...

    async def delete(self, key: str) -> None:
        """Remove; a missing key is fine."""
        ...
