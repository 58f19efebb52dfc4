"""The embedded PostgreSQL runs for root, in a namespace or as another user, and for an ordinary user."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from verivita.core.errors import Unavailable
from verivita.kit.db import cluster, run_as
from verivita.kit.db.binaries import find_binaries
from verivita.kit.db.embedded import EmbeddedPostgres

FAST = {"fsync": "off"}
AS_USER = """
import sys
from pathlib import Path
import psycopg
from verivita.kit.db.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), options={"fsync": "off"})
with psycopg.connect(server.start().url()) as connection:
    print(connection.execute("SELECT 41 + 1").fetchone()[0])
server.stop()
print(server.running())
"""
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody else")


@pytest.fixture()
def open_folder() -> Iterator[Path]:
    """A folder that every user can enter, which pytest's own are not."""
    path = Path(tempfile.mkdtemp(prefix="vv-test-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


def owner_of_server(home: Path) -> int:
    server = cluster.postmaster(cluster.Files(home))
    assert server is not None
    return Path(f"/proc/{server.pid}").stat().st_uid


@root_only
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv")
def test_an_ordinary_user_runs_it_directly(open_folder: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    python = _python_for(run_as.dropped(nobody.pw_uid))
    if python is None:
        pytest.skip("no Python of this version lies where the user `nobody` can go")
    home = open_folder / "home"
    home.mkdir()
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    become = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    argv = [*become, python, "-c", AS_USER, str(home)]
    env = {**os.environ, "HOME": str(home), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(argv, capture_output=True, text=True, cwd="/", env=env, timeout=120)
    assert (done.stdout.split(), done.returncode) == (["42", "False"], 0), done.stderr
    # Root keeps the data with their owner.
    later = EmbeddedPostgres(home, options=FAST)
    later.start()
    try:
        assert owner_of_server(home) == nobody.pw_uid
    finally:
        later.stop("immediate")


@root_only
def test_root_uses_a_namespace_and_opens_no_folder(tmp_path: Path) -> None:
    if not run_as.NAMESPACE.can_use(tmp_path, Path("/bin/sh")):
        pytest.skip("this machine gives root no user namespace")
    modes = [folder.stat().st_mode for folder in tmp_path.parents]
    one = EmbeddedPostgres(tmp_path / "home", options=FAST)
    one.start()
    try:
        assert owner_of_server(tmp_path / "home") == 0
        assert [folder.stat().st_mode for folder in tmp_path.parents] == modes
    finally:
        one.stop("immediate")


@root_only
def test_root_drops_to_another_user_with_a_copy_of_programs_it_cannot_reach(open_folder: Path, tmp_path: Path) -> None:
    found = find_binaries()
    package = found.folder.parent.parent
    if found.folder.parent.name != "pginstall":
        pytest.skip("the programs here come from the system, and everybody can reach them")
    hidden = tmp_path / package.name
    shutil.copytree(package, hidden, symlinks=True)
    shutil.copytree(package.with_name(f"{package.name}.libs"), tmp_path / f"{package.name}.libs")
    tmp_path.chmod(0o700)
    home = open_folder / "home"
    home.mkdir(mode=0o711)
    home.chmod(0o711)
    nobody = run_as.dropped(pwd.getpwnam("nobody").pw_uid)
    one = EmbeddedPostgres(home, hidden / "pginstall" / "bin", FAST, run_as=nobody)
    try:
        with psycopg.connect(one.start().url()) as connection:
            connection.execute("CREATE EXTENSION vector")
        assert owner_of_server(home) == nobody.uid
        one.restart()
        # What is not the server's stays closed to that user.
        assert not nobody.run(["/bin/cat", str(home / "password")]).stdout
    finally:
        one.stop("immediate")


@root_only
class TestChoose:
    def test_without_a_namespace_the_first_user_who_can_come_in(
        self, open_folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(run_as.shutil, "which", lambda _: None)
        home = open_folder / "home"
        home.mkdir(mode=0o700)
        chosen = run_as.choose(home, home / "cluster", Path("/bin/sh"))
        assert chosen.uid in {pwd.getpwnam(n).pw_uid for n in ("postgres", "nobody") if _known(n)}
        assert chosen.can_use(home, Path("/bin/sh"))

    def test_a_folder_that_no_user_can_enter_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(run_as.shutil, "which", lambda _: None)
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)
        with pytest.raises(Unavailable, match="does not run as root") as caught:
            run_as.choose(closed / "home", closed / "home" / "cluster", Path("/bin/sh"))
        assert caught.value.code == "database_needs_user"


def _python_for(user: run_as.RunAs) -> str | None:
    same = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for program in (sys.executable, shutil.which(same, path="/usr/local/bin:/usr/bin")):
        if program and user.can_use(Path("/"), Path(program)):
            return program
    return None


def _known(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
