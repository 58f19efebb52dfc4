"""Another master key: everything is sealed anew under load, an interrupted rotation goes on, and nothing is lost."""

from __future__ import annotations

import asyncio
import json
import stat

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import LargeBinary

from tests.integration.database.rows import fill
from verivita.bootstrap import rotation, schema
from verivita.core.errors import Unavailable
from verivita.features.library import DocumentKind
from verivita.kit.crypto import Keyring, add_key, key_number, load_keyring

pytestmark = [pytest.mark.acceptance("SEC-02"), pytest.mark.security]


def numbers(url: str) -> dict[str, set[int]]:
    """`table.column` -> key numbers of its values; 0 for what is not sealed."""
    found: dict[str, set[int]] = {}
    with psycopg.connect(url) as connection:
        for table in schema.secured_tables():
            for column in (c.name for c in table.c if isinstance(c.type, LargeBinary)):
                query = sql.SQL("SELECT {0} FROM {1} WHERE length({0}) > 0").format(
                    sql.Identifier(column), sql.Identifier(table.name)
                )
                values = {key_number(row[0]) for row in connection.execute(query)}
                if values:
                    found[f"{table.name}.{column}"] = values
    return found


async def test_everything_is_sealed_anew_under_load(container, owner, stranger, settings):
    for person, name in ((owner, "Omar"), (stranger, "Sven")):
        await fill(container, person, name)
    before = numbers(container.url)
    assert {name for name, found in before.items() if found == {0}} <= set(rotation.PLAIN)
    sealed = {name for name in before if name not in rotation.PLAIN}
    assert {"documents.text", "passages.text", "facts.content", "people.name", "tenants.key_check"} <= sealed
    assert all(before[name] == {1} for name in sealed)
    busy, written = True, []

    async def write() -> None:
        while busy:
            number = len(written)
            data = f"# Note {number}".encode()
            written.append((await container.library.add(owner, f"{number}.md", data, DocumentKind.NOTES), data))
            await asyncio.sleep(0.01)

    writer = asyncio.create_task(write())
    said: list[str] = []
    done = await rotation.rotate(settings, container.url, said.append)
    busy = False
    await writer
    assert (done.key, done.is_new) == (2, True)
    assert done.files >= 2
    after = numbers(container.url)
    assert {name: found for name, found in after.items() if name in sealed} == {name: {2} for name in sealed}
    assert {key_number(path.read_bytes()) for path in settings.files_dir.rglob("*") if path.is_file()} <= {0, 2}
    assert len(written) > 3
    # The process that ran all along reads everything; so does one that starts now; one with the old key alone cannot.
    for added, data in written:
        assert await container.library.original(owner, added.document.id) == data
    assert (await container.identity.me(stranger)).name == "Stranger"
    old = json.loads(settings.key_file.read_text())["keys"]["1"]
    assert stat.S_IMODE(settings.key_file.stat().st_mode) == 0o600
    alone = settings.key_file.with_name("old.json")
    alone.write_text(json.dumps({"keys": {"1": old}}))
    with psycopg.connect(container.url) as connection:
        row = connection.execute("SELECT tenant_id, id, name FROM people LIMIT 1").fetchone()
    assert load_keyring(settings.key_file).open(row[0], "people.name", row[1], row[2])
    with pytest.raises(Unavailable):
        load_keyring(alone).open(row[0], "people.name", row[1], row[2])


async def test_an_interrupted_rotation_is_finished(container, owner, settings):
    await fill(container, owner, "Omar")
    add_key(settings.key_file)
    done = await rotation.rotate(settings, container.url, lambda _: None, wait=0)
    assert (done.key, done.is_new) == (2, False)
    assert done.values > 5
    assert {n for name, found in numbers(container.url).items() if name not in rotation.PLAIN for n in found} == {2}
    again = await rotation.rotate(settings, container.url, lambda _: None, wait=0)
    assert (again.key, again.is_new, again.values > 5) == (3, True, True)


async def test_a_wrong_key_changes_nothing(container, owner, settings):
    await fill(container, owner, "Omar")
    before = numbers(container.url)
    settings.key_file.write_text('{"keys": {"1": "' + "QUFB" * 10 + "QUE=" + '"}}')
    with pytest.raises(Unavailable, match="does not open"):
        await rotation.rotate(settings, container.url, lambda _: None, wait=0)
    assert numbers(container.url) == before


def test_every_exception_is_a_column():
    columns = {f"{t.name}.{c.name}" for t in schema.secured_tables() for c in t.c if isinstance(c.type, LargeBinary)}
    assert set(rotation.PLAIN) <= columns


def test_running_processes_see_a_new_key(tmp_path):
    from uuid import UUID

    from verivita.kit.crypto import create_keyring

    create_keyring(tmp_path / "k.json")
    running = load_keyring(tmp_path / "k.json")
    sealed = add_key(tmp_path / "k.json").seal(UUID(int=1), "t.c", UUID(int=2), "words")
    assert key_number(sealed) == 2
    assert running.open_text(UUID(int=1), "t.c", UUID(int=2), sealed) == "words"
    assert running.current == 2
    (tmp_path / "k.json").write_text("damaged")
    assert running.open_text(UUID(int=1), "t.c", UUID(int=2), sealed) == "words"
    with pytest.raises(Unavailable, match="damaged"):
        load_keyring(tmp_path / "k.json")
    with pytest.raises(ValueError, match="key"):
        Keyring({})
