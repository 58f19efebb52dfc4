"""Files in memory: for tests and for trying things out."""

from __future__ import annotations


class MemoryStore:
    """Keeps bytes until the process ends."""

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}

    async def put(self, key: str, data: bytes) -> None:
        """Store or replace."""
        self._files[key] = bytes(data)

    async def get(self, key: str) -> bytes | None:
        """The bytes, or None."""
        return self._files.get(key)

    async def delete(self, key: str) -> None:
        """Remove; a missing key is fine."""
        self._files.pop(key, None)
