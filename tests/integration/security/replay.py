"""Replays every operation with other people's ids, and remembers what a database and a folder hold."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import psycopg
from fastapi import FastAPI
from fastapi.routing import APIRoute
from psycopg import sql

from tests.integration.database.conftest import Filled
from tests.integration.database.rows import tables
from tests.integration.security.slots import Api, Slot
from tests.rigs.product import Clients
from verivita.bootstrap import schema
from verivita.bootstrap.container import build
from verivita.core.ids import new_id
from verivita.core.principal import Principal
from verivita.entrypoints import asgi

_UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_MS = re.compile(r'("[\w.]*(?:_ms|timings_ms|seconds)": )(?:\{[^}]*\}|[\d.]+)')
_PRINT = "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} t"
_TOLD = ("content-type", "etag", "location", "retry-after", "content-disposition", "allow", "set-cookie")
# Name of a slot -> table whose ids it takes.
_ABOUT = {
    "tenant_id": "tenants",
    "person_id": "people",
    "document_id": "documents",
    "job_id": "jobs",
    "run_id": "import_runs",
    "task_id": "task_runs",
    "key_id": "credentials",
    "sign_in_id": "credentials",
    "paper_id": "documents",
    "session_id": "chat_sessions",
    "turn_id": "chat_messages",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What a caller learns from an answer, without ids and times; `raw` is all of it."""

    status: int
    headers: tuple[str, ...]
    body: str
    raw: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class Foreign:
    """An id of another person, and the table it is from."""

    table: str
    id: UUID


def told(answer: httpx2.Response) -> Told:
    """The answer with every id, moment and duration made the same."""
    try:
        body = json.dumps(answer.json(), sort_keys=True, ensure_ascii=False)
    except ValueError:
        body = answer.text
    headers = tuple(f"{name}: {_even(answer.headers[name])}" for name in _TOLD if name in answer.headers)
    return Told(answer.status_code, headers, _even(body), f"{dict(answer.headers)} {body}")


def _even(text: str) -> str:
    return _MS.sub(r"\1<ms>", _TIME.sub("<time>", _UUID.sub("<id>", text)))


def pages(app: FastAPI) -> Api:
    """The pages of the app, described like an API: each word in braces of an address is an id."""
    paths: dict[str, Any] = {}
    routers = [getattr(route, "original_router", None) for route in app.routes]
    described = set(app.openapi()["paths"])
    for route in (route for router in routers if router is not None for route in router.routes):
        if isinstance(route, APIRoute) and route.path not in described:
            names = [name for name in route.param_convertors if name.endswith("id")]
            schema = {"type": "string", "format": "uuid"}
            parameters = [{"in": "path", "name": name, "schema": schema} for name in names]
            for verb in route.methods:
                paths.setdefault(route.path, {})[verb.lower()] = {"parameters": parameters}
    return Api({"paths": paths})


@asynccontextmanager
async def product(filled: Filled) -> AsyncIterator[tuple[FastAPI, Clients, Api]]:
    """The whole product over the filled database, with nobody slowed down."""
    free = filled.settings.model_copy(update={"requests_per_minute": 10**6, "burst": 10**6})
    container = build(free, filled.url)
    try:
        app = asgi.build(container)
        yield app, Clients(container, httpx2.ASGITransport(app, raise_app_exceptions=False)), Api(app.openapi())
    finally:
        await container.aclose()


def ids_of(url: str, person: Principal, *, personal_only: bool, most: int = 1) -> list[Foreign]:
    """Ids of rows that are this person's (or their tenant's), `most` from every table that has some."""
    personal = {table.name for table in schema.secured_tables() if table.info.get("secured") == "person"}
    found = [] if personal_only else [Foreign("tenants", person.tenant_id)]
    found.append(Foreign("people", person.person_id))
    with psycopg.connect(url) as connection:
        for table in tables(url):
            if table in ("tenants", "people") or (personal_only and table not in personal):
                continue
            if "id" not in schema.all_tables().tables[table].c:
                continue
            mine = "tenant_id = %s AND person_id = %s" if table in personal else "tenant_id = %s"
            # A key and a sign-in are both credentials.
            few = max(most, 2) if table == "credentials" else most
            query = sql.SQL(f"SELECT id FROM {{}} WHERE {mine} ORDER BY id DESC LIMIT {few}")
            values = [person.tenant_id, person.person_id][: 2 if table in personal else 1]
            rows = connection.execute(query.format(sql.Identifier(table)), values)
            found += [Foreign(table, row[0]) for row in rows if isinstance(row[0], UUID)]
    return found


