"""Behind a pooler in transaction mode: the whole main job, and what a pooler swallows is never taken for silence."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

from tests.rigs.valkey import free_port
from verivita.bootstrap import demo
from verivita.bootstrap.container import build
from verivita.bootstrap.settings import Settings
from verivita.core.errors import Unavailable
from verivita.core.page import PageRequest
from verivita.features.identity import NOBODY
from verivita.features.search import SearchRequest
from verivita.kit.db import Database, Everywhere
from verivita.kit.db.changes import POSTINGS, Changes

pytestmark = pytest.mark.acceptance("DB-09")


async def test_the_mode_of_encryption_in_the_address_counts(product_url: str) -> None:
    """The private server speaks in clear on loopback: who asks for encryption is refused, not served without."""
    strict = Database(f"{product_url}?sslmode=require")
    with pytest.raises(Unavailable):
        async with strict.begin(Everywhere()):
            pass
    assert not await strict.ping()
    await strict.aclose()
    easy = Database(f"{product_url}?sslmode=prefer")
    assert await easy.ping()
    await easy.aclose()


@pytest.fixture
def pooler(product_url: str, tmp_path: Path) -> Iterator[str]:
    """PgBouncer in transaction mode before the product's database; its address."""
    url, folder = product_url, tmp_path / "pooler"
    folder.mkdir()
    tmp_path.chmod(0o755)
    program = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
    if not Path(program).exists():
        pytest.skip("no pgbouncer here: `make nightly` installs the distribution's where it can")
    parts, port = conninfo_to_dict(url), free_port()
    users, settings = folder / "users.txt", folder / "pgbouncer.ini"
    users.write_text(f'"{parts["user"]}" "{parts["password"]}"\n')
    settings.write_text(
        f"[databases]\n{parts['dbname']} = host={parts['host']} port={parts['port']}\n[pgbouncer]\n"
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = plain\nauth_file = {users}\nunix_socket_dir =\n"
        "pool_mode = transaction\ndefault_pool_size = 3\nmax_client_conn = 100\n"
    )
    words = [program, str(settings)]
    if os.getuid() == 0:  # it refuses to run as root
        nobody = pwd.getpwnam("nobody")
        for path in (folder, users, settings):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
        words = [program, "-u", "nobody", str(settings)]
    process = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield f"postgresql://{parts['user']}:{parts['password']}@127.0.0.1:{port}/{parts['dbname']}"
    finally:
        process.terminate()
        process.wait(10)


@pytest.mark.nightly
async def test_the_main_job_through_a_pooler(product_url: str, settings: Settings, pooler: str) -> None:
    made = build(settings.model_copy(update={"database_pooler_url": SecretStr(pooler)}), product_url)
    try:
        owner = await made.identity.owner(NOBODY)
        await demo.add(made, owner)
        await made.worker().run(wait=False)
        asked = [made.search.postings(owner, SearchRequest(query=f"data engineer python {i}")) for i in range(30)]
        found = await asyncio.gather(*asked)
        assert {one.mode for one in found} == {"hybrid"}
        assert all(one.found.total for one in found)
        assert (await made.matching.recommend(owner, PageRequest(1, 5))).items
        # Every connection of the pooler ends; the next question has a new one.
        with psycopg.connect(product_url, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        for _ in range(50):
            with contextlib.suppress(Unavailable):
                assert (await made.search.postings(owner, SearchRequest(query="data"))).found.total
                break
            await asyncio.sleep(0.1)
        else:
            raise AssertionError("no answer after the connections ended")
    finally:
        await made.aclose()


@pytest.mark.nightly
async def test_behind_a_pooler_nothing_is_kept(pooler: str) -> None:
    changes = Changes(pooler)
    task = asyncio.create_task(changes.listen())
    for _ in range(40):
        await asyncio.sleep(0.1)
        assert changes.version(POSTINGS, NOBODY.tenant_id) is None
    task.cancel()
    await asyncio.wait([task])
