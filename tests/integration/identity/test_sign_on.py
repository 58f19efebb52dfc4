"""Sign-in at another issuer: the whole way by code and PKCE, and everything that is not that way."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx2
import pytest
import pytest_asyncio
from joserfc.jwk import OctKey

from tests.integration.identity.opened import open_settings, opened
from tests.rigs.issuer import CLIENT, SECRET, running
from verivita.core.ids import PersonId
from verivita.features.identity import NOBODY, SIGN_ON_LASTS, Returned, local_path

pytestmark = pytest.mark.asyncio(loop_scope="module")
PAGE = {"Accept": "text/html"}
PAPER = {"title": "Notes", "content": "I mended clocks in a tower."}


def entry(issuer, name, **more):
    found = {"issuer": issuer.url, "algorithm": issuer.algorithm, "client_id": CLIENT, "client_secret": SECRET}
    return found | {"name": name} | more


@pytest.fixture(scope="module")
def issuer():
    with running("RS256") as made:
        yield made


@pytest.fixture(scope="module")
def foreign():
    """A second issuer that people may sign in at, as honest as its owner is."""
    with running("ES256") as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(open_url, tmp_path_factory, issuer, foreign):
    chosen = [entry(issuer, "Work & Co", link_by_email=True), entry(foreign, "Other")]
    folder = tmp_path_factory.mktemp("on")
    settings = open_settings(folder, issuers=chosen)
    allow = [f"127.0.0.1:{one.port}" for one in (issuer, foreign)]
    async for made in opened(settings.model_copy(update={"egress_allow": allow}), open_url):
        issuer.clock = foreign.clock = made.clock
        made.without_mail = open_settings(folder, issuers=chosen, mail="off")
        yield made


@pytest.fixture(autouse=True)
def _as_it_was(issuer, foreign):
    for one in (issuer, foreign):
        one.person, one.says, one.document_says = {"sub": f"person-{one.port}"}, {}, {}
        one.signs_with, one.header_says, one.is_down = None, {}, False
    yield


def query_of(answer):
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


async def sent_back(address):
    """What the issuer sends the browser back with: the query of its redirect."""
    async with httpx2.AsyncClient() as web:
        return query_of(await web.get(address))


async def signed_on(browser, key="work-co", onward=None, **changed):
    """The whole way; `changed` replaces words of the issuer's answer, None leaves them out."""
    begun = await browser.get(f"/auth/oidc/{key}/start", params={"onward": onward} if onward else {})
    assert begun.status_code == 303
    query = await sent_back(begun.headers["location"])
    words = {name: value for name, value in (query | changed).items() if value is not None}
    return await browser.get(f"/auth/oidc/{key}/return", params=words)


async def refused(place, why, **changed):
    async with place.browser() as browser:
        answer = await signed_on(browser, **changed)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?why={why}")
        assert "verivita_session" not in browser.cookies
        assert (await browser.get("/auth/me")).status_code == 401
        page = await browser.get(answer.headers["location"], headers=PAGE)
        assert page.status_code == 200
        assert 'class="lead"' in page.text


