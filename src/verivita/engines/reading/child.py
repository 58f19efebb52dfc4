"""The child process of the sandbox: sets its own limits, then reads one document after the other.

Started as `python -m verivita.engines.reading.child CPU_SECONDS MEMORY_BYTES`. Stdin carries two frames for each
document (the reader as "module:Class", then the bytes), stdout one frame back.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import BinaryIO

from verivita.core.errors import Invalid
from verivita.engines.reading.ports import TextReader
from verivita.engines.reading.wire import PREFIX, frame, pack, pack_error


def load(path: str) -> TextReader:
    """The reader named by "module:Class"; only this package's own readers, or those of a test, are ever named."""
    module, _, name = path.partition(":")
    reader: TextReader = getattr(importlib.import_module(module), name)()
    return reader


def answer(path: str, data: bytes) -> bytes:
    """One document to one frame's body; every failure becomes a refusal with a stable code."""
    try:
        return pack(load(path).read(data))
    except Invalid as error:
        return pack_error(error)
    except MemoryError:
        return pack_error(
            Invalid("too_much_memory", "Reading this file needs too much memory.", next="Upload a smaller file.")
        )
    except Exception as error:
        # The type alone: the words of the error may hold private text.
        print(f"reader failed: {type(error).__name__}", file=sys.stderr)  # noqa: T201
        return pack_error(
            Invalid(
                "damaged", "This file is damaged and cannot be read.", next="Save it again and upload the new file."
            )
        )


def serve(source: BinaryIO, sink: BinaryIO, cpu_seconds: int) -> None:
    """Answer until the source ends; the allowance of CPU time starts anew with each document."""
    while True:
        path = _receive(source)
        if path is None:
            return
        data = _receive(source)
        if data is None:
            return
        _allow(cpu_seconds)
        if not data:
            _warm(path.decode())
            sink.write(frame(b"{}"))
        else:
            sink.write(frame(answer(path.decode(), data)))
        sink.flush()


def _warm(path: str) -> None:
    """Import what the reader needs, so that the first document does not pay for it."""
    from contextlib import suppress

    with suppress(Exception):
        load(path).read(b"%PDF-1.4\n%warm\n")


def _receive(source: BinaryIO) -> bytes | None:
    head = source.read(PREFIX)
    if len(head) < PREFIX:
        return None
    size = int.from_bytes(head, "big")
    body = source.read(size)
    return body if len(body) == size else None


def limit(memory_bytes: int) -> None:
    """No core dumps, no files written, no more memory than allowed."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


def _allow(cpu_seconds: int) -> None:
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (spent + cpu_seconds, hard))


def main() -> None:
    """Take the pipes, shut stray writers out of stdout, set the limits, serve."""
    source = os.fdopen(os.dup(0), "rb")
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not mix with the frames
    limit(int(sys.argv[2]))
    serve(source, sink, int(sys.argv[1]))


if __name__ == "__main__":
    main()
