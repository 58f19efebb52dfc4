"""A file that is written for one answer, sent piece by piece and gone after that."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from tempfile import SpooledTemporaryFile
from typing import IO

from fastapi.responses import StreamingResponse

_IN_MEMORY = 16 * 2**20
_PIECE = 256 * 1024


async def download(write: Callable[[IO[bytes]], Awaitable[None]], name: str, media_type: str) -> StreamingResponse:
    """What `write` writes, as an attachment: in memory, or where it grows in a file that nobody else can open."""
    file: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed with the last piece
    try:
        await write(file)
    except BaseException:
        file.close()
        raise
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_pieces(file), media_type=media_type, headers=headers)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece
