"""What is kept of a visit, what is swept, and front ends that hold their token themselves."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest

from tests.integration.identity.opened import open_settings, opened
from verivita.features.identity import GUEST_LASTS, NOBODY

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One data directory for all: the database of this module belongs to its key."""
    return tmp_path_factory.mktemp("traces")


def row(url, person_id):
    with psycopg.connect(url) as connection:
        query = "SELECT user_agent, ip_address, first_seen, last_seen FROM people WHERE id = %s"
        return connection.execute(query, [person_id]).fetchone()


@pytest.mark.acceptance("ID-17")
@pytest.mark.parametrize(
    ("kept", "looks"),
    [
        ("truncated", lambda ip: ip == "127.0.0.0/24"),
        ("hashed", lambda ip: len(ip) == 64),
        ("none", lambda ip: ip is None),
    ],
)
async def test_a_visit_is_noted_and_the_address_only_as_much_as_is_wanted(open_url, folder, kept, looks):
    async for place in opened(open_settings(folder, address_kept=kept), open_url):
        async with place.browser(headers={"User-Agent": "first/1"}) as browser:
            guest = (await browser.post("/auth/guest")).json()
            before = row(open_url, guest["id"])
            assert before[0] == "first/1"
            assert looks(before[1])
            place.clock.advance(timedelta(minutes=2))
            await browser.get("/auth/state", headers={"User-Agent": "second/2"})
            after = row(open_url, guest["id"])
            assert after[0] == "second/2"
            assert after[2] == before[2]
            assert after[3] - before[3] >= timedelta(minutes=2)
            assert looks(after[1])


@pytest.mark.acceptance("ID-15")
async def test_a_front_end_may_hold_the_token_itself(open_url, folder):
    async for place in opened(open_settings(folder, browser_tokens="storage"), open_url):
        async with place.browser() as browser:
            await browser.post("/auth/email", json={"email": "own@mail.example"})
            code = {"email": "own@mail.example", "code": place.code("own@mail.example")}
            done = await browser.post("/auth/verify", json=code)
            assert not any("verivita_session" in line for line in done.headers.get_list("set-cookie"))
            assert dict(browser.cookies) == {}
            assert (await browser.get("/auth/me")).status_code == 401
            bearer = {"Authorization": f"Bearer {done.json()['access_token']}"}
            paper = {"title": "Notes", "content": "I kept bees."}
            assert (await browser.post("/api/v1/documents", json=paper, headers=bearer)).status_code == 201
            origin = {"Origin": "http://localhost:5173"}
            assert (await browser.get("/auth/me", headers=bearer | origin)).headers[
                "access-control-allow-origin"
            ] == "http://localhost:5173"


async def test_guests_who_did_nothing_and_never_came_back_are_swept(open_url, folder):
    async for place in opened(open_settings(folder), open_url):
        idle, used = await place.guest(), await place.guest()
        await place.entry.act(used)
        known = await place.verified("stays@mail.example")
        place.clock.advance(GUEST_LASTS + timedelta(days=1))
        fresh = await place.guest()
        home = await place.entry.home(NOBODY)
        assert await place.entry.drop_stale_guests(home) >= 1
        assert row(open_url, idle.person_id) is None
        assert all(row(open_url, person.person_id) for person in (used, known, fresh))
