"""One-time links, sessions and API keys: what opens, for whom, how often and how long."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from verivita.bootstrap.container import build
from verivita.core.clock import SteppedClock
from verivita.core.errors import Denied, Invalid, NotFound, Unauthenticated
from verivita.features.identity import NOBODY, CredentialKind
from verivita.features.identity.service import OWNER_LINK_LASTS, SESSION_LASTS

SESSION, KEY, LINK = CredentialKind.SESSION, CredentialKind.API_KEY, CredentialKind.OWNER_LINK


@pytest.fixture
async def later(settings, product_url):
    """The services with a clock that the test moves."""
    made = build(settings, product_url, clock=SteppedClock(datetime.now(UTC)))
    yield made
    await made.aclose()


@pytest.mark.security
async def test_a_link_makes_one_session_for_one_of_twenty(container, owner):
    link = await container.identity.owner_link(owner)
    answers = await asyncio.gather(
        *(container.identity.enter(NOBODY, link.secret) for _ in range(20)), return_exceptions=True
    )
    sessions = [answer for answer in answers if not isinstance(answer, BaseException)]
    refused = [answer for answer in answers if isinstance(answer, Unauthenticated)]
    assert (len(sessions), len(refused)) == (1, 19)
    assert {error.code for error in refused} == {"link_used"}
    caller = await container.identity.identify(NOBODY, sessions[0].secret, SESSION)
    assert caller.principal == owner
    with pytest.raises(Unauthenticated):
        await container.identity.enter(NOBODY, link.secret)


async def test_a_link_ends_after_its_time(later):
    owner = await later.identity.owner(NOBODY)
    link = await later.identity.owner_link(owner)
    later.clock.advance(OWNER_LINK_LASTS - timedelta(seconds=1))
    spare = await later.identity.owner_link(owner)
    await later.identity.enter(NOBODY, link.secret)
    later.clock.advance(OWNER_LINK_LASTS)
    with pytest.raises(Unauthenticated, match="run out"):
        await later.identity.enter(NOBODY, spare.secret)


@pytest.mark.acceptance("ID-22")
async def test_a_session_ends_after_its_time_and_by_leaving(later):
    owner = await later.identity.owner(NOBODY)
    first, second = [
        await later.identity.enter(NOBODY, (await later.identity.owner_link(owner)).secret) for _ in range(2)
    ]
    await later.identity.leave(owner, first.secret)
    with pytest.raises(Unauthenticated):
        await later.identity.identify(NOBODY, first.secret, SESSION)
    assert (await later.identity.identify(NOBODY, second.secret, SESSION)).principal == owner
    later.clock.advance(SESSION_LASTS + timedelta(seconds=1))
    with pytest.raises(Unauthenticated):
        await later.identity.identify(NOBODY, second.secret, SESSION)


@pytest.mark.security
async def test_nobody_ends_a_session_of_another(container, owner, stranger):
    session = await container.identity.enter(NOBODY, (await container.identity.owner_link(owner)).secret)
    await container.identity.leave(stranger, session.secret)
    assert (await container.identity.identify(NOBODY, session.secret, SESSION)).principal == owner


@pytest.mark.security
async def test_a_secret_is_good_for_its_own_door_only(container, owner):
    link = await container.identity.owner_link(owner)
    key = await container.identity.create_key(owner, "script")
    session = await container.identity.enter(NOBODY, (await container.identity.owner_link(owner)).secret)
    for secret, good in ((link.secret, LINK), (key.secret, KEY), (session.secret, SESSION)):
        for door in (LINK, KEY, SESSION):
            if door is good:
                assert (await container.identity.identify(NOBODY, secret, door)).kind is good
            else:
                with pytest.raises(Unauthenticated):
                    await container.identity.identify(NOBODY, secret, door)
    for secret in (key.secret, session.secret):
        with pytest.raises(Unauthenticated):
            await container.identity.enter(NOBODY, secret)


@pytest.mark.security
@pytest.mark.parametrize("secret", ["", " ", "x", "' OR 1=1 --", "\u0000", "ü" * 5000])
async def test_what_is_no_secret_opens_nothing(container, owner, secret):
    with pytest.raises(Unauthenticated):
        await container.identity.identify(NOBODY, secret, SESSION)
    with pytest.raises(Unauthenticated):
        await container.identity.enter(NOBODY, secret)


@pytest.mark.acceptance("API-11", "SEC-02")
@pytest.mark.security
async def test_a_key_is_shown_once_and_stored_as_a_hash(container, owner, product_url):
    made = await container.identity.create_key(owner, "  my script ", ("read",), timedelta(days=2))
    assert made.secret not in repr(made)
    (listed,) = await container.identity.keys(owner)
    assert (listed.id, listed.name, listed.scopes, listed.expires_at) == (
        made.id,
        "my script",
        ("read",),
        made.expires_at,
    )
    with psycopg.connect(product_url) as connection:
        assert made.secret not in repr(connection.execute("SELECT * FROM credentials").fetchall())


@pytest.mark.acceptance("API-11")
async def test_a_key_carries_its_scopes(container, owner):
    reader = await container.identity.create_key(owner, "reader", ("read",))
    whole = await container.identity.create_key(owner, "whole")
    caller = (await container.identity.identify(NOBODY, reader.secret, KEY)).principal
    caller.require_scope("read")
    with pytest.raises(Denied, match="write"):
        caller.require_scope("write")
    (await container.identity.identify(NOBODY, whole.secret, KEY)).principal.require_scope("write")


@pytest.mark.acceptance("API-11")
async def test_a_dropped_or_old_key_stops_at_once(later):
    owner = await later.identity.owner(NOBODY)
    dropped = await later.identity.create_key(owner, "dropped")
    old = await later.identity.create_key(owner, "old", lasts=timedelta(days=1))
    assert (await later.identity.identify(NOBODY, old.secret, KEY)).principal == owner
    await later.identity.drop_key(owner, dropped.id)
    later.clock.advance(timedelta(days=1))
    for key in (dropped, old):
        with pytest.raises(Unauthenticated):
            await later.identity.identify(NOBODY, key.secret, KEY)
    with pytest.raises(NotFound):
        await later.identity.drop_key(owner, dropped.id)


@pytest.mark.parametrize(("name", "scopes"), [("", ()), ("   ", ()), ("x" * 101, ()), ("ok", ("admin",))])
async def test_a_key_without_a_good_name_or_scope_is_refused(container, owner, name, scopes):
    with pytest.raises(Invalid) as caught:
        await container.identity.create_key(owner, name, scopes)
    assert [error.field for error in caught.value.errors] == ["scopes" if scopes else "name"]
    assert await container.identity.keys(owner) == []


async def test_use_is_noted_at_most_once_a_minute(later, product_url):
    owner = await later.identity.owner(NOBODY)
    key = await later.identity.create_key(owner, "script")

    async def used():
        await later.identity.identify(NOBODY, key.secret, KEY)
        return (await later.identity.keys(owner))[0].last_used_at

    first = await used()
    later.clock.advance(timedelta(seconds=30))
    assert await used() == first
    later.clock.advance(timedelta(seconds=31))
    assert await used() == first + timedelta(seconds=61)
    assert (await later.identity.me(owner)).last_seen == first + timedelta(seconds=61)


@pytest.mark.security
async def test_a_suspended_person_is_nobody(container, owner, product_url):
    key = await container.identity.create_key(owner, "script")
    with psycopg.connect(product_url, autocommit=True) as connection:
        connection.execute("UPDATE people SET state = 'suspended'")
    with pytest.raises(Unauthenticated):
        await container.identity.identify(NOBODY, key.secret, KEY)


async def test_the_role_comes_from_the_person_not_from_the_key(container, neighbour, product_url):
    key = await container.identity.create_key(neighbour, "script")
    caller = await container.identity.identify(NOBODY, key.secret, KEY)
    assert caller.principal.role == "student"
    with pytest.raises(Denied):
        caller.principal.require_admin()
