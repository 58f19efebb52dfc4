"""A file that was written for one answer, sent piece by piece and gone after that."""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO

from fastapi.responses import StreamingResponse

_IN_MEMORY = 16 * 2**20
_PIECE = 256 * 1024


def scratch() -> IO[bytes]:
    """A file in memory that moves to the disk when it grows; nobody else can open it."""
    return SpooledTemporaryFile(_IN_MEMORY)


def download(file: IO[bytes], name: str, media_type: str) -> StreamingResponse:
    """The whole of `file` as an attachment; the file is closed after its last piece."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_pieces(file), media_type=media_type, headers=headers)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece
