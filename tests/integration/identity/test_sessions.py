"""Where a person is signed in: each sign-in is listed, told apart and ended by itself."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.integration.identity.opened import open_settings, opened
from verivita.core.errors import NotFound
from verivita.core.ids import new_id
from verivita.entrypoints.http.auth import csrf_token
from verivita.features.identity import NOBODY, AddressKept, SessionKind, Visit

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.acceptance("ID-22", "ID-24")]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)


async def proved(place, browser, email):
    """The answer to the code of a browser that gave this address."""
    await browser.post("/auth/email", json={"email": email})
    return (await browser.post("/auth/verify", json={"email": email, "code": place.code(email)})).json()


async def listed(browser, **headers):
    return (await browser.get("/api/v1/sessions", headers=headers)).json()["items"]


async def test_each_sign_in_is_listed_and_this_one_is_marked(place):
    email = "sessions@mail.example"
    async with place.browser(headers={"User-Agent": FIREFOX}) as desk, place.browser() as phone:
        tokens = await proved(place, desk, email)
        bearer = f"Bearer {tokens['access_token']}"
        place.clock.advance(timedelta(minutes=30))
        phone.headers["User-Agent"] = SAFARI
        await proved(place, phone, email)
        found = await listed(desk)
        assert [(one["browser"], one["kind"]) for one in found if one["is_this"]] == [("Firefox on Linux", "browser")]
        told = {(one["browser"], one["kind"]) for one in found}
        assert told == {(name, k) for name in ("Firefox on Linux", "Safari on iPhone") for k in ("browser", "tokens")}
        (this,) = (one for one in found if one["is_this"])
        assert this["network"] == "127.0.0.0/24"
        assert this["began_at"] < this["last_used_at"] < this["expires_at"]
        (by_token,) = (one for one in await listed(place.browser(), Authorization=bearer) if one["is_this"])
        assert (by_token["kind"], by_token["browser"]) == ("tokens", "python-httpx2")


async def test_ending_one_leaves_the_others(place):
    async with place.browser() as one, place.browser() as two:
        for browser in (one, two):
            tokens = await proved(place, browser, "ending@mail.example")
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        form = {"X-CSRF-Token": csrf_token(one.cookies["verivita_session"])}
        (other,) = (s["id"] for s in await listed(two) if s["is_this"])
        (family,) = (s["id"] for s in await listed(place.browser(), **bearer) if s["is_this"])
        assert (await one.delete(f"/api/v1/sessions/{other}")).status_code == 403
        assert (await one.delete(f"/api/v1/sessions/{other}", headers=form)).status_code == 204
        assert (await two.get("/auth/me")).status_code == 401
        assert (await two.get("/auth/me", headers=bearer)).status_code == 200
        assert (await one.delete(f"/api/v1/sessions/{family}", headers=form)).status_code == 204
        assert (await two.get("/auth/me", headers=bearer)).status_code == 401
        again = await two.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
        assert again.status_code == 401
        assert (await one.delete(f"/api/v1/sessions/{other}", headers=form)).status_code == 404
        assert (await one.get("/auth/me")).status_code == 200


@pytest.mark.security
async def test_nobody_sees_or_ends_the_sign_ins_of_another(place):
    async with place.browser() as one, place.browser() as two:
        await proved(place, one, "mine@mail.example")
        await proved(place, two, "theirs@mail.example")
        mine, theirs = [{s["id"] for s in await listed(browser)} for browser in (one, two)]
        assert mine.isdisjoint(theirs)
        form = {"X-CSRF-Token": csrf_token(one.cookies["verivita_session"])}
        answers = [await one.delete(f"/api/v1/sessions/{id}", headers=form) for id in [*theirs, new_id()]]
        said = {re.sub(r'"request_id":"[^"]*"', "", answer.text) for answer in answers}
        assert ({answer.status_code for answer in answers}, len(said)) == ({404}, 1)
        assert (await two.get("/auth/me")).status_code == 200


async def test_a_key_is_no_sign_in_and_a_sign_in_no_key(place):
    known = await place.verified("kinds@mail.example")
    identity, sessions = place.container.identity, place.sign_in.sessions
    key = await identity.create_key(known, "script")
    issued = await identity.open_session(known, Visit(FIREFOX, "203.0.113.7"))
    assert [(s.id, s.kind) for s in await sessions.all(known)] == [(issued.id, SessionKind.BROWSER)]
    with pytest.raises(NotFound):
        await sessions.end(known, key.id)
    with pytest.raises(NotFound):
        await identity.drop_key(known, issued.id)
    async with place.browser(headers={"Authorization": f"Bearer {key.secret}"}) as program:
        assert [s["is_this"] for s in await listed(program)] == [False]


async def test_a_family_of_tokens_is_one_sign_in_since_its_first(place):
    known = await place.verified("family@mail.example")
    tokens = await place.access.issue(known, Visit(FIREFOX, "203.0.113.7"))
    (first,) = await place.sign_in.sessions.all(known)
    place.clock.advance(timedelta(days=20))
    _, turned = await place.access.refresh(NOBODY, tokens.refresh_token, Visit(SAFARI, "2001:db8:1:2::3"))
    (second,) = await place.sign_in.sessions.all(known)
    assert (second.id, second.began_at) == (first.id, first.began_at)
    assert (second.browser, second.network) == ("Safari on iPhone", "2001:db8:1::/48")
    place.clock.advance(timedelta(minutes=5))
    await place.access.bearer(NOBODY, turned.access_token, Visit(FIREFOX, "203.0.113.7"))
    (third,) = await place.sign_in.sessions.all(known)
    assert (third.browser, third.last_used_at) == ("Firefox on Linux", place.clock.now())
    place.clock.advance(timedelta(days=31))
    assert await place.sign_in.sessions.all(known) == []


@pytest.mark.security
@pytest.mark.parametrize("kept", [AddressKept.HASHED, AddressKept.NONE])
async def test_where_addresses_are_not_kept_in_clear_a_sign_in_keeps_none(open_url, place, kept):
    settings = open_settings(place.container.settings.data_dir, address_kept=kept.value)
    async for other in opened(settings, open_url):
        known = await other.verified(f"{kept}@mail.example")
        await other.container.identity.open_session(known, Visit(FIREFOX, "203.0.113.7"))
        (session,) = await other.sign_in.sessions.all(known)
        assert (session.browser, session.network) == ("Firefox on Linux", None)


@pytest.mark.security
async def test_the_cookie_of_a_guest_ends_when_they_prove_who_they_are(place):
    async with place.browser() as planter, place.browser() as victim:
        await planter.post("/auth/guest")
        victim.cookies.set("identity_id", planter.cookies["identity_id"])
        await proved(place, victim, "planted@mail.example")
        assert (await victim.get("/auth/me")).json()["email"] == "planted@mail.example"
        assert (await planter.get("/auth/me")).status_code == 401


async def test_the_page_shows_and_ends_them(place):
    page = {"Accept": "text/html"}
    async with place.browser(headers=page) as one, place.browser(headers=page) as two:
        for browser, agent in ((one, FIREFOX), (two, SAFARI)):
            browser.headers["User-Agent"] = agent
            await proved(place, browser, "page@mail.example")
        shown = (await one.get("/settings")).text
        rows = re.findall(r'<tr><th scope="row">(.*?)</th><td>(.*?)</td>.*?action="(/settings/sessions/[^"]+)"', shown)
        assert [(name, network) for name, network, _ in rows if "this one" in name] == [
            ('Firefox on Linux <span class="tag tag-accent">this one</span>', "127.0.0.0/24")
        ]
        form = {"csrf": csrf_token(one.cookies["verivita_session"])}
        assert {name for name, _, _ in rows if name.startswith("Safari")} == {
            "Safari on iPhone",
            "Safari on iPhone, tokens",
        }
        (phone,) = (url for name, _, url in rows if name == "Safari on iPhone")
        ended = await one.post(phone, data=form)
        assert (ended.status_code, ended.headers["location"]) == (303, "/settings?did=session#sessions")
        assert "That sign-in has ended." in (await one.get("/settings?did=session")).text
        assert (await two.get("/auth/me", headers={"Accept": "*/*"})).status_code == 401
        (own,) = (url for name, _, url in rows if "this one" in name)
        ended = await one.post(own, data=form)
        assert (ended.status_code, ended.headers["location"]) == (303, "/sign-in")
        assert "verivita_session" not in one.cookies
        await proved(place, one, "page@mail.example")
        form = {"csrf": csrf_token(one.cookies["verivita_session"])}
        held = one.cookies["verivita_session"]
        assert (await one.post("/settings/sessions/end-all", data=form)).headers["location"] == "/sign-in"
        two.cookies.set("verivita_session", held)
        assert (await two.get("/auth/me", headers={"Accept": "*/*"})).status_code == 401