class TestTheWay:
    @pytest.mark.acceptance("ID-01", "ID-22")
    async def test_a_browser_goes_there_and_comes_back_signed_in(self, place, issuer):
        issuer.person |= {"email": "on@mail.example", "email_verified": True, "name": "Onna Sign"}
        async with place.browser() as browser:
            page = await browser.get("/sign-in", headers=PAGE)
            assert '<a class="btn" href="/auth/oidc/work-co/start">Continue with Work &amp; Co</a>' in page.text
            answer = await signed_on(browser)
            assert (answer.status_code, answer.headers["location"]) == (303, "/")
            said = (await browser.get("/auth/me")).json()
            assert (said["email"], said["full_name"], said["state"]) == ("on@mail.example", "Onna Sign", "verified")
            assert set(browser.cookies) == {"verivita_session"}
        async with place.browser() as again:
            await signed_on(again)
            assert (await again.get("/auth/me")).json() == said
        asked = issuer.asked[-1]
        assert asked["scope"].split()[0] == "openid"
        assert (asked["response_type"], asked["client_id"], asked["code_challenge_method"]) == ("code", CLIENT, "S256")
        assert asked["redirect_uri"] == "http://localhost:8080/auth/oidc/work-co/return"
        assert len({one["state"] for one in issuer.asked}) == len({one["nonce"] for one in issuer.asked}) > 1
        assert len({one["code_challenge"] for one in issuer.asked}) == len(issuer.asked)

    async def test_where_no_mail_can_be_sent_no_address_is_asked_for(self, place, open_url):
        async for bare in opened(place.without_mail, open_url):
            async with bare.browser(headers=PAGE) as browser:
                page = await browser.get("/sign-in")
                assert "Continue with Other" in page.text
                assert 'name="email"' not in page.text

    async def test_a_program_reads_where_people_may_sign_in(self, place):
        async with place.browser() as program:
            said = (await program.get("/auth/oidc")).json()
        assert [item["name"] for item in said["items"]] == ["Work & Co", "Other"]
        assert said["items"][0]["url"] == "/auth/oidc/work-co/start"

    async def test_the_secret_goes_in_the_form_where_the_issuer_wants_that(self, place, issuer):
        issuer.document_says = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
        place.clock.advance(timedelta(minutes=11))
        async with place.browser() as browser:
            assert (await signed_on(browser)).headers["location"] == "/"
        issuer.document_says = {}
        place.clock.advance(timedelta(minutes=11))
        async with place.browser() as browser:
            assert (await signed_on(browser)).headers["location"] == "/"

    @pytest.mark.acceptance("ID-25")
    async def test_what_a_guest_made_goes_along(self, place, issuer):
        issuer.person["sub"] = "keeps"
        async with place.browser() as browser:
            guest = (await browser.post("/auth/guest")).json()
            made = (await browser.post("/api/v1/documents", json=PAPER)).json()
            await signed_on(browser)
            known = (await browser.get("/auth/me")).json()
            assert known["id"] != guest["id"]
            assert [item["id"] for item in (await browser.get("/api/v1/documents")).json()["items"]] == [made["id"]]
            assert "identity_id" not in browser.cookies
        async with place.browser() as browser:
            await browser.post("/auth/guest")
            more = (await browser.post("/api/v1/documents", json=PAPER | {"content": "And in a church."})).json()
            await signed_on(browser)
            assert (await browser.get("/auth/me")).json()["id"] == known["id"]
            listed = (await browser.get("/api/v1/documents")).json()["items"]
            assert {item["id"] for item in listed} == {made["id"], more["id"]}

    @pytest.mark.security
    async def test_an_address_leads_to_an_account_only_from_an_issuer_that_is_trusted_with_it(
        self, place, issuer, foreign
    ):
        known = await place.verified("both@mail.example")
        for one, key, same in ((foreign, "other", False), (issuer, "work-co", True)):
            one.person = {"sub": "linked", "email": "both@mail.example", "email_verified": True}
            async with place.browser() as browser:
                await signed_on(browser, key)
                said = (await browser.get("/auth/me")).json()
            assert (said["id"] == str(known.person_id)) is same
        issuer.person = {"sub": "unproved", "email": "both@mail.example", "email_verified": False}
        async with place.browser() as browser:
            await signed_on(browser)
            assert (await browser.get("/auth/me")).json()["email"] is None

    async def test_a_new_key_of_the_issuer_is_taken_within_a_minute(self, place, issuer):
        async with place.browser() as browser:
            assert (await signed_on(browser)).headers["location"] == "/"
        issuer.rotate("second")
        place.clock.advance(timedelta(seconds=40))
        async with place.browser() as browser:
            assert (await signed_on(browser)).headers["location"] == "/"


