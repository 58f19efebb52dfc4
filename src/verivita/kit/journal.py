"""The last log lines of each process in the data directory, bounded in size, and the search through them."""

from __future__ import annotations

import contextlib
import fcntl
import heapq
import json
import os
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from uuid import UUID

from verivita.core.page import Page, PageRequest
from verivita.core.principal import Principal

LEVELS = ("debug", "info", "warning", "error", "critical")
_BLOCK = 64 * 1024
_OWN = frozenset(["timestamp", "level", "logger", "event", "request_id", "tenant", "person", "task_id", "trace"])


class Journal:
    """A text stream over `folder/role.jsonl`; when that holds half of `most` bytes it becomes `role.jsonl.1`.

    Several processes of one role may write at once. Files are readable by their owner alone. Trouble with the disk
    never reaches whoever logs: the line is lost here, and is still on standard error.
    """

    def __init__(self, folder: Path, role: str, most: int) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path, self._most = folder / f"{role}.jsonl", most // 2
        self._file = self._open()

    def write(self, line: str) -> int:
        """Add a line, whole."""
        data = line.encode("utf-8", "replace")
        with contextlib.suppress(OSError, ValueError):
            if os.fstat(self._file).st_size + len(data) > self._most:
                self._turn()
            os.write(self._file, data)
        return len(line)

    def flush(self) -> None:
        """Everything is with the system already."""

    def close(self) -> None:
        """Write no more."""
        with contextlib.suppress(OSError):
            os.close(self._file)
        self._file = -1

    def _open(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def _turn(self) -> None:
        """Begin a new file, unless another process of this role just did."""
        with _locked(self._path.with_suffix(".lock")):
            if self._path.exists() and os.path.samestat(self._path.stat(), os.fstat(self._file)):
                self._path.replace(self._path.with_name(f"{self._path.name}.1"))
            fresh = self._open()
        os.close(self._file)
        self._file = fresh


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line: when, how grave, in which process, what; who and which request, task and trace, where known."""

    at: datetime
    level: str
    role: str
    event: str
    logger: str = ""
    request_id: str = ""
    task_id: str = ""
    trace: str = ""
    tenant: str = ""
    person: str = ""
    about: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WantedLines:
    """What to look for: `level` is the least; the others must be equal where given, `words` within the event."""

    level: str = "debug"
    role: str = ""
    person: str = ""
    request_id: str = ""
    task_id: str = ""
    trace: str = ""
    words: str = ""


def search(folder: Path, wanted: WantedLines) -> Iterator[LogLine]:
    """Lines of every process of this machine, newest first."""
    roles = sorted(path.name.removesuffix(".jsonl") for path in folder.glob("*.jsonl"))
    each = [_of_role(folder, role, wanted) for role in roles if wanted.role in ("", role)]
    return heapq.merge(*each, key=lambda line: line.at, reverse=True)


class LogLines:
    """The kept lines, for owners and admins: those of their own tenant.

    Lines of no tenant are about the installation; they are for the tenant that `home` names, which is that of its
    owner.
    """

    def __init__(self, folder: Path, home: Callable[[], Awaitable[UUID]]) -> None:
        self._folder, self._home = folder, home

    async def page(self, principal: Principal, wanted: WantedLines, request: PageRequest) -> Page[LogLine]:
        """Lines newest first. Raises `Denied` unless the caller is an owner or admin."""
        import asyncio

        principal.require_admin()
        seen = {str(principal.tenant_id)} | ({""} if await self._home() == principal.tenant_id else set())

        def read() -> tuple[list[LogLine], int]:
            mine = (line for line in search(self._folder, wanted) if line.tenant in seen)
            skipped = sum(1 for _ in islice(mine, (request.page - 1) * request.limit))
            found = list(islice(mine, request.limit))
            return found, skipped + len(found) + sum(1 for _ in mine)

        found, total = await asyncio.to_thread(read)
        return Page(found, total, request.page, request.limit)


def _of_role(folder: Path, role: str, wanted: WantedLines) -> Iterator[LogLine]:
    least = LEVELS.index(wanted.level)
    needles = [one.encode() for one in (wanted.person, wanted.request_id, wanted.task_id, wanted.trace) if one]
    for path in (folder / f"{role}.jsonl", folder / f"{role}.jsonl.1"):
        for raw in _backwards(path):
            if any(needle not in raw for needle in needles):
                continue
            line = _parsed(raw, role)
            if line is not None and _is_wanted(line, wanted, least):
                yield line


def _is_wanted(line: LogLine, wanted: WantedLines, least: int) -> bool:
    same = all(
        given in ("", here)
        for given, here in (
            (wanted.person, line.person),
            (wanted.request_id, line.request_id),
            (wanted.task_id, line.task_id),
            (wanted.trace, line.trace),
        )
    )
    grave = LEVELS.index(line.level) >= least if line.level in LEVELS else True
    return same and grave and wanted.words.lower() in line.event.lower()


def _parsed(raw: bytes, role: str) -> LogLine | None:
    try:
        found = json.loads(raw)
        at = datetime.fromisoformat(found["timestamp"])
    except (ValueError, KeyError, TypeError):
        return None  # half a line, from a process that was killed
    named = {name: str(found.get(name, "")) for name in _OWN - {"timestamp"}}
    return LogLine(at=at, role=role, about={k: v for k, v in found.items() if k not in _OWN}, **named)


def _backwards(path: Path) -> Iterator[bytes]:
    """The lines of a file from its end, a block at a time; none where there is no such file."""
    try:
        file = path.open("rb")
    except OSError:
        return
    with file:
        place, rest = file.seek(0, os.SEEK_END), b""
        while place > 0:
            size = min(_BLOCK, place)
            place -= size
            file.seek(place)
            head, *lines = (file.read(size) + rest).split(b"\n")
            yield from (line for line in reversed(lines) if line)
            rest = head
        if rest:
            yield rest


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
