"""Change the master key: a fresh one for what is new, and everything that is stored sealed anew, while all runs on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

from verivita.bootstrap import providers, schema
from verivita.bootstrap.settings import Settings
from verivita.core.ids import PersonId, TenantId
from verivita.core.principal import Principal
from verivita.features.identity import NOBODY
from verivita.kit.crypto import SEEN_WITHIN_S, Keyring, add_key, key_number, load_keyring
from verivita.kit.db import Database, rewrap

PLAIN = {
    "job_sightings.raw": "the record of a public posting, packed",
    "posting_forms.form": "a public posting as matching keeps it prepared",
}
"""Columns of bytes that are not sealed, and why."""
FILES = ("documents", "blob_key", "documents.file")
"""Table and column that name the sealed files, and the place they are bound to."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """The number of the key in use, whether this call added it, and how much was sealed anew."""

    key: int
    is_new: bool
    values: int
    files: int


async def rotate(settings: Settings, url: str, told: Callable[[str], None], wait: float = SEEN_WITHIN_S + 1) -> Rotated:
    """Finish a rotation that was interrupted, else begin one with a fresh key; `told` hears how far it is.

    It may be repeated, and runs beside everything else: other processes see the new key within `wait` seconds.
    Raises `Unavailable` when the key file or a stored value cannot be read.
    """
    keyring = load_keyring(settings.key_file)
    db = Database(url, pool_size=2)
    try:
        first = await _sweep(settings, db, keyring, told) if keyring.current > 1 else (0, 0)
        if any(first):
            return Rotated(keyring.current, False, *first)
        keyring = add_key(settings.key_file)
        told(f"key {keyring.current} added")
        await asyncio.sleep(wait)
        values, files = await _sweep(settings, db, keyring, told)
        # What a process sealed in the moment before it saw the new key.
        late, later = await _sweep(settings, db, keyring, told)
        return Rotated(keyring.current, True, values + late, files + later)
    finally:
        await db.aclose()


async def _sweep(settings: Settings, db: Database, keyring: Keyring, told: Callable[[str], None]) -> tuple[int, int]:
    columns = rewrap.sealed_columns(schema.secured_tables(), PLAIN)
    personal = {table: found for table, found in columns.items() if table.info.get("secured") == "person"}
    values = files = 0
    async for tenant, people in _everyone(db):
        for table, found in columns.items():
            if table not in personal:
                values += await rewrap.rewrap(db, tenant, table, found, keyring)
        for person in people:
            for table, found in personal.items():
                values += await rewrap.rewrap(db, person, table, found, keyring)
            files += await _files(settings, db, person, keyring)
        told(f"{values} values and {files} files sealed anew")
    return values, files


async def _everyone(db: Database) -> AsyncIterator[tuple[Principal, list[Principal]]]:
    tables = schema.all_tables().tables
    for id in await rewrap.tenants(db, tables["tenants"]):
        tenant = replace(NOBODY, tenant_id=TenantId(id))
        people = await rewrap.ids(db, tenant, tables["people"])
        yield tenant, [replace(tenant, person_id=PersonId(person)) for person in people]


async def _files(settings: Settings, db: Database, person: Principal, keyring: Keyring) -> int:
    table, column, place = FILES
    store, rows, done = providers.blobs(settings), schema.all_tables().tables[table], 0
    for id, key in await rewrap.pairs(db, person, rows, column):
        sealed = await store.get(key)
        if sealed is None or key_number(sealed) == keyring.current:
            continue
        tenant = person.tenant_id
        await store.put(key, keyring.seal(tenant, place, id, keyring.open(tenant, place, id, sealed)))
        done += 1
        if id not in await rewrap.ids(db, person, rows):
            await store.delete(key)  # its owner removed it meanwhile
    return done
