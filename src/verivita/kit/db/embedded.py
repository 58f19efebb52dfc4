"""A private PostgreSQL for one machine: find the binaries, make the cluster, start, watch, stop.

Used when no DATABASE_URL is given. Several of our processes share one server; a file lock orders who starts it.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import psycopg

from verivita.core.errors import StorageFull, Unavailable, VerivitaError
from verivita.kit.db import cluster
from verivita.kit.db.binaries import NEXT_STEP, Binaries, find_binaries
from verivita.kit.db.run_as import RunAs, choose, clean_env, reachable

StopMode = Literal["smart", "fast", "immediate"]

# For a laptop: little memory, quick reads from a solid disk, no compiler. Rows never appear in the log (terse).
DEFAULTS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "512MB",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_line_prefix": "%m [%p] ",
    "logging_collector": "off",
    "ssl": "off",
}
_TRIES = 6
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Dsn:
    """How to reach a database as its superuser, on the loopback interface."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str = "postgres"

    def url(self, database: str | None = None, scheme: str = "postgresql") -> str:
        """The address as a URL, of this database or another one of the same server."""
        name = quote(database or self.database, safe="")
        return f"{scheme}://{quote(self.user, safe='')}:{quote(self.password, safe='')}@{self.host}:{self.port}/{name}"


