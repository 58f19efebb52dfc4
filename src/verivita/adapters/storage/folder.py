"""A folder as a store of files: one file a key, written whole or not at all."""

from __future__ import annotations

import asyncio
import errno
import os
import re
import secrets
from pathlib import Path

from verivita.core.errors import StorageFull, Unavailable

_KEY = re.compile(r"[A-Za-z0-9-]+(/[A-Za-z0-9-]+)*")


class FolderStore:
    """Files below `root`; keys are slash-separated words of letters, digits and hyphens."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, key: str, data: bytes) -> None:
        """Store or replace; on disk when this returns. Raises `StorageFull` or `Unavailable`."""
        await asyncio.to_thread(self._put, self._path(key), data)

    async def get(self, key: str) -> bytes | None:
        """The bytes, or None."""
        return await asyncio.to_thread(_read, self._path(key))

    async def delete(self, key: str) -> None:
        """Remove; a missing key is fine."""
        await asyncio.to_thread(self._path(key).unlink, missing_ok=True)

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"not a storage key: {key!r}")
        return self._root / key

    def _put(self, path: Path, data: bytes) -> None:
        draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError as error:
            draft.unlink(missing_ok=True)
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StorageFull(message="The disk that holds the files is full.") from error
            raise Unavailable("storage_unavailable", "The folder for files cannot be written.") from error


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
