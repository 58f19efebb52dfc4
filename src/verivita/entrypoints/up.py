"""All roles on one machine: database, ml, worker, api as watched child processes."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import json
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

from verivita.bootstrap.resolved import require_safe
from verivita.core.errors import Unavailable
from verivita.kit import logs
from verivita.kit.supervise import Role, Supervisor

if TYPE_CHECKING:
    from verivita.bootstrap.database import Located
    from verivita.bootstrap.settings import Settings

_READY_WITHIN_S = 60.0


def run(settings: Settings) -> int:
    """Run until a signal comes; the exit code. Raises `Unavailable` when another `up` holds the data directory."""
    logs.configure(as_json=_as_json(settings), level=settings.log_level)
    require_safe(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _only_one(settings):
        require_free(settings.host, settings.port, "VERIVITA_PORT")
        require_free(settings.ml_host, settings.ml_port, "VERIVITA_ML_PORT")
        try:
            return asyncio.run(_run(settings))
        finally:
            if settings.database_url is None and settings.postgres_dir.exists():
                from verivita.bootstrap.database import private_server

                private_server(settings).stop()


def stop(settings: Settings) -> list[str]:
    """End the `up` of this data directory and its private database; what was done, line by line."""
    done = []
    pid = _running(settings)
    if pid is not None:
        os.kill(pid, signal.SIGTERM)
        for _ in range(400):
            if _running(settings) is None:
                break
            time.sleep(0.1)
        done.append(f"Stopped the processes of {settings.data_dir}.")
    from verivita.bootstrap.database import private_server

    server = private_server(settings)
    if settings.database_url is None and settings.postgres_dir.exists() and server.running():
        server.stop()
        done.append("Stopped the private database.")
    return done or ["Nothing was running."]


def enter_url(host: str, port: int, secret: str) -> str:
    """The address that signs the owner in once."""
    shown = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104 - compared, not listened on
    return f"http://{shown}:{port}/enter?token={secret}"


def require_free(host: str, port: int, variable: str) -> None:
    """Raise `Unavailable` when we cannot listen there; `variable` is the setting that chooses another port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            said = "is in use by another program" if error.errno == errno.EADDRINUSE else "cannot be listened on"
            raise Unavailable(
                "port_taken", f"Port {port} on {host} {said}.", next=f"Choose another one with {variable}."
            ) from None


async def _run(settings: Settings) -> int:
    ready = asyncio.Event()
    supervisor = Supervisor(_roles(settings, ready), prefix=_as_json(settings) is not True)
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, supervisor.stop)
    prepared = asyncio.create_task(_prepare(settings))
    if not settings.key_file.exists():
        await prepared  # one process alone makes the key, the tables and the owner
    # On a later start the children come up while the database does: each waits for it by itself.
    running = asyncio.create_task(supervisor.run())
    beside = [asyncio.create_task(work) for work in (_tell(settings, prepared, ready), _watch(prepared))]
    try:
        await asyncio.wait((prepared, running), return_when=asyncio.FIRST_COMPLETED)
        if prepared.done() and prepared.exception() is not None:
            supervisor.stop()
            await asyncio.wait((running,))
            await prepared
        return await _ended(running)
    finally:
        for task in (*beside, prepared):
            task.cancel()
        await asyncio.gather(*beside, prepared, return_exceptions=True)


async def _ended(running: asyncio.Task[None]) -> int:
    try:
        await running
    except Unavailable as error:
        print(f"verivita: {error.message}", file=sys.stderr)  # noqa: T201 - this is the terminal's last word
        return 6
    return 0


def _roles(settings: Settings, ready: asyncio.Event) -> list[Role]:
    """What runs, in the order of the start; the worker leaves the processors to the first answer."""
    command = [sys.executable, "-m", "verivita"]
    # Quiet by default: the first thing to read on this terminal is the address.
    env = {} if "log_level" in settings.model_fields_set else {"VERIVITA_LOG_LEVEL": "WARNING"}
    return [
        Role("ml", [*command, "ml"], env),
        Role("worker", [*command, "worker"], env, after=ready.wait),
        Role("api", [*command, "api"], env),
    ]


async def _prepare(settings: Settings) -> tuple[Located, str]:
    """Have the database up and the owner in it: where it is, and the secret of a one-time link."""
    from verivita.bootstrap.database import locate

    found = await asyncio.to_thread(locate, settings)
    from verivita.bootstrap.owner import welcome

    return found, await welcome(settings, found.url)


async def _watch(prepared: asyncio.Task[tuple[Located, str]]) -> None:
    """Start the private database again whenever it dies."""
    found, _ = await asyncio.shield(prepared)
    if found.server is not None:
        await found.server.watch()


async def _tell(settings: Settings, prepared: asyncio.Task[tuple[Located, str]], ready: asyncio.Event) -> None:
    """Say where the pages are, once they answer."""
    _, secret = await asyncio.shield(prepared)
    base = enter_url(settings.host, settings.port, "").split("/enter")[0]
    start = time.monotonic()
    while time.monotonic() - start < _READY_WITHIN_S:
        if await asyncio.to_thread(_answers, f"{base}/ready"):
            ready.set()
            lines = (
                "",
                f"  Verivita is ready at {base}/",
                f"  Sign in with this link, once, within the hour:  {enter_url(settings.host, settings.port, secret)}",
                f"  Data: {settings.data_dir}   Stop: Ctrl+C, or `verivita down`",
                "",
            )
            print("\n".join(lines), flush=True)  # noqa: T201 - what `up` is for
            return
        await asyncio.sleep(0.05)
    ready.set()


def _answers(url: str) -> bool:
    # Our own loopback address, before any service of ours exists to ask through.
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:  # noqa: S310 - the scheme is fixed above
            return int(answer.status) == 200
    except (urllib.error.URLError, OSError):
        return False


@contextlib.contextmanager
def _only_one(settings: Settings) -> Iterator[None]:
    path = settings.data_dir / "up.lock"
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unavailable(
                "already_running",
                f"Verivita runs already for {settings.data_dir}.",
                next="Open it in the browser, or stop it with `verivita down`.",
            ) from None
        _write(file, {"pid": os.getpid()})
        yield


def _running(settings: Settings) -> int | None:
    path = settings.data_dir / "up.lock"
    with contextlib.suppress(OSError, ValueError, KeyError), path.open("r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(json.load(file)["pid"])
    return None


def _write(file: TextIO, content: dict[str, int]) -> None:
    file.seek(0)
    file.truncate()
    json.dump(content, file)
    file.flush()


def _as_json(settings: Settings) -> bool | None:
    return {"json": True, "console": False}.get(settings.log_format)
