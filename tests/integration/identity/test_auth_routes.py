"""/auth over HTTP: shapes, cookies, states, and what each refusal is called."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json

import pytest

from tests.integration.identity.opened import PASSWORD
from verivita.entrypoints.http.auth import csrf_token
from verivita.features.identity import NOBODY

pytestmark = pytest.mark.asyncio(loop_scope="module")
PAPER = {"title": "Notes", "content": "I kept the books of a bakery."}


async def proved(place, browser, email):
    await browser.post("/auth/email", json={"email": email})
    return await browser.post("/auth/verify", json={"email": email, "code": place.code(email)})


def flags(answer, name):
    """The attributes of a cookie that was set."""
    found = next(line for line in answer.headers.get_list("set-cookie") if line.startswith(f"{name}="))
    return {part.strip().split("=")[0].lower(): part.strip() for part in found.split(";")[1:]}


@pytest.mark.acceptance("ID-06")
async def test_a_guest_gets_a_cookie_and_keeps_their_id(place):
    async with place.browser() as browser:
        first = await browser.post("/auth/guest")
        again = await browser.post("/auth/guest")
    assert (first.status_code, again.status_code) == (201, 201)
    assert set(first.json()) == {"id", "state"}
    assert first.json() == again.json()
    assert first.json()["state"] == "guest"
    said = flags(first, "identity_id")
    assert "httponly" in said
    assert said["samesite"].lower() == "samesite=lax"
    assert "set-cookie" not in again.headers


@pytest.mark.acceptance("ID-22")
async def test_cookies_are_secure_where_the_page_is(place):
    async with place.browser() as browser:
        answer = await browser.post("https://localhost:8080/auth/guest")
    assert "secure" in flags(answer, "identity_id")


@pytest.mark.acceptance("ID-07", "ID-08", "ID-09", "ID-10", "ID-11", "ID-13")
async def test_the_whole_way_of_a_guest(place):
    async with place.browser() as browser:
        guest = (await browser.post("/auth/guest")).json()
        state = (await browser.get("/auth/state")).json()
        assert state == {"id": guest["id"], "state": "guest", "guest_used": False, "allowance": 1}
        assert (await browser.post("/api/v1/documents", json=PAPER)).status_code == 201
        refused = await browser.post("/api/v1/documents", json=PAPER | {"content": "Two."})
        assert (refused.status_code, refused.json()["code"]) == (403, "email_required")
        assert (await browser.get("/auth/state")).json()["allowance"] == 0
        answer = await browser.post("/auth/email", json={"email": "way@mail.example"})
        assert (answer.status_code, answer.json()) == (202, {"state": "email_collected"})
        refused = await browser.post("/api/v1/documents", json=PAPER | {"content": "Two."})
        assert (refused.status_code, refused.json()["code"]) == (403, "verification_required")
        code = place.code("way@mail.example")
        done = await browser.post("/auth/verify", json={"email": "way@mail.example", "code": code})
        body = done.json()
        assert set(body) == {"access_token", "token_type", "expires_in", "refresh_token", "user"}
        assert (body["token_type"], body["expires_in"]) == ("bearer", 3600)
        assert set(body["user"]) == {"id", "email", "full_name", "state", "role", "tenant_id", "created_at"}
        assert (body["user"]["id"], body["user"]["state"]) == (guest["id"], "verified")
        assert "httponly" in flags(done, "verivita_session")
    bearer = {"Authorization": f"Bearer {body['access_token']}"}
    async with place.browser(headers=bearer) as program:
        assert (await program.get("/auth/me")).json()["email"] == "way@mail.example"
        assert (await program.post("/api/v1/documents", json=PAPER | {"content": "Two."})).status_code == 201
        assert (await program.get("/api/v1/documents")).json()["total"] == 2
        assert (await program.get("/auth/state")).json()["allowance"] is None


@pytest.mark.acceptance("ID-13")
@pytest.mark.security
async def test_of_twenty_first_posts_at_once_one_passes(place):
    async with place.browser() as browser:
        await browser.post("/auth/guest")
        answers = await asyncio.gather(
            *(browser.post("/api/v1/documents", json=PAPER | {"content": f"Paper {n}."}) for n in range(20))
        )
        assert sorted(answer.status_code for answer in answers) == [201] + [403] * 19
        assert (await browser.get("/api/v1/documents")).json()["total"] == 1


async def test_a_refused_first_action_was_none(place):
    async with place.browser() as browser:
        await browser.post("/auth/guest")
        assert (await browser.post("/api/v1/documents", json={"title": "no content"})).status_code == 422
        assert (await browser.post("/api/v1/documents", json=PAPER)).status_code == 201


@pytest.mark.acceptance("ID-18", "ID-19")
async def test_sign_up_and_log_in(place):
    who = {"email": "sign@mail.example", "password": PASSWORD, "full_name": "Sigrid Nomen"}
    async with place.browser() as browser:
        made = await browser.post("/auth/signup", json=who)
        assert made.status_code == 201
        assert set(made.json()) == {"access_token", "token_type", "user"}
        assert made.json()["user"]["full_name"] == "Sigrid Nomen"
        bearer = {"Authorization": f"Bearer {made.json()['access_token']}"}
        assert (await browser.get("/auth/me", headers=bearer)).json() == made.json()["user"]
        refused = await browser.post("/api/v1/documents", json=PAPER, headers=bearer)
        assert refused.json()["code"] == "verification_required"
        code = {"email": who["email"], "code": place.code(who["email"])}
        assert (await browser.post("/auth/verify", json=code)).status_code == 200
    async with place.browser() as elsewhere:
        answer = await elsewhere.post("/auth/login", json={"email": "SIGN@mail.example", "password": PASSWORD})
        assert answer.status_code == 200
        assert set(answer.json()) == {"access_token", "token_type", "refresh_token", "user"}
        assert answer.json()["user"] == made.json()["user"] | {"state": "verified"}


@pytest.mark.acceptance("ID-18")
@pytest.mark.security
async def test_nothing_shows_whether_an_address_is_taken(place):
    async with place.browser() as browser:
        await proved(place, browser, "taken@mail.example")
    shapes = set()
    for email in ("taken@mail.example", "fresh@mail.example"):
        async with place.browser() as browser:
            one = await browser.post("/auth/email", json={"email": email})
            two = await browser.post("/auth/signup", json={"email": email, "password": PASSWORD, "full_name": "X"})
            user = two.json()["user"]
            wrong = await browser.post("/auth/login", json={"email": email, "password": "wrong wrong"})
            assert user["email"] == email
            said = [one.status_code, one.json(), two.status_code, sorted(two.json()), user["state"], user["role"]]
            said += [wrong.status_code, wrong.json()["code"], wrong.json()["detail"], sorted(wrong.headers)]
            shapes.add(json.dumps(said))
    assert len(shapes) == 1


@pytest.mark.acceptance("ID-25")
async def test_proving_a_taken_address_after_sign_up_leads_to_the_old_account_with_the_new_password(place):
    async with place.browser() as browser:
        old = (await proved(place, browser, "again@mail.example")).json()["user"]
    async with place.browser() as browser:
        await browser.post("/auth/signup", json={"email": "again@mail.example", "password": PASSWORD, "full_name": "A"})
        code = {"email": "again@mail.example", "code": place.code("again@mail.example")}
        assert (await browser.post("/auth/verify", json=code)).json()["user"]["id"] == old["id"]
    async with place.browser() as browser:
        answer = await browser.post("/auth/login", json={"email": "again@mail.example", "password": PASSWORD})
        assert answer.json()["user"]["id"] == old["id"]


@pytest.mark.acceptance("ID-25")
async def test_a_guest_who_logs_in_keeps_what_they_made(place):
    who = {"email": "keeps@mail.example", "password": PASSWORD}
    async with place.browser() as browser:
        await browser.post("/auth/signup", json=who | {"full_name": "K"})
        code = {"email": who["email"], "code": place.code(who["email"])}
        account = (await browser.post("/auth/verify", json=code)).json()["user"]
    async with place.browser() as browser:
        await browser.post("/auth/guest")
        made = (await browser.post("/api/v1/documents", json=PAPER)).json()
        user = (await browser.post("/auth/login", json=who)).json()["user"]
        assert user["id"] == account["id"]
        listed = (await browser.get("/api/v1/documents")).json()
        assert [item["id"] for item in listed["items"]] == [made["id"]]


@pytest.mark.security
async def test_a_password_that_was_chosen_for_another_address_does_not_come_along(place):
    mine = {"email": "first@mail.example", "password": PASSWORD}
    async with place.browser() as browser:
        await browser.post("/auth/signup", json=mine | {"full_name": "F"})
        code = {"email": mine["email"], "code": place.code(mine["email"])}
        assert (await browser.post("/auth/verify", json=code)).status_code == 200
    async with place.browser() as browser:
        other = {"email": "second@mail.example", "password": "another long one", "full_name": "S"}
        await browser.post("/auth/signup", json=other)
        assert (await browser.post("/auth/login", json=mine)).status_code == 200
    async with place.browser() as browser:
        wrong = await browser.post("/auth/login", json=mine | {"password": "another long one"})
        assert wrong.json()["code"] == "sign_in_failed"
        assert (await browser.post("/auth/login", json=mine)).status_code == 200


@pytest.mark.acceptance("ID-19")
@pytest.mark.security
async def test_after_ten_wrong_passwords_the_right_one_waits_too_also_for_nobody(place):
    async with place.browser() as browser:
        who = {"email": "lock@mail.example", "password": PASSWORD, "full_name": "L"}
        await browser.post("/auth/signup", json=who)
        for email in ("lock@mail.example", "noone@mail.example"):
            for _ in range(10):
                wrong = await browser.post("/auth/login", json={"email": email, "password": "wrong wrong"})
                assert (wrong.status_code, wrong.json()["code"]) == (401, "sign_in_failed")
            held = await browser.post("/auth/login", json={"email": email, "password": PASSWORD})
            assert (held.status_code, held.json()["code"]) == (429, "limit_reached")
            assert int(held.headers["retry-after"]) > 60


@pytest.mark.acceptance("ID-21", "ID-22")
@pytest.mark.security
async def test_refresh_tokens_turn_and_a_copy_ends_them_all(place):
    async with place.browser() as browser:
        first = (await proved(place, browser, "turn@mail.example")).json()
        second = await browser.post("/auth/refresh", json={"refresh_token": first["refresh_token"]})
        assert set(second.json()) == {"access_token", "token_type", "expires_in", "refresh_token"}
    async with place.browser(headers={"Authorization": f"Bearer {second.json()['access_token']}"}) as program:
        assert (await program.get("/auth/me")).status_code == 200
        stolen = await program.post("/auth/refresh", json={"refresh_token": first["refresh_token"]})
        assert (stolen.status_code, stolen.json()["code"]) == (401, "token_reused")
        latest = await program.post("/auth/refresh", json={"refresh_token": second.json()["refresh_token"]})
        assert latest.status_code == 401
        assert (await program.get("/auth/me")).status_code == 401


@pytest.mark.acceptance("ID-22")
async def test_logging_out_ends_this_sign_in_and_logging_out_everywhere_the_others(place):
    async with place.browser() as one, place.browser() as two, place.browser() as three:
        tokens = [(await proved(place, browser, "out@mail.example")).json() for browser in (one, two, three)]
        heads = [{"Authorization": f"Bearer {item['access_token']}"} for item in tokens]
        assert (await one.post("/auth/logout", headers=heads[0])).status_code == 204
        assert (await one.get("/auth/me", headers=heads[0])).status_code == 401
        assert (await two.get("/auth/me", headers=heads[1])).status_code == 200
        form = {"X-CSRF-Token": csrf_token(two.cookies["verivita_session"])}
        assert (await two.post("/auth/logout-all")).status_code == 403
        assert (await two.post("/auth/logout-all", headers=form)).status_code == 204
        for browser, head in ((two, heads[1]), (three, heads[2])):
            assert (await browser.get("/auth/me", headers=head)).status_code == 401
            assert (await browser.get("/auth/me")).status_code == 401


@pytest.mark.security
async def test_a_write_from_another_site_with_a_guests_cookie_is_refused(place):
    async with place.browser() as browser:
        await browser.post("/auth/guest")
        for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
            answer = await browser.post("/api/v1/documents", json=PAPER, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "csrf"), headers
        own = {"Origin": "http://localhost:5173"}
        assert (await browser.post("/api/v1/documents", json=PAPER, headers=own)).status_code == 201


@pytest.mark.acceptance("ID-16", "FUT-07")
async def test_a_voucher_makes_a_member_once(place):
    owner = await place.container.identity.owner(NOBODY)
    voucher = await place.members.voucher(owner)
    async with place.browser() as browser:
        head = {"Authorization": f"Bearer {(await proved(place, browser, 'v1@mail.example')).json()['access_token']}"}
        answer = await browser.post("/auth/upgrade", json={"voucher": voucher.secret}, headers=head)
        assert (answer.status_code, answer.json()) == (200, {"state": "member"})
    async with place.browser() as browser:
        head = {"Authorization": f"Bearer {(await proved(place, browser, 'v2@mail.example')).json()['access_token']}"}
        answer = await browser.post("/auth/upgrade", json={"voucher": voucher.secret}, headers=head)
        assert (answer.status_code, answer.json()["code"]) == (422, "voucher")
        assert (await browser.get("/auth/state", headers=head)).json()["state"] == "verified"


@pytest.mark.acceptance("ID-16")
@pytest.mark.security
async def test_a_payment_counts_once_and_only_with_its_signature(place, monkeypatch):
    monkeypatch.setattr(place.members, "_payment_secret", "a secret of the payment service")
    async with place.browser() as browser:
        user = (await proved(place, browser, "pays@mail.example")).json()["user"]
        body = json.dumps({"id": "pay_1", "person_id": user["id"]}).encode()
        now = str(int(place.clock.now().timestamp()))

        def signed(stamp, secret=b"a secret of the payment service", content=body):
            mark = hmac.new(secret, stamp.encode() + b"." + content, hashlib.sha256).hexdigest()
            return {"Verivita-Signature": f"t={stamp},v1={mark}", "Content-Type": "application/json"}

        bad = [signed(now, b"another"), signed(str(int(now) - 301)), signed(now, content=b"{}"), signed("x")]
        bad.append({"Verivita-Signature": "v1=", "Content-Type": "application/json"})
    async with place.browser() as service:
        for headers in bad:
            answer = await service.post("/auth/upgrade", content=body, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (401, "signature")
        for _ in range(2):
            answer = await service.post("/auth/upgrade", content=body, headers=signed(now))
            assert (answer.status_code, answer.json()) == (200, {"state": "member"})


@pytest.mark.acceptance("ID-09")
@pytest.mark.parametrize("path", ["/auth/state", "/auth/me"])
async def test_nobody_has_no_state(place, path):
    async with place.browser() as browser:
        assert (await browser.get(path)).status_code == 401


async def test_no_keys_are_public_where_the_key_is_a_secret(place):
    async with place.browser() as browser:
        answer = await browser.get("/auth/.well-known/jwks.json")
    assert (answer.status_code, answer.json()) == (200, {"keys": []})


async def test_where_only_the_owner_may_come_in_nobody_else_does(clients):
    async with clients.nobody() as browser:
        for path, body in (
            ("guest", {}),
            ("email", {"email": "a@mail.example"}),
            ("signup", {"email": "a@mail.example", "password": PASSWORD, "full_name": "A"}),
            ("login", {"email": "a@mail.example", "password": PASSWORD}),
        ):
            answer = await browser.post(f"/auth/{path}", json=body)
            assert (answer.status_code, answer.json()["code"]) == (403, "sign_in_off"), path
