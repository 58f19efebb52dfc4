"""One PostgreSQL cluster on disk: its files, its process, and how a new one is made."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from verivita.core.errors import Unavailable
from verivita.kit.db.binaries import Binaries
from verivita.kit.db.run_as import RunAs

SUPERUSER = "verivita"
LOG_CAP = 5_000_000
# A socket's address holds 107 bytes on Linux and 103 on macOS; PostgreSQL adds "/.s.PGSQL.65535.lock".
_LONGEST_SOCKET_FOLDER = 103 - len("/.s.PGSQL.65535.lock")
# The setting is a list in which commas and quotes mean something.
_PLAIN_PATH = re.compile(r"[\w./+-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Files:
    """Where everything of one cluster lies, below one folder that is ours."""

    home: Path

    @property
    def data(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.home / "cluster"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.home / "server.log"

    @property
    def password(self) -> Path:
        """The superuser's password, mode 0600."""
        return self.home / "password"

    @property
    def port(self) -> Path:
        """The port that was chosen."""
        return self.home / "port"

    @property
    def socket(self) -> Path:
        """Names the folder of the unix socket."""
        return self.home / "socket"

    def major(self) -> int | None:
        """The major version that made the data, or None while there are none."""
        try:
            return int((self.data / "PG_VERSION").read_text("ascii").strip())
        except FileNotFoundError:
            return None

    def read_password(self) -> str:
        """The superuser's password; raises `Unavailable` when the file is gone or not ours to read."""
        try:
            return self.password.read_text("ascii").strip()
        except OSError as error:
            raise Unavailable(
                "database_password_missing",
                f"The password of the embedded database cannot be read from {self.password} ({error.strerror}).",
                next="Restore that file from a backup, or run verivita as the user who owns the data folder.",
            ) from error

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the right to start or stop the server; other processes wait. The kernel frees it when we die."""
        with (self.home / "lock").open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


@dataclass(frozen=True, slots=True)
class Postmaster:
    """The server process of a cluster, as its pid file tells; `port` is None until it listens."""

    pid: int
    port: int | None


def postmaster(files: Files) -> Postmaster | None:
    """The running server of this cluster; None when there is none, also when the pid now belongs to another."""
    try:
        lines = (files.data / "postmaster.pid").read_text("utf-8", "replace").splitlines()
        pid = abs(int(lines[0]))
    except (FileNotFoundError, IndexError, ValueError):
        return None
    if not _serves(pid, files.data):
        return None
    return Postmaster(pid, int(lines[3]) if len(lines) > 3 and lines[3].isdigit() else None)


def _serves(pid: int, data: Path) -> bool:
    if sys.platform == "linux":
        # A server sits in its data directory; a dead process that nobody has buried yet sits nowhere.
        try:
            return Path(f"/proc/{pid}/cwd").samefile(data)
        except OSError:
            return False
    argv = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
    said = subprocess.run(argv, capture_output=True, check=False)  # noqa: S603 - our own words
    return os.fsencode(data) in said.stdout


def clear_leftovers(files: Files, socket_folder: Path | None) -> None:
    """Remove what a killed server left and a new one would stumble over. Call it under the lock, with none running."""
    pid_file = files.data / "postmaster.pid"
    try:
        os.kill(abs(int(pid_file.read_text("utf-8", "replace").split()[0])), 0)
    except (FileNotFoundError, IndexError, ValueError, ProcessLookupError):
        pass  # PostgreSQL itself replaces the file of a process that is gone
    except PermissionError:
        pid_file.unlink(missing_ok=True)
    else:
        pid_file.unlink(missing_ok=True)  # the pid lives on as another process: PostgreSQL would refuse to start
    if socket_folder is not None:
        for left in socket_folder.glob(".s.PGSQL.*"):
            left.unlink(missing_ok=True)


def initialise(files: Files, binaries: Binaries, run_as: RunAs, *, sync: bool = True) -> None:
    """Make a new cluster: scram-sha-256 for everyone, data checksums, UTF-8 with the C.UTF-8 order.

    It is made beside its place and moved there whole, so that a kill leaves no half cluster.
    """
    if not files.password.exists():
        write_private(files.password, secrets.token_urlsafe(24))
    new = files.home / "cluster.new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    handed = files.home / "password.init"
    write_private(handed, files.read_password())
    run_as.own(new)
    run_as.own(handed)
    argv = [*run_as.prefix, str(binaries.program("initdb")), "--pgdata", str(new), "--username", SUPERUSER]
    argv += ["--pwfile", str(handed), "--auth", "scram-sha-256", "--data-checksums", "--encoding", "UTF8"]
    if binaries.major >= 17:
        argv += ["--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
    else:
        argv += ["--locale", "C.UTF-8"]
    argv += ["--no-instructions"] if sync else ["--no-instructions", "--no-sync"]
    try:
        done = run_as.run(argv)
    finally:
        handed.unlink(missing_ok=True)
    if done.returncode != 0:
        shutil.rmtree(new, ignore_errors=True)
        raise did_not_start("could not be made", done.stderr or done.stdout)
    new.rename(files.data)


def socket_folder(files: Files, run_as: RunAs) -> Path | None:
    """A folder of ours with a path short enough for a unix socket; None when the machine has no such place."""
    inside = files.home / "run"
    if fits_socket(inside):
        inside.mkdir(mode=0o700, exist_ok=True)
        run_as.own(inside)
        return inside
    owner = os.geteuid() if run_as.uid is None else run_as.uid
    try:
        kept = Path(files.socket.read_text("utf-8"))
        state = kept.lstat()
        if kept.is_dir() and not kept.is_symlink() and state.st_uid == owner and state.st_mode & 0o077 == 0:
            return kept
    except (OSError, ValueError):
        pass
    for base in (tempfile.gettempdir(), "/tmp"):  # noqa: S108 (mkdtemp gives a new folder with mode 0700)
        try:
            made = Path(tempfile.mkdtemp(prefix="verivita-", dir=base))
        except OSError:
            continue
        if fits_socket(made):
            run_as.own(made)
            files.socket.write_text(str(made), "utf-8")
            return made
        made.rmdir()
    return None


def fits_socket(folder: Path) -> bool:
    """True when PostgreSQL can put a unix socket in that folder."""
    return _PLAIN_PATH.fullmatch(str(folder)) is not None and len(os.fsencode(folder)) <= _LONGEST_SOCKET_FOLDER


def choose_port(files: Files, *, fresh: bool = False) -> int:
    """The port of last time if it is free, else (or when `fresh`) one that is free now; kept for next time.

    Others know the old port, and what a killed server leaves may hold it for a moment: it is waited for a little.
    """
    try:
        kept = 0 if fresh else int(files.port.read_text("ascii"))
    except (FileNotFoundError, ValueError):
        kept = 0
    port = 0
    for _ in range(20 if kept else 0):
        port = _free(kept)
        if port:
            break
        time.sleep(0.1)
    port = port or _free(0)
    files.port.write_text(f"{port}\n", "ascii")
    return port


def _free(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return 0
        return int(probe.getsockname()[1])


def cap_log(log: Path, cap: int = LOG_CAP) -> None:
    """Move a log that grew past `cap` bytes aside, keeping one; the server goes on writing to the same file."""
    if log.exists() and log.stat().st_size > cap:
        shutil.copy(log, log.with_name(f"{log.name}.1"))
        os.truncate(log, 0)


def last_lines(log: Path, start: int = 0, count: int = 8) -> str:
    """The last lines of a log, from byte `start` on."""
    try:
        with log.open("rb") as handle:
            handle.seek(start)
            return "\n".join(handle.read().decode("utf-8", "replace").strip().splitlines()[-count:])
    except FileNotFoundError:
        return ""


def did_not_start(what: str, said: str) -> Unavailable:
    """The error for a server that cannot be had, quoting what it said last."""
    quoted = "\n".join(said.strip().splitlines()[-8:]) or "it said nothing"
    return Unavailable("database_unavailable", f"The embedded database {what}. Its last words: {quoted}", retry_after=5)


def signal_postmaster(server: Postmaster, mode: str) -> None:
    """Ask a server to end: `smart` waits for clients, `fast` sends them away, `immediate` leaves recovery to do."""
    numbers = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}
    try:
        os.kill(server.pid, numbers[mode])
    except ProcessLookupError:
        return


def private(path: str, flags: int) -> int:
    """An opener for `open`: a file that is made is for its owner alone."""
    return os.open(path, flags, 0o600)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    new.rename(path)