def state_of(url: str, folder: Path, person: Principal, *, personal_only: bool) -> dict[str, str]:
    """A fingerprint of every table's rows of this person, and of every stored file."""
    state = {}
    secured = {table.name: table.info.get("secured") for table in schema.secured_tables()}
    with psycopg.connect(url) as connection:
        for table in tables(url):
            if secured[table] == "person" or table == "people":
                column = "id" if table == "people" else "person_id"
                values = [person.tenant_id, person.person_id]
                query = f"{_PRINT} WHERE tenant_id = %s AND {column} = %s"
            elif personal_only:
                continue
            else:
                column, values = ("id" if table == "tenants" else "tenant_id"), [person.tenant_id]
                query = f"{_PRINT} WHERE {column} = %s"
            row = connection.execute(sql.SQL(query).format(sql.Identifier(table)), values).fetchone()
            state[table] = str(row and row[0])
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            state[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
    return state


async def ask(client: httpx2.AsyncClient, api: Api, slot: Slot, value: UUID, others: dict[str, UUID]) -> Told:
    """One request with `value` in `slot`."""
    call = api.call(slot, value, others)
    return told(await client.request(call.verb, call.url, **call.options()))


def fitting(slot: Slot, ids: Sequence[Foreign], *, every: bool) -> list[Foreign]:
    """The ids that a slot of this name is about; all of them for an unknown name, or if asked."""
    table = _ABOUT.get(next(step for step in reversed(slot.steps) if step != "[]"))
    few = [one for one in ids if one.table == table]
    return list(ids) if every or table is None or not few else few


async def differences(
    client: httpx2.AsyncClient,
    api: Api,
    slots: Sequence[Slot],
    foreign: Sequence[Foreign],
    others: dict[str, UUID],
    *,
    every: bool,
) -> tuple[list[str], list[Told]]:
    """Where a foreign id is answered otherwise than an unknown one, and every answer."""
    wrong: list[str] = []
    answers: list[Told] = []
    for slot in slots:
        unknown = await ask(client, api, slot, new_id(), others)
        answers.append(unknown)
        if unknown.status in (429, 500):
            wrong.append(f"{slot}: {unknown.status} {unknown.body[:300]}")
        for one in fitting(slot, foreign, every=every):
            answer = await ask(client, api, slot, one.id, others)
            answers.append(answer)
            if answer != unknown:
                wrong.append(f"{slot} with an id of {one.table}: {answer} instead of {unknown}")
    return wrong, answers


async def slots_that_answer(
    client: httpx2.AsyncClient, api: Api, slots: Sequence[Slot], own: Sequence[Foreign], others: dict[str, UUID]
) -> set[Slot]:
    """Slots in which one of the caller's own ids makes a difference; deletions come last."""
    order = {"get": 0, "post": 1, "put": 2, "patch": 2, "delete": 3}
    found = set()
    for slot in sorted(slots, key=lambda slot: order[slot.verb]):
        unknown = await ask(client, api, slot, new_id(), others)
        for one in fitting(slot, own, every=False):
            if await ask(client, api, slot, one.id, others) != unknown:
                found.add(slot)
                break
    return found


def first_of(found: Sequence[Foreign]) -> dict[str, Any]:
    """One id a table: what stands in a path beside the id under test."""
    by_table = {one.table: one.id for one in found}
    return {name: by_table[table] for name, table in _ABOUT.items() if table in by_table}
