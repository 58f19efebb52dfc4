"""Two people: every operation answers an id of the other as an unknown one, changes nothing and tells nothing."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

import pytest
from sqlalchemy import true

from tests.integration.security.replay import (
    Told,
    differences,
    first_of,
    ids_of,
    pages,
    product,
    slots_that_answer,
    state_of,
    told,
)
from tests.rigs.product import no_row_security
from verivita.core.principal import Principal
from verivita.entrypoints.http.auth import csrf_token
from verivita.kit.db import repository

pytestmark = [pytest.mark.security, pytest.mark.acceptance("SEC-04", "ID-24")]
WITHOUT_CONTROL = {
    # A payment is refused for its missing signature before anybody looks whom it names.
    "POST /auth/upgrade application/json:id",
    "POST /auth/upgrade application/json:person_id",
    # The talks of the filled database are bare rows; the tests of the assistant show own and foreign ones.
    "GET /api/v1/chat/turns/{turn_id} path:turn_id",
    "DELETE /api/v1/chat/turns/{turn_id} path:turn_id",
    "DELETE /api/v1/chat/sessions/{session_id} path:session_id",
    # Nobody lets themselves read what is theirs; the tests of tenants show consents between people.
    "POST /api/v1/tenants/me/consents application/json:person_id",
    "GET /api/v1/tenants/me/members/{person_id}/matches path:person_id",
    # Words that log lines are searched for; lines of the caller's own tenant alone are there.
    "GET /api/v1/admin/logs query:request_id",
    "GET /api/v1/admin/logs query:task_id",
    # Without a posting a request is no question; tests/integration/matching/test_analyze.py shows own and foreign ones.
    "POST /api/analyze application/json:resume_id",
    "POST /api/v1/analyze application/json:resume_id",
}
"""Slots in which also an own id makes no difference to a minimal request, each with its reason."""


NAMING_A_COLLEAGUE = "POST /api/v1/tenants/me/consents application/json:person_id "
"""Whoever lets a coach of their own tenant read something names that coach; of them they learn nothing but that."""


@contextlib.contextmanager
def no_conditions() -> Iterator[None]:
    """Takes the first lock off: no statement says any more whose rows it means."""
    before = repository.of
    places = [m for n, m in sys.modules.items() if n.startswith("verivita.") and getattr(m, "of", None) is before]
    assert repository in places
    for module in places:
        module.of = lambda *_: true()
    try:
        yield
    finally:
        for module in places:
            module.of = before


def _words(victim_name: str, *, same_tenant: bool) -> list[str]:
    # What a tenant shares, its postings, is theirs to see.
    return [f"{victim_name.lower()}@mail.example", f"for {victim_name}."] if same_tenant else [victim_name]


async def _no_page_tells(filled, attacker: Principal, victim: Principal, name: str) -> None:
    same = attacker.tenant_id == victim.tenant_id
    foreign = ids_of(filled.url, victim, personal_only=same)
    before = state_of(filled.url, filled.settings.files_dir, victim, personal_only=same)
    async with product(filled) as (app, clients, _):
        client, secret = await clients.with_session(attacker)
        client.headers |= {"X-CSRF-Token": csrf_token(secret), "Accept": "text/html"}
        api = pages(app)
        slots = api.slots()
        assert len(slots) >= 12
        async with client:
            wrong, answers = await differences(client, api, slots, foreign, {}, every=False)
            answers += await _lists(client, api)
    assert wrong == []
    assert {one.status for one in answers} & {200, 404} == {200, 404}
    assert state_of(filled.url, filled.settings.files_dir, victim, personal_only=same) == before
    words = _words(name, same_tenant=same)
    assert [one.body[:300] for one in answers if any(word in one.raw for word in words)] == []


async def _replay(filled, attacker: Principal, victim: Principal, name: str, *, every: bool = False) -> None:
    same = attacker.tenant_id == victim.tenant_id
    foreign = ids_of(filled.url, victim, personal_only=same)
    assert len({one.table for one in foreign}) >= 8
    files = filled.settings.files_dir
    async with product(filled) as (_, clients, api):
        slots = api.slots()
        assert len(slots) >= 15
        others = first_of(ids_of(filled.url, attacker, personal_only=False))
        before = state_of(filled.url, files, victim, personal_only=same)
        async with await clients.with_key(attacker) as client:
            wrong, answers = await differences(client, api, slots, foreign, others, every=every)
            answers += await _lists(client, api)
    assert [one for one in wrong if not (same and one.startswith(NAMING_A_COLLEAGUE))] == []
    assert state_of(filled.url, files, victim, personal_only=same) == before
    words = _words(name, same_tenant=same)
    assert [one.body[:300] for one in answers if any(word in one.raw for word in words)] == []


async def _lists(client, api) -> list[Told]:
    """The answers of every GET that needs no id: they show lists."""
    plain = [path for verb, path, _ in api.operations() if verb == "get" and "{" not in path]
    return [told(await client.get(path, params={"limit": 100} if "/api/" in path else {})) for path in plain]


async def test_another_tenant(filled) -> None:
    await _replay(filled, filled.stranger, filled.owner, "Omar")


async def test_the_pages(filled) -> None:
    for attacker in (filled.stranger, filled.neighbour):
        await _no_page_tells(filled, attacker, filled.owner, "Omar")


async def test_another_person_of_the_same_tenant(filled) -> None:
    await _replay(filled, filled.neighbour, filled.owner, "Omar")


@pytest.mark.nightly
async def test_every_kind_of_id_in_every_place(filled) -> None:
    for attacker in (filled.stranger, filled.neighbour):
        await _replay(filled, attacker, filled.owner, "Omar", every=True)


@pytest.mark.acceptance("DB-13")
async def test_the_first_lock_alone(filled) -> None:
    with no_row_security(filled.url):
        await _replay(filled, filled.stranger, filled.owner, "Omar")


@pytest.mark.acceptance("DB-13")
async def test_the_second_lock_alone(filled) -> None:
    with no_conditions():
        await _replay(filled, filled.stranger, filled.owner, "Omar")


@pytest.mark.nightly
@pytest.mark.acceptance("DB-13")
async def test_each_lock_alone_inside_a_tenant(filled) -> None:
    with no_row_security(filled.url):
        await _replay(filled, filled.neighbour, filled.owner, "Omar")
    with no_conditions():
        await _replay(filled, filled.neighbour, filled.owner, "Omar")


async def test_in_every_place_an_own_id_makes_a_difference(filled) -> None:
    """So that "the same as for an unknown id" says something. It deletes, so it comes late."""
    async with product(filled) as (_, clients, api):
        own = ids_of(filled.url, filled.owner, personal_only=False, most=2)
        async with await clients.with_key(filled.owner) as client:
            found = await slots_that_answer(client, api, api.slots(), own, first_of(own))
    without = {str(slot) for slot in api.slots()} - {str(slot) for slot in found}
    assert without <= WITHOUT_CONTROL, "give the filled database a row that such an id names, or a reason above"


@pytest.mark.nightly
async def test_without_both_locks_the_replay_fails(filled) -> None:
    """The replay sees: with nothing in the way it finds leaks, and does harm; so it comes last."""
    with no_row_security(filled.url), no_conditions(), pytest.raises(AssertionError):
        await _replay(filled, filled.stranger, filled.owner, "Omar")
