"""As whom PostgreSQL runs, which refuses to run as root: ourselves, a user namespace, or an unprivileged user."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from verivita.core.errors import Unavailable

# To root, the inside of this namespace is an ordinary user; to the rest of the machine its files stay root's.
_NAMESPACE = ("unshare", "-U", "--map-user=1000", "--map-group=1000")
_UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class RunAs:
    """How to start a program of PostgreSQL: `prefix` goes before its arguments; `uid` and `gid` drop root."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None

    def own(self, path: Path) -> None:
        """Give a file or folder that we made to the user who runs the server."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def can_use(self, data_dir: Path, program: Path) -> bool:
        """True when that user can enter `data_dir` and run `program`."""
        script = 'cd "$1" && test -x "$2"'
        argv = [*self.prefix, "/bin/sh", "-c", script, "sh", str(data_dir), str(program)]
        try:
            return self.run(argv).returncode == 0
        except (OSError, subprocess.TimeoutExpired):
            return False

    def run(self, argv: list[str], timeout: float = 120.0) -> subprocess.CompletedProcess[str]:
        """Run a program to its end, as that user; `argv` already has the prefix."""
        return subprocess.run(  # noqa: S603 - our own words
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
            cwd="/",
            env=clean_env(),
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
        )


DIRECT = RunAs()
NAMESPACE = RunAs(prefix=_NAMESPACE)


def dropped(uid: int) -> RunAs:
    """Run as the user `uid`, with that user's main group."""
    try:
        gid = pwd.getpwuid(uid).pw_gid
    except KeyError:
        gid = uid
    return RunAs(uid=uid, gid=gid)


def choose(data_dir: Path, cluster: Path, program: Path) -> RunAs:
    """The mildest way that works here; raises `Unavailable` when none does.

    Root keeps data that belong to another user with that user; else tries a user namespace, which needs no other
    user; else drops to `postgres` or `nobody`, who must be able to enter `data_dir`.
    """
    if os.geteuid() != 0:
        return DIRECT
    owner = cluster.stat().st_uid if cluster.exists() else 0
    if owner != 0:
        return dropped(owner)
    if sys.platform == "linux" and shutil.which("unshare") and NAMESPACE.can_use(data_dir, program):
        return NAMESPACE
    for name in _UNPRIVILEGED:
        try:
            option = dropped(pwd.getpwnam(name).pw_uid)
        except KeyError:
            continue
        if option.can_use(data_dir.parent, Path("/bin/sh")):
            data_dir.chmod(0o711)  # that user must pass through; what we keep beside the cluster stays closed
            return option
    raise Unavailable(
        "database_needs_user",
        f"PostgreSQL does not run as root, and no ordinary user can enter {data_dir}.",
        next="Start verivita as an ordinary user, or choose a data folder that the user `nobody` can enter.",
    )


def reachable(run_as: RunAs, folder: Path, copy: Path) -> Path:
    """The programs' folder, or that of a `copy` of the installation where the user cannot enter the original."""
    if run_as.uid is None or run_as.can_use(Path("/"), folder / "postgres"):
        return folder
    install, package = folder.parent, folder.parent.parent
    if not copy.exists():
        new = copy.with_name(f"{copy.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        shutil.copytree(install, new / package.name / install.name, symlinks=True)
        libraries = package.parent / f"{package.name}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, new / libraries.name)
        new.chmod(0o755)
        new.rename(copy)
    return copy / package.name / install.name / "bin"


def clean_env() -> dict[str, str]:
    """Our environment without PG* variables, which would steer the programs elsewhere, and in plain English."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
    return {**kept, "LC_ALL": "C", "LANG": "C"}