class EmbeddedPostgres:
    """The PostgreSQL server whose files lie in `data_dir`.

    `binaries` is a folder with the programs (else they are looked for), `options` are server settings that overrule
    `DEFAULTS`, `run_as` overrules the choice of user.
    """

    def __init__(
        self,
        data_dir: Path,
        binaries: Path | None = None,
        options: Mapping[str, str] | None = None,
        *,
        run_as: RunAs | None = None,
        ready_within: float = 30.0,
    ) -> None:
        self._files = cluster.Files(data_dir.expanduser().absolute())
        self._given = binaries
        self._options = {**DEFAULTS, **(options or {})}
        self._run_as = run_as
        self._ready_within = ready_within
        self._stopped = threading.Event()
        self.started_here = False

    def start(self) -> Dsn:
        """Make sure that the server runs, and say where. Does nothing to a server that runs already.

        `started_here` tells afterwards whether this object started it. Raises `Unavailable` with what the server said.
        """
        self._stopped.clear()
        with self._alone():
            return self._start()

    def running(self) -> bool:
        """True while the server of this data directory lives, whoever started it."""
        return cluster.postmaster(self._files) is not None

    def url(self, database: str = "postgres") -> str:
        """The address of a database of the running server; raises `Unavailable` when it does not run."""
        server = cluster.postmaster(self._files)
        if server is None or server.port is None:
            raise Unavailable("database_unavailable", "The embedded database does not run.", retry_after=1)
        return self._dsn(server.port).url(database)

    def program(self, name: str) -> Path:
        """The path of one of the server's programs, such as `pg_dump`, of the same major version as the data."""
        return self._find().program(name)

    @property
    def log_file(self) -> Path:
        """Where the server writes what it has to say."""
        return self._files.log

    def stop(self, mode: StopMode = "fast") -> None:
        """End the server of this data directory, and wait for its end. Does nothing when it does not run."""
        self._stopped.set()
        if self._files.home.is_dir():
            with self._alone():
                self._stop(mode)

    def restart(self) -> Dsn:
        """Stop and start again, without letting another process in between; `started_here` stays as it was."""
        with self._alone():
            ours = self.started_here
            self._stop("fast")
            dsn = self._start()
            self.started_here = ours
            return dsn

    async def watch(self, every: float = 1.0) -> None:
        """Start the server again whenever it has died, and keep its log small, until `stop` or cancelled.

        Looks every `every` seconds; after a failed start it waits longer, up to 30 seconds.
        """
        pause = every
        while not self._stopped.is_set():
            await asyncio.sleep(pause)
            pause = every
            if self._stopped.is_set():
                return
            try:
                cluster.cap_log(self._files.log)
                await asyncio.to_thread(self._revive)
            except VerivitaError as error:
                pause = min(30.0, pause * 2 + 1)
                _log.error("the embedded database does not come back: %s", error)

    def _revive(self) -> None:
        if self.running():
            return
        with self._alone():
            if not self._stopped.is_set() and not self.running():
                _log.warning("the embedded database died; starting it again")
                self._start()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else starts or stops this server inside; what the operating system refuses becomes our error."""
        try:
            self._files.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._files.lock():
                yield
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise StorageFull(message=f"There is no room left for {self._files.home}.") from error
            raise Unavailable(
                "database_unavailable", f"The data folder {self._files.home} cannot be used: {error}."
            ) from error

    def _find(self) -> Binaries:
        major = self._files.major()
        try:
            return find_binaries(self._given, major)
        except Unavailable as error:
            if major is None:
                raise
            raise Unavailable(
                "database_other_major",
                f"The data in {self._files.data} were made by PostgreSQL {major}, and it is not here. {error.message}",
                next=f"Bring PostgreSQL {major} back, run `verivita backup` with it, then restore into a new data "
                f"folder. {NEXT_STEP}",
            ) from error

    def _dsn(self, port: int) -> Dsn:
        return Dsn("127.0.0.1", port, cluster.SUPERUSER, self._files.read_password())

    def _start(self) -> Dsn:
        server = cluster.postmaster(self._files)
        if server is not None:
            return self._wait(None, 0)
        binaries = self._find()
        run_as = self._run_as or choose(self._files.home, self._files.data, binaries.program("postgres"))
        copy = self._files.home / "programs-{}.{}".format(*binaries.version)
        binaries = replace(binaries, folder=reachable(run_as, binaries.folder, copy))
        if self._files.major() is None:
            cluster.initialise(self._files, binaries, run_as, sync=self._options.get("fsync", "on") != "off")
        folder = cluster.socket_folder(self._files, run_as)
        cluster.cap_log(self._files.log)
        fresh_port = False
        for attempt in range(1, _TRIES + 1):
            cluster.clear_leftovers(self._files, folder)
            begin = self._files.log.stat().st_size if self._files.log.exists() else 0
            child = self._spawn(binaries, run_as, folder, fresh_port=fresh_port)
            try:
                dsn = self._wait(child, begin)
            except _TryAgain as error:
                if attempt == _TRIES:
                    raise cluster.did_not_start("did not start", str(error)) from error
                fresh_port = "could not bind" in str(error)
                time.sleep(0.5 * attempt)
            else:
                self.started_here = True
                return dsn
        raise AssertionError("unreachable")

    def _spawn(
        self, binaries: Binaries, run_as: RunAs, folder: Path | None, *, fresh_port: bool
    ) -> subprocess.Popen[bytes]:
        options = {
            **self._options,
            "port": str(cluster.choose_port(self._files, fresh=fresh_port)),
            "unix_socket_directories": str(folder or ""),
        }
        if _little_shared_memory():
            options.setdefault("dynamic_shared_memory_type", "mmap")
        argv = [*run_as.prefix, str(binaries.program("postgres")), "-D", str(self._files.data)]
        for name, value in options.items():
            argv += ["-c", f"{name}={value}"]
        with open(self._files.log, "ab", opener=cluster.private) as out:
            child = subprocess.Popen(  # noqa: S603 - our own words
                argv,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd="/",
                env=clean_env(),
                start_new_session=True,  # a Ctrl-C in the terminal is not meant for the database
                user=run_as.uid,
                group=run_as.gid,
                extra_groups=None if run_as.uid is None else [],
            )
        # Somebody must bury it when it dies, or its pid would look alive.
        threading.Thread(target=child.wait, name="embedded-postgres", daemon=True).start()
        return child

    def _wait(self, child: subprocess.Popen[bytes] | None, log_from: int) -> Dsn:
        deadline = time.monotonic() + self._ready_within
        said = "it does not answer"
        while time.monotonic() < deadline:
            server = cluster.postmaster(self._files)
            if server is not None and server.port is not None:
                dsn = self._dsn(server.port)
                try:
                    with psycopg.connect(dsn.url(), connect_timeout=5) as connection:
                        connection.execute("SELECT 1")
                    return dsn
                except psycopg.OperationalError as error:
                    said = str(error)
            elif child is None and server is None:
                raise cluster.did_not_start("ended while we waited for it", cluster.last_lines(self._files.log))
            elif child is not None and child.returncode is not None:
                self._ended(cluster.last_lines(self._files.log, log_from))
            time.sleep(0.03)
        # A server that is still recovering is left to it: killing it would make it begin anew.
        if child is not None and "starting up" not in said and "recovery" not in said:
            self._stop("immediate")
        words = cluster.last_lines(self._files.log, log_from)
        raise cluster.did_not_start(f"was not ready within {self._ready_within:.0f} s ({said})", words)

    @staticmethod
    def _ended(words: str) -> None:
        passing = ("pre-existing shared memory block", "could not create any TCP/IP sockets", "could not bind")
        if any(sign in words for sign in passing):
            raise _TryAgain(words)
        raise cluster.did_not_start("did not start", words)

    def _stop(self, mode: StopMode) -> None:
        for step in (mode, "immediate"):
            server = cluster.postmaster(self._files)
            if server is None:
                break
            cluster.signal_postmaster(server, step)
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline and cluster.postmaster(self._files) is not None:
                time.sleep(0.02)
        self.started_here = False


class _TryAgain(Exception):
    """The server did not start for a reason that passes by itself."""


def _little_shared_memory() -> bool:
    # Containers often give 64 MB, too little for building a vector index in parallel.
    if sys.platform != "linux":
        return False
    shared = Path("/dev/shm")  # noqa: S108 - only its size is read
    return not shared.is_dir() or shutil.disk_usage(shared).total < 512 * 1024 * 1024