@pytest.mark.security
@pytest.mark.acceptance("SEC-07")
class TestWhatIsNotTheWay:
    @pytest.mark.parametrize("state", ["x" * 32, "", None])
    async def test_a_wrong_state(self, place, state):
        await refused(place, "sign_in_lost", state=state)

    async def test_an_answer_in_a_browser_that_never_asked(self, place):
        async with place.browser() as one, place.browser() as other:
            begun = await one.get("/auth/oidc/work-co/start")
            query = await sent_back(begun.headers["location"])
            answer = await other.get("/auth/oidc/work-co/return", params=query)
            assert answer.headers["location"] == "/sign-in?why=sign_in_lost"
            await other.get("/auth/oidc/work-co/start")
            answer = await other.get("/auth/oidc/work-co/return", params=query)
            assert answer.headers["location"] == "/sign-in?why=sign_in_lost"
            assert "verivita_session" not in other.cookies

    async def test_an_answer_that_comes_too_late(self, place):
        async with place.browser() as browser:
            begun = await browser.get("/auth/oidc/work-co/start")
            query = await sent_back(begun.headers["location"])
            place.clock.advance(SIGN_ON_LASTS)
            answer = await browser.get("/auth/oidc/work-co/return", params=query)
            assert answer.headers["location"] == "/sign-in?why=sign_in_lost"

    async def test_a_code_that_is_used_twice(self, place):
        async with place.browser() as browser:
            begun = await browser.get("/auth/oidc/work-co/start")
            kept = browser.cookies["verivita_sign_on"]
            query = await sent_back(begun.headers["location"])
            first = await browser.get("/auth/oidc/work-co/return", params=query)
            assert first.headers["location"] == "/"
            again = await browser.get("/auth/oidc/work-co/return", params=query)
            assert again.headers["location"] == "/sign-in?why=sign_in_lost"
        cookie = {"Cookie": f"verivita_sign_on={kept}"}
        async with place.browser(headers=cookie) as thief:
            answer = await thief.get("/auth/oidc/work-co/return", params=query)
            assert answer.headers["location"] == "/sign-in?why=issuer_refused"

    async def test_a_code_of_somebody_else_put_into_ones_own_answer(self, place):
        """Code injection: the verifier that belongs to the code stays in the other browser."""
        async with place.browser() as one, place.browser() as other:
            stolen = await sent_back((await one.get("/auth/oidc/work-co/start")).headers["location"])
            mine = await sent_back((await other.get("/auth/oidc/work-co/start")).headers["location"])
            answer = await other.get("/auth/oidc/work-co/return", params=mine | {"code": stolen["code"]})
            assert answer.headers["location"] == "/sign-in?why=issuer_refused"

    @pytest.mark.parametrize(
        "says",
        [
            {"nonce": "another"},
            {"nonce": None},
            {"aud": "another client"},
            {"aud": [CLIENT, "another client"]},
            {"azp": "another client"},
            {"iss": "https://login.example"},
            {"exp": 1_000_000_000},
            {"exp": None},
            {"sub": None},
            {"sub": ""},
        ],
        ids=str,
    )
    async def test_an_id_token_for_another_sign_in(self, place, issuer, says):
        issuer.says = says
        await refused(place, "issuer_refused")

    async def test_several_audiences_with_this_client_as_the_party(self, place, issuer):
        issuer.says = {"aud": [CLIENT, "another client"], "azp": CLIENT}
        async with place.browser() as browser:
            assert (await signed_on(browser)).headers["location"] == "/"

    @pytest.mark.parametrize("how", ["none", "other key", "HS256"])
    async def test_an_id_token_that_the_issuer_did_not_sign(self, place, issuer, how):
        if how == "none":
            issuer.header_says = {"alg": "none"}
        elif how == "HS256":
            issuer.header_says = {"alg": "HS256"}
            issuer.signs_with = OctKey.import_key(json.dumps(issuer.key.as_dict(private=False)))
        else:
            issuer.signs_with = issuer.new_key(issuer.key.kid)
        await refused(place, "issuer_refused")

    @pytest.mark.parametrize("iss", ["foreign", "https://login.example"])
    async def test_the_answer_of_another_issuer(self, place, foreign, iss):
        """Mix-up (RFC 9700, section 4.4): an answer names who it is from, and must be from who was asked."""
        await refused(place, "issuer_refused", iss=foreign.url if iss == "foreign" else iss)

    async def test_an_issuer_that_always_names_itself_must_do_so(self, place, issuer):
        issuer.document_says = {"authorization_response_iss_parameter_supported": True}
        place.clock.advance(timedelta(minutes=11))
        await refused(place, "issuer_refused")
        async with place.browser() as browser:
            assert (await signed_on(browser, iss=issuer.url)).headers["location"] == "/"
        issuer.document_says = {}
        place.clock.advance(timedelta(minutes=11))

    async def test_an_answer_at_the_door_of_another_issuer(self, place, issuer, foreign):
        async with place.browser() as browser:
            begun = await browser.get("/auth/oidc/work-co/start")
            query = await sent_back(begun.headers["location"])
            before = foreign.fetched["/token"]
            answer = await browser.get("/auth/oidc/other/return", params=query)
            assert answer.headers["location"] == "/sign-in?why=sign_in_lost"
            assert foreign.fetched["/token"] == before

    async def test_the_issuer_says_no(self, place):
        await refused(place, "issuer_refused", error="access_denied<script>", code=None)
        await refused(place, "issuer_refused", code=None)

    async def test_the_issuer_is_down(self, place, issuer):
        async with place.browser() as browser:
            begun = await browser.get("/auth/oidc/work-co/start")
            query = await sent_back(begun.headers["location"])
            issuer.is_down = True
            answer = await browser.get("/auth/oidc/work-co/return", params=query)
            assert answer.headers["location"] == "/sign-in?why=issuer_unavailable"
            page = await browser.get(answer.headers["location"], headers=PAGE)
            assert "does not answer now" in page.text
            place.clock.advance(timedelta(hours=25))
            answer = await browser.get("/auth/oidc/work-co/start")
            assert answer.headers["location"] == "/sign-in?why=issuer_unavailable"

    async def test_an_issuer_that_nobody_named(self, place):
        async with place.browser() as browser:
            for path in ("start", "return?state=x&code=y"):
                answer = await browser.get(f"/auth/oidc/nobody/{path}")
                assert answer.headers["location"] == "/sign-in?why=not_found"

    @pytest.mark.parametrize(
        "onward",
        [
            "https://evil.example/",
            "//evil.example/",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "javascript:alert(1)",
            "evil.example",
            "",
            "/auth/oidc/work-co/start",
            "/" + "x" * 500,
        ],
    )
    async def test_no_address_leads_elsewhere(self, place, onward):
        assert local_path(onward) == "/"
        if len(onward) <= 500:
            async with place.browser() as browser:
                assert (await signed_on(browser, onward=onward or "/")).headers["location"] == "/"

    async def test_a_page_of_ones_own_is_led_to(self, place):
        async with place.browser() as browser:
            answer = await signed_on(browser, onward="/jobs?page=2#here")
            assert answer.headers["location"] == "/jobs?page=2#here"

    async def test_somebody_suspended(self, place, issuer):
        issuer.person["sub"] = "suspended"
        async with place.browser() as browser:
            await signed_on(browser)
            known = (await browser.get("/auth/me")).json()["id"]
        owner = await place.container.identity.owner(NOBODY)
        await place.members.suspend(owner, PersonId(UUID(known)))
        await refused(place, "suspended")

    async def test_what_the_browser_keeps_tells_nothing_and_opens_only_as_it_was(self, place):
        async with place.browser() as browser:
            begun = await browser.get("/auth/oidc/work-co/start")
            kept = browser.cookies["verivita_sign_on"]
            query = query_of(begun)
        raw = base64.urlsafe_b64decode(kept)
        assert query["state"].encode() not in raw
        assert query["nonce"].encode() not in raw
        for wrong in (kept[:-8] + "AAAAAAA=", "x", "", base64.urlsafe_b64encode(b"{}").decode()):
            with pytest.raises(Exception, match="not begun in this browser"):
                await place.sign_in.sign_on.finish(NOBODY, "work-co", wrong, Returned(query["state"], "c"))

    async def test_an_id_token_for_another_client_of_the_issuer_is_no_bearer_token_here(self, place, issuer):
        now = int(place.clock.now().timestamp())
        claims = {"iss": issuer.url, "sub": "person-1", "aud": "another client", "exp": now + 600, "iat": now}
        async with place.browser(headers={"Authorization": f"Bearer {issuer.token(claims)}"}) as program:
            assert (await program.get("/auth/me")).status_code == 401

    async def test_the_issuer_never_sees_the_verifier_before_the_code(self, place, issuer):
        async with place.browser() as browser:
            await asyncio.gather(*(browser.get("/auth/oidc/work-co/start") for _ in range(2)))
            begun = await browser.get("/auth/oidc/work-co/start")
        assert set(query_of(begun)) == {
            "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge",
            "code_challenge_method",
        }  # fmt: skip
        assert len(query_of(begun)["code_challenge"]) == len(base64.urlsafe_b64encode(hashlib.sha256().digest())) - 1
