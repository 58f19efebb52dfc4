"""The owner of an installation: made once, also by several processes at once, and only with the right key."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import psycopg
import pytest

from verivita.bootstrap.container import build
from verivita.core.errors import Unavailable
from verivita.core.principal import IdentityState, Role
from verivita.features.identity import NOBODY
from verivita.kit.crypto import Keyring

FIRST_START = """
import asyncio, sys
from pathlib import Path
from verivita.bootstrap.container import build
from verivita.bootstrap.settings import Settings
from verivita.features.identity import NOBODY

async def go():
    settings = Settings(data_dir=Path(sys.argv[1]), embedder="hashing", demo=False, _env_file=None)
    container = build(settings, sys.argv[2])
    print("ready", flush=True)
    sys.stdin.readline()
    owner = await container.identity.owner(NOBODY)
    print(owner.tenant_id, owner.person_id, flush=True)
    await container.aclose()

asyncio.run(go())
"""


def count(url: str, table: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # type: ignore[arg-type]
    return int(row[0]) if row else 0


async def test_the_owner_is_made_on_first_use_and_found_again(container, product_url):
    first = await container.identity.owner(NOBODY)
    assert (first.role, first.state) == (Role.OWNER, IdentityState.MEMBER)
    assert await container.identity.owner(NOBODY) == first
    assert (count(product_url, "tenants"), count(product_url, "people")) == (1, 1)


async def test_twenty_at_once_make_one_owner(container, product_url):
    found = await asyncio.gather(*(container.identity.owner(NOBODY) for _ in range(20)))
    assert len({owner.person_id for owner in found}) == 1
    assert (count(product_url, "tenants"), count(product_url, "people")) == (1, 1)


def test_two_processes_at_once_make_one_owner_and_one_key(settings, product_url):
    command = [sys.executable, "-c", FIRST_START, str(settings.data_dir), product_url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    started = [subprocess.Popen(command, **pipes) for _ in range(2)]
    for process in started:
        assert process.stdout.readline() == "ready\n"
    for process in started:
        process.stdin.write("go\n")
        process.stdin.flush()
    said = {process.communicate(timeout=60)[0] for process in started}
    assert [process.returncode for process in started] == [0, 0]
    assert len(said) == 1
    assert (count(product_url, "tenants"), count(product_url, "people")) == (1, 1)
    assert [path.name for path in settings.key_file.parent.iterdir()] == ["master.json"]


@pytest.mark.acceptance("SEC-02")
@pytest.mark.security
async def test_another_key_is_refused_at_the_door(container, owner):
    container.identity.repo._keys = Keyring({1: b"another key of 32 bytes or so..."})
    with pytest.raises(Unavailable) as caught:
        await container.identity.owner(NOBODY)
    assert caught.value.code == "key_wrong"
    assert "backup" in str(caught.value.next)


@pytest.mark.acceptance("SEC-02")
@pytest.mark.security
async def test_a_missing_key_beside_data_is_refused_and_none_is_made(container, owner, settings, product_url):
    settings.key_file.rename(settings.key_file.with_name("away"))
    with pytest.raises(Unavailable) as caught:
        build(settings, product_url)
    assert caught.value.code == "key_missing"
    assert str(settings.key_file) in caught.value.message
    assert not settings.key_file.exists()


async def test_tenants_without_an_owner_are_not_papered_over(container, owner, product_url):
    with psycopg.connect(product_url, autocommit=True) as connection:
        connection.execute("UPDATE people SET role = 'student'")
    with pytest.raises(Unavailable) as caught:
        await container.identity.owner(NOBODY)
    assert caught.value.code == "owner_missing"
    assert count(product_url, "tenants") == 1
