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

from verivita.bootstrap import container as made
from verivita.bootstrap import demo
from verivita.bootstrap.database import Located, locate, private_server
from verivita.core.errors import Unavailable
from verivita.features.identity import NOBODY
from verivita.kit import logs
from verivita.kit.supervise import Role, Supervisor

if TYPE_CHECKING:
    from verivita.bootstrap.settings import Settings

_READY_WITHIN_S = 60.0


def run(settings: Settings) -> int:
    """Run until a signal comes; the exit code. Raises `Unavailable` when another `up` holds the data directory."""
    logs.configure(as_json=_as_json(settings), level=settings.log_level)
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _only_one(settings):
        require_free(settings.host, settings.port, "VERIVITA_PORT")
        require_free(settings.ml_host, settings.ml_port, "VERIVITA_ML_PORT")
        found = locate(settings)
        try:
            return asyncio.run(_run(settings, found))
        finally:
            if found.server is not None:
                found.server.stop()


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


async def _run(settings: Settings, found: Located) -> int:
    secret = await _prepare(settings, found)
    command = [sys.executable, "-m", "verivita"]
    # Quiet by default: the first thing to read on this terminal is the address.
    env = {} if "log_level" in settings.model_fields_set else {"VERIVITA_LOG_LEVEL": "WARNING"}
    roles = [Role(name, [*command, name], env) for name in ("ml", "worker", "api")]
    supervisor = Supervisor(roles, prefix=_as_json(settings) is not True)
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, supervisor.stop)
    watch = asyncio.create_task(found.server.watch()) if found.server is not None else None
    tell = asyncio.create_task(_tell(settings, secret))
    try:
        await supervisor.run()
    except Unavailable as error:
        print(f"verivita: {error.message}", file=sys.stderr)  # noqa: T201 - this is the terminal's last word
        return 6
    finally:
        for task in (tell, watch):
            if task is not None:
                task.cancel()
        await asyncio.gather(*(task for task in (tell, watch) if task), return_exceptions=True)
    return 0


async def _prepare(settings: Settings, found: Located) -> str:
    """Make the owner, the example on a fresh installation, and a one-time link; the link's secret."""
    container = made.build(settings, found.url)
    try:
        owner = await container.identity.owner(NOBODY)
        if settings.demo and await demo.is_wanted(container, owner):
            await demo.add(container, owner)
        return (await container.identity.owner_link(owner)).secret
    finally:
        await container.aclose()


async def _tell(settings: Settings, secret: str) -> None:
    """Say where the pages are, once they answer."""
    base = enter_url(settings.host, settings.port, "").split("/enter")[0]
    start = time.monotonic()
    while time.monotonic() - start < _READY_WITHIN_S:
        if await asyncio.to_thread(_answers, f"{base}/ready"):
            lines = (
                "",
                f"  Verivita is ready at {base}/",
                f"  Sign in with this link, once, within the hour:  {enter_url(settings.host, settings.port, secret)}",
                f"  Data: {settings.data_dir}   Stop: Ctrl+C, or `verivita down`",
                "",
            )
            print("\n".join(lines), flush=True)  # noqa: T201 - what `up` is for
            return
        await asyncio.sleep(0.1)


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
