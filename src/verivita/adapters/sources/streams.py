"""Bytes or a file as a bounded, unpacked stream of bytes or lines."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from verivita.core.errors import Invalid

MAX_BYTES = 2 * 1024**3
"""A file is read to this many unpacked bytes, then refused: a packed file may claim any size."""
MAX_LINE = 8 * 1024**2
_BLOCK = 1 << 16
_HEAD = 1 << 16


class _Bounded(io.RawIOBase):
    """A stream that refuses to give more than `MAX_BYTES`."""

    def __init__(self, inner: BinaryIO, source: BinaryIO) -> None:
        self._inner = inner
        self._source = source
        self._left = MAX_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        try:
            block = self._inner.read(min(len(view), self._left + 1))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise Invalid("unreadable", "The packed file is damaged.", next="Pack it again.") from error
        self._left -= len(block)
        if self._left < 0:
            raise Invalid("too_large", f"The file unpacks to more than {MAX_BYTES // 1024**2} MB.", next="Split it.")
        view[: len(block)] = block
        return len(block)

    def close(self) -> None:
        self._inner.close()
        self._source.close()
        super().close()


def open_stream(data: bytes | Path) -> io.BufferedReader:
    """The unpacked bytes of `data` as a buffered stream. Raises `Invalid` on reading a damaged or endless archive."""
    source: BinaryIO = io.BytesIO(data) if isinstance(data, bytes) else data.open("rb")
    if source.read(2) == b"\x1f\x8b":
        source.seek(0)
        return io.BufferedReader(_Bounded(cast(BinaryIO, gzip.GzipFile(fileobj=source)), source), _BLOCK)
    source.seek(0)
    return io.BufferedReader(_Bounded(source, source), _BLOCK)


def read_head(data: bytes | Path, size: int = _HEAD) -> bytes:
    """The first unpacked bytes, for telling what a file is."""
    with open_stream(data) as stream:
        return stream.read(size)


def encoding_of(head: bytes) -> str:
    """The encoding that the first bytes show: UTF-8 unless a mark or impossible bytes say otherwise."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if head.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    try:
        head[: -4 if len(head) >= _HEAD else None].decode("utf-8")
    except UnicodeDecodeError as error:
        # A few broken bytes in UTF-8 are replaced; a text of another encoding fails early and often.
        bad = sum(1 for byte in head[error.start :] if byte >= 0x80)
        return "cp1252" if bad and _fails_often(head) else "utf-8"
    return "utf-8"


def _fails_often(head: bytes) -> bool:
    decoded = head.decode("utf-8", "replace")
    return decoded.count("\ufffd") * 2 > sum(1 for c in decoded if ord(c) > 127)


def lines(data: bytes | Path) -> Iterator[tuple[int, str | None]]:
    """Number and text of every line; None for a line above `MAX_LINE`, which is skipped without being held."""
    encoding = encoding_of(read_head(data))
    with open_stream(data) as stream:
        if encoding == "utf-16":
            yield from enumerate(io.TextIOWrapper(stream, "utf-16", errors="replace"), 1)
            return
        number = 0
        while block := stream.readline(MAX_LINE):
            number += 1
            if len(block) == MAX_LINE and not block.endswith(b"\n"):
                while (rest := stream.readline(MAX_LINE)) and not rest.endswith(b"\n"):
                    pass
                yield number, None
                continue
            yield number, block.decode("utf-8" if encoding == "utf-8-sig" else encoding, "replace").lstrip("\ufeff")
