"""Run a reader in a child process with limits on time, memory and output; kill it when it passes them."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass

from verivita.core.errors import Invalid
from verivita.engines.reading.ports import ReadText
from verivita.engines.reading.wire import PREFIX, frame, refusal, unpack

_CRASHES = {signal.SIGABRT, signal.SIGTRAP, signal.SIGILL, signal.SIGKILL}
"""Signals with which an allocator gives up; SIGKILL that we did not send comes from the system's memory guard."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may cost: seconds of CPU and of wall time, bytes of memory, of input and of output."""

    cpu_seconds: int = 20
    wall_seconds: float = 60.0
    memory_bytes: int = 512 * 1024 * 1024
    input_bytes: int = 64 * 1024 * 1024
    output_bytes: int = 48 * 1024 * 1024
    documents: int = 200
    """After so many documents the child is replaced by a fresh one."""


class Sandbox:
    """One warm child process; documents are read one after the other.

    The reader is named by a string, so the parent imports no document parser. After any breach or crash the child is
    gone, and the next document gets a fresh one.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._lock = asyncio.Lock()
        self._child: asyncio.subprocess.Process | None = None
        self._served = 0

    async def read(self, reader_path: str, data: bytes) -> ReadText:
        """Read `data` with the reader "module:Class".

        Raises `Invalid` (encrypted, damaged, empty, no_text, too_large, wrong_type, too_slow, too_much_memory).
        """
        if not data:
            raise Invalid("empty", "This file is empty.", next="Check that you picked the right file.")
        if len(data) > self._limits.input_bytes:
            raise refusal("too_large", "This file is too large to read.", "Upload a smaller file.")
        async with self._lock:
            body = await self._ask(reader_path, data)
        try:
            return unpack(body)
        except (ValueError, KeyError, TypeError, IndexError):
            raise _damaged() from None

    async def warm(self, reader_path: str) -> None:
        """Start the child and let it import the reader, before the first document comes."""
        async with self._lock:
            await self._ask(reader_path, b"")

    async def aclose(self) -> None:
        """End the child."""
        async with self._lock:
            await self._end()

    async def _ask(self, reader_path: str, data: bytes) -> bytes:
        try:
            child = await self._ready()
            body = await asyncio.wait_for(self._exchange(child, reader_path, data), self._limits.wall_seconds)
        except TimeoutError:
            await self._end()
            raise _too_slow() from None
        except (ConnectionError, asyncio.IncompleteReadError):
            raise self._reason(await self._end()) from None
        except BaseException:
            await self._end()
            raise
        self._served += 1
        if self._served >= self._limits.documents:
            await self._end()
        return body

    async def _exchange(self, child: asyncio.subprocess.Process, reader_path: str, data: bytes) -> bytes:
        if child.stdin is None or child.stdout is None:
            raise ConnectionError("the child has no pipes")
        child.stdin.write(frame(reader_path.encode()) + frame(data))
        await child.stdin.drain()
        size = int.from_bytes(await child.stdout.readexactly(PREFIX), "big")
        if size > self._limits.output_bytes:
            raise refusal("too_large", "This file holds too much text.", "Upload a shorter part of it.")
        return await child.stdout.readexactly(size)

    async def _ready(self) -> asyncio.subprocess.Process:
        if self._child is not None and self._child.returncode is None:
            return self._child
        self._served = 0
        self._child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "verivita.engines.reading.child",
            str(self._limits.cpu_seconds),
            str(self._limits.memory_bytes),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,
        )
        return self._child

    async def _end(self) -> int | None:
        """Kill the child and wait for it; the status with which it had ended by itself, if it had."""
        child, self._child = self._child, None
        if child is None:
            return None
        if child.stdin is not None:
            child.stdin.close()
        with suppress(TimeoutError):
            if child.returncode is None:
                await asyncio.wait_for(child.wait(), 0.5)
        killed = child.returncode is None
        if killed:
            with suppress(ProcessLookupError):
                child.kill()
        if child.stdout is not None:
            await child.stdout.read()  # what it had written already; else the pipe stays open
        await child.wait()
        return None if killed else child.returncode

    def _reason(self, status: int | None) -> Invalid:
        """Why a child that died in the middle of a document died."""
        number = -status if status is not None and status < 0 else 0
        if number == signal.SIGXCPU:
            return _too_slow()
        if number in _CRASHES:
            return Invalid(
                "too_much_memory", "Reading this file needs too much memory.", next="Upload a smaller or simpler file."
            )
        return _damaged()


def _environment() -> dict[str, str]:
    """The little that Python needs; none of the parent's secrets."""
    kept = {
        key: os.environ[key] for key in ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "VIRTUAL_ENV") if key in os.environ
    }
    return kept | {
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
    }


def _too_slow() -> Invalid:
    return Invalid("too_slow", "Reading this file takes too long.", next="Upload a shorter or simpler file.")


def _damaged() -> Invalid:
    return Invalid("damaged", "This file is damaged and cannot be read.", next="Save it again and upload the new file.")
