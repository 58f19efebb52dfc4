"""Watched child processes: start roles, pass on what they say, start them again when they die, stop them in order."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from verivita.core.errors import Unavailable

_LONGEST_LINE = 64 * 1024
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Role:
    """One child process: a name for people, its command, what to add to the environment, and what its birth awaits."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    after: Callable[[], Awaitable[object]] | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """Times in seconds: a life below `quick` is a quick death; after `quick_deaths` in a row we give up.

    A child that was killed with SIGKILL did not fail by itself (an operator, or memory ran out): it is started again
    after a growing pause, however often that happens. The pause before the n-th restart in a row is
    `pause * 2 ** (n - 1)`, at most `longest_pause`. On stopping, all
    children together have `drain` seconds before they are killed.
    """

    quick: float = 10.0
    quick_deaths: int = 5
    pause: float = 0.5
    longest_pause: float = 30.0
    drain: float = 30.0


@dataclass(slots=True)
class _Child:
    role: Role
    process: asyncio.subprocess.Process | None = None
    quick_deaths: int = 0
    faults: int = 0
    restarts: int = 0
    last_lines: deque[str] = field(default_factory=lambda: deque(maxlen=8))


class Supervisor:
    """Runs roles in the order given and stops them in the opposite order.

    What the children print goes line by line to `say`, with the role's name in front where `prefix` is set; leave it
    off where every line must stay the JSON that it is.
    """

    def __init__(
        self,
        roles: Sequence[Role],
        *,
        patience: Patience | None = None,
        say: Callable[[str], None] | None = None,
        prefix: bool = True,
    ) -> None:
        self._children = [_Child(role) for role in roles]
        self._patience = patience or Patience()
        self._say = say or _print
        self._width = max((len(role.name) for role in roles), default=0) if prefix else 0
        self._stopping = asyncio.Event()
        self._hurry = asyncio.Event()

    @property
    def pids(self) -> dict[str, int]:
        """The process ids of the children that live now, by role."""
        alive = ((c.role.name, c.process) for c in self._children)
        return {name: process.pid for name, process in alive if process is not None and process.returncode is None}

    @property
    def restarts(self) -> dict[str, int]:
        """How often each role was started again."""
        return {c.role.name: c.restarts for c in self._children}

    def stop(self) -> None:
        """Ask for an orderly stop; asking twice kills what still runs."""
        if self._stopping.is_set():
            self._hurry.set()
        self._stopping.set()

    async def run(self) -> None:
        """Keep the roles alive until `stop`, SIGINT or SIGTERM, then stop them.

        Raises `Unavailable` (code `role_keeps_dying`) when a role dies too often too quickly; the others are stopped.
        Runs in the main thread, whose end the children notice.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.stop)
        stop = asyncio.create_task(self._stopping.wait())
        keepers = [asyncio.create_task(self._keep(child)) for child in self._children]
        try:
            done, _ = await asyncio.wait([stop, *keepers], return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._stopping.set()
            await self._stop_all()
            stop.cancel()
            await asyncio.gather(stop, *keepers, return_exceptions=True)
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)
        for task in done - {stop}:
            task.result()

    async def _keep(self, child: _Child) -> None:
        if child.role.after is not None:
            waits = (asyncio.ensure_future(child.role.after()), asyncio.ensure_future(self._stopping.wait()))
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()
        while not self._stopping.is_set():
            born = time.monotonic()
            code = await self._live(child)
            if self._stopping.is_set():
                return
            quick = time.monotonic() - born < self._patience.quick
            child.quick_deaths = child.quick_deaths + 1 if quick else 0
            child.faults = child.faults + (code != -signal.SIGKILL) if quick else 0
            if child.faults >= self._patience.quick_deaths:
                raise self._gave_up(child, code)
            pause = min(self._patience.longest_pause, self._patience.pause * 2 ** max(0, child.quick_deaths - 1))
            self._tell(child, f"ended ({_exit(code)}); starting it again in {pause:g} s")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            child.restarts += 1

    async def _live(self, child: _Child) -> int:
        # A pipe of our own: asyncio's would make `wait` last until grandchildren have closed it too.
        reading, writing = os.pipe()
        pump = asyncio.create_task(self._pump(child, reading))
        try:
            process = await asyncio.create_subprocess_exec(
                *child.role.argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=writing,
                stderr=writing,
                env={**os.environ, **child.role.env},
                start_new_session=True,  # a Ctrl-C in the terminal comes to us alone, and we stop in order
                preexec_fn=_die_with_parent(),
            )
        except OSError as error:
            self._pass_on(child, f"cannot be started: {error}")
            process = None
        finally:
            os.close(writing)
        if process is None:
            await pump
            return 127
        child.process = process
        if self._stopping.is_set():  # the wish to stop came while it was being born: it has nothing to finish
            process.kill()
        code = await process.wait()
        _end_group(process.pid)
        await asyncio.wait([pump], timeout=1.0)  # what it said last
        pump.cancel()
        await asyncio.gather(pump, return_exceptions=True)
        return code

    async def _pump(self, child: _Child, reading: int) -> None:
        stream = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(reading, "rb", buffering=0)
        )
        rest = b""
        try:
            while piece := await stream.read(_LONGEST_LINE):
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    self._pass_on(child, line.decode("utf-8", "replace"))
                if len(rest) > _LONGEST_LINE:
                    self._pass_on(child, rest.decode("utf-8", "replace"))
                    rest = b""
            if rest:
                self._pass_on(child, rest.decode("utf-8", "replace"))
        finally:
            transport.close()

    def _pass_on(self, child: _Child, line: str) -> None:
        child.last_lines.append(line)
        self._tell(child, line)

    def _tell(self, child: _Child, line: str) -> None:
        self._say(f"{child.role.name:<{self._width}} | {line}" if self._width else line)

    async def _stop_all(self) -> None:
        deadline = time.monotonic() + self._patience.drain
        for child in reversed(self._children):
            process = child.process
            if process is None or process.returncode is not None:
                continue
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            if not await self._drained(process, deadline - time.monotonic()):
                self._tell(child, "did not stop in time and is killed")
                with contextlib.suppress(ProcessLookupError):
                    process.kill()

    async def _drained(self, process: asyncio.subprocess.Process, within: float) -> bool:
        ended = asyncio.create_task(process.wait())
        hurry = asyncio.create_task(self._hurry.wait())
        await asyncio.wait([ended, hurry], timeout=max(0.0, within), return_when=asyncio.FIRST_COMPLETED)
        hurry.cancel()
        drained = ended.done()
        ended.cancel()
        await asyncio.gather(ended, hurry, return_exceptions=True)
        return drained

    def _gave_up(self, child: _Child, code: int) -> Unavailable:
        words = "\n".join(child.last_lines) or "it said nothing"
        return Unavailable(
            "role_keeps_dying",
            f"{child.role.name} died {child.faults} times in a row, last with {_exit(code)}. Its last words: {words}",
            next="Read those words; `verivita doctor` checks the usual causes.",
        )


def _exit(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _end_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _die_with_parent() -> Callable[[], None] | None:
    """What the child does first on Linux: ask the kernel to kill it when we die. Elsewhere None."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)  # loaded before the fork: the child must not take locks
    parent = os.getpid()

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return ask
