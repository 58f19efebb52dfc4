"""Bearer tokens: ours and other issuers', what forgeries get, and that nothing in a token makes us fetch."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from joserfc.jwk import OctKey

from tests.integration.identity.opened import open_settings, opened
from tests.rigs.issuer import running, sign
from verivita.core.errors import Unauthenticated, Unavailable
from verivita.features.identity import NOBODY, STANDING_LASTS

pytestmark = pytest.mark.asyncio(loop_scope="module")
SHARED = "J9x2mQ7vT4pL8sK1wZ6bN3cR5yH0gF-d"
OURS = "U3r8kW1nB6tM9qX4zE7vC2aJ5hD0pS-y"


def part(value) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def by_hand(header, claims, secret: bytes | None) -> str:
    """A token as an attacker makes it, with no library in the way."""
    text = f"{part(header)}.{part(claims)}"
    mark = b"" if secret is None else hmac.new(secret, text.encode(), hashlib.sha256).digest()
    return f"{text}.{part(mark)}"


@asynccontextmanager
async def place_with(open_url, folder, **identity):
    async for made in opened(open_settings(folder, jwt_secret=OURS, **identity), open_url):
        yield made


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One data directory for all: the database of this module belongs to its key."""
    return tmp_path_factory.mktemp("tokens")


@pytest.fixture(scope="module")
def issuer():
    with running("RS256") as made:
        yield made


def trusting(issuer, **more):
    entry = {"issuer": issuer.url, "algorithm": issuer.algorithm, "audience": "verivita"} | more
    return {"issuers": [entry]}


def allowed(settings, issuer):
    return settings.model_copy(update={"egress_allow": [f"127.0.0.1:{issuer.port}"]})


@asynccontextmanager
async def trusting_place(open_url, folder, issuer, **more):
    settings = allowed(open_settings(folder, jwt_secret=OURS, **trusting(issuer, **more)), issuer)
    async for made in opened(settings, open_url):
        yield made


def claims_of(place, issuer_url, **more):
    now = int(place.clock.now().timestamp())
    return {"iss": issuer_url, "sub": "subject-1", "aud": "verivita", "exp": now + 600, "iat": now} | more


async def ask(place, token):
    async with place.browser(headers={"Authorization": f"Bearer {token}"}) as program:
        return await program.get("/auth/me")


@pytest.mark.acceptance("ID-10", "ID-11")
async def test_our_token_has_the_claims_that_others_check_it_by(open_url, folder):
    async with place_with(open_url, folder) as place:
        known = await place.verified("claims@mail.example")
        tokens = await place.access.issue(known)
        header, claims, mark = tokens.access_token.split(".")
        expected = hmac.new(OURS.encode(), f"{header}.{claims}".encode(), hashlib.sha256).digest()
        assert part(expected) == mark
        said = json.loads(base64.urlsafe_b64decode(claims + "=="))
        assert said["sub"] == str(known.person_id)
        assert (said["state"], said["aud"], said["exp"] - said["iat"]) == ("verified", "careergpt", 3600)
        assert (await ask(place, tokens.access_token)).status_code == 200
        place.clock.advance(timedelta(minutes=61))
        assert (await ask(place, tokens.access_token)).status_code == 401


@pytest.mark.acceptance("SEC-07")
@pytest.mark.security
async def test_forgeries_of_our_own_tokens(open_url, folder):
    async with place_with(open_url, folder) as place:
        known = await place.verified("forged@mail.example")
        good = (await place.access.issue(known)).access_token
        head, body, mark = good.split(".")
        claims = json.loads(base64.urlsafe_b64decode(body + "=="))
        header = {"alg": "HS256", "typ": "JWT"}
        assert (await ask(place, by_hand(header, claims, OURS.encode()))).status_code == 200
        public = json.dumps({"keys": []}).encode()
        forged = {
            "none": by_hand({"alg": "none"}, claims, None),
            "None": by_hand({"alg": "None"}, claims, None),
            "no signature": f"{head}.{body}.",
            "two parts": f"{head}.{body}",
            "another secret": by_hand(header, claims, b"x" * 32),
            "an empty secret": by_hand(header, claims, b""),
            "the public keys as a secret": by_hand(header, claims, public),
            "HS384 in the header": by_hand({"alg": "HS384"}, claims, OURS.encode()),
            "RS256 in the header": by_hand({"alg": "RS256"}, claims, OURS.encode()),
            "kid is a path": by_hand({"alg": "HS256", "kid": "../../dev/null"}, claims, b""),
            "kid is SQL": by_hand({"alg": "HS256", "kid": "' OR 1=1 --"}, claims, b"x"),
            "kid is no text": by_hand({"alg": "HS256", "kid": [1]}, claims, OURS.encode()),
            "crit": by_hand({"alg": "HS256", "crit": ["x"], "x": 1}, claims, OURS.encode()),
            "not base64": by_hand({"alg": "HS256", "b64": False, "crit": ["b64"]}, claims, OURS.encode()),
            "expired": by_hand(header, claims | {"exp": claims["iat"] - 1}, OURS.encode()),
            "without end": by_hand(header, {k: v for k, v in claims.items() if k != "exp"}, OURS.encode()),
            "end is text": by_hand(header, claims | {"exp": "tomorrow"}, OURS.encode()),
            "end is true": by_hand(header, claims | {"exp": True}, OURS.encode()),
            "wrong audience": by_hand(header, claims | {"aud": "others"}, OURS.encode()),
            "without audience": by_hand(header, {k: v for k, v in claims.items() if k != "aud"}, OURS.encode()),
            "not yet": by_hand(header, claims | {"nbf": claims["iat"] + 600}, OURS.encode()),
            "another issuer": by_hand(header, claims | {"iss": "https://evil.example"}, OURS.encode()),
            "issuer is a list": by_hand(header, claims | {"iss": ["verivita"]}, OURS.encode()),
            "person is none": by_hand(header, claims | {"sub": "x"}, OURS.encode()),
            "person is unknown": by_hand(
                header, claims | {"sub": str(place.container.identity.__hash__())}, OURS.encode()
            ),
            "tenant is another": by_hand(header, claims | {"tenant": claims["sub"]}, OURS.encode()),
            "family is another": by_hand(header, claims | {"sid": claims["sub"]}, OURS.encode()),
            "claims are a list": f"{part(header)}.{part([claims])}.{mark}",
            "deep": f"{part(b'[' * 9000)}.{part(b'[' * 5000)}.x",
            "long": by_hand(header, claims | {"x": "y" * 20_000}, OURS.encode()),
            "not text": "\u00e4.\u00f6.\u00fc".encode("latin-1").decode("latin-1"),
        }
        for name, token in forged.items():
            try:
                answer = await ask(place, token)
            except UnicodeEncodeError:
                continue
            assert answer.status_code == 401, name
            assert answer.json()["code"] == "unauthenticated", name


@pytest.mark.acceptance("SEC-07")
@pytest.mark.security
@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer  "])
async def test_the_spelling_of_the_scheme_does_not_matter_and_of_others_it_does(open_url, folder, scheme):
    async with place_with(open_url, folder) as place:
        known = await place.verified(f"scheme{len(scheme)}{scheme[0]}@mail.example")
        token = (await place.access.issue(known)).access_token
        async with place.browser() as program:
            assert (await program.get("/auth/me", headers={"Authorization": f"{scheme} {token}"})).status_code == 200
            for other in (f"Basic {token}", token, f"Token {token}", f"Bearer{token}"):
                assert (await program.get("/auth/me", headers={"Authorization": other})).status_code == 401
            assert (await program.get(f"/auth/me?access_token={token}")).status_code == 401


@pytest.mark.acceptance("ID-11")
@pytest.mark.security
async def test_a_suspension_shows_within_a_minute_by_every_door(open_url, folder):
    async with place_with(open_url, folder) as place:
        owner = await place.container.identity.owner(NOBODY)
        known = await place.verified("suspended@mail.example")
        tokens = await place.access.issue(known)
        key = await place.container.identity.create_key(known, "script")
        session = await place.container.identity.open_session(known)
        doors = ({"Authorization": f"Bearer {tokens.access_token}"}, {"Authorization": f"Bearer {key.secret}"})

        async def answers():
            async with place.browser() as browser:
                found = [(await browser.get("/auth/me", headers=door)).status_code for door in doors]
                cookie = {"Cookie": f"verivita_session={session.secret}"}
                return [*found, (await browser.get("/auth/me", headers=cookie)).status_code]

        assert await answers() == [200] * 3
        await place.members.suspend(owner, known.person_id)
        place.clock.advance(STANDING_LASTS)
        assert timedelta(seconds=60) >= STANDING_LASTS
        assert await answers() == [401] * 3
        with pytest.raises(Unauthenticated):
            await place.access.refresh(NOBODY, tokens.refresh_token)
        await place.members.restore(owner, known.person_id)
        assert await answers() == [200] * 3


async def test_the_end_closes_every_connection_to_an_issuer(open_url, folder, issuer):
    async def left():
        """How many connections are open once those that are ending have ended."""
        for _ in range(200):
            if not issuer.connections:
                break
            await asyncio.sleep(0.05)
        return issuer.connections

    assert await left() == 0
    async with trusting_place(open_url, folder, issuer) as place:
        known = await ask(place, issuer.token(claims_of(place, issuer.url, sub="somebody")))
        assert (known.status_code, issuer.connections) == (200, 1)
    assert await left() == 0


async def test_public_keys_where_tokens_are_signed_by_a_key_pair(open_url, folder):
    async with place_with(open_url, folder, jwt_algorithm="EdDSA") as place:
        known = await place.verified("pair@mail.example")
        token = (await place.access.issue(known)).access_token
        async with place.browser() as program:
            (key,) = (await program.get("/auth/.well-known/jwks.json")).json()["keys"]
        assert (key["kty"], key["crv"], key["alg"], "d" in key) == ("OKP", "Ed25519", "EdDSA", False)
        assert (await ask(place, token)).status_code == 200
        head, body, _ = token.split(".")
        for secret in (key["x"].encode(), json.dumps(key).encode(), base64.urlsafe_b64decode(key["x"] + "=")):
            claims = json.loads(base64.urlsafe_b64decode(body + "=="))
            assert (await ask(place, by_hand({"alg": "HS256"}, claims, secret))).status_code == 401


@pytest.mark.acceptance("ID-01", "ID-02")
async def test_a_subject_of_a_trusted_issuer_is_one_person(open_url, folder, issuer):
    async with trusting_place(open_url, folder, issuer) as place:
        claims = claims_of(place, issuer.url, email="out@mail.example", email_verified=True, name="Outa Sider")
        answers = await asyncio.gather(*(ask(place, issuer.token(claims)) for _ in range(8)))
        assert {answer.status_code for answer in answers} == {200}
        (one,) = {json.dumps(answer.json()) for answer in answers}
        said = json.loads(one)
        assert (said["state"], said["email"], said["full_name"]) == ("verified", "out@mail.example", "Outa Sider")
        other = await ask(place, issuer.token(claims | {"sub": "subject-2"}))
        assert other.json()["id"] != said["id"]
        assert other.json()["email"] is None


@pytest.mark.acceptance("ID-01", "SEC-07")
@pytest.mark.security
async def test_forged_foreign_tokens_are_refused_and_none_of_them_causes_a_fetch(open_url, folder, issuer):
    async with trusting_place(open_url, folder, issuer) as place:
        claims = claims_of(place, issuer.url, sub="forged")
        assert (await ask(place, issuer.token(claims))).status_code == 200
        place.clock.advance(timedelta(seconds=1))
        fetched, evil = issuer.fetches, issuer.new_key("first")
        with running("RS256") as trap:
            there = f"{trap.url}/keys"
            public = json.dumps(issuer.key.as_dict(private=False)).encode()
            pem = issuer.key.as_pem(private=False)
            octet = OctKey.import_key(b"x" * 32)
            forged = [
                issuer.token(claims, key=evil),
                issuer.token(claims, {"kid": "unknown"}),
                issuer.token(claims, {"kid": "unknown"}, evil),
                issuer.token(claims, {"kid": there}, evil),
                issuer.token(claims, {"jku": there}, evil),
                issuer.token(claims, {"x5u": there}, evil),
                issuer.token(claims, {"jwk": evil.as_dict(private=False)}, evil),
                issuer.token(claims | {"iss": trap.url}),
                issuer.token(claims | {"iss": f"{issuer.url}/"}),
                issuer.token(claims | {"aud": "others"}),
                issuer.token(claims | {"aud": ["others"]}),
                issuer.token(claims | {"exp": claims["iat"] - 60}),
                issuer.token({k: v for k, v in claims.items() if k != "sub"}),
                by_hand({"alg": "none", "kid": "first"}, claims, None),
                by_hand({"alg": "HS256", "kid": "first"}, claims, public),
                by_hand({"alg": "HS256", "kid": "first"}, claims, pem),
                sign({"alg": "HS256", "kid": "first"}, claims, octet),
                by_hand({"alg": "HS256", "kid": "first"}, claims, OURS.encode()),
            ]
            for number, token in enumerate(forged):
                assert (await ask(place, token)).status_code == 401, number
            assert trap.fetches == 0
        assert issuer.fetches == fetched


@pytest.mark.acceptance("ID-01")
async def test_a_new_key_is_known_within_a_minute_with_two_fetches_a_minute_at_most(open_url, folder):
    with running("EdDSA") as issuer:
        async with trusting_place(open_url, folder, issuer, jwks_url=f"{issuer.url}/keys") as place:
            claims = claims_of(place, issuer.url, sub="rotated", exp=2**33)
            assert (await ask(place, issuer.token(claims))).status_code == 200
            issuer.rotate("second")
            new, start = issuer.token(claims), issuer.fetches
            seen = []
            for _ in range(12):
                place.clock.advance(timedelta(seconds=5))
                seen.append((await ask(place, new)).status_code)
            assert seen[-1] == 200
            assert issuer.fetches - start <= 2
            issuer.is_down = True
            place.clock.advance(timedelta(minutes=5))
            assert (await ask(place, new)).status_code == 200
            place.clock.advance(timedelta(minutes=6))
            answer = await ask(place, new)
            assert (answer.status_code, answer.json()["code"]) == (503, "issuer_unavailable")


@pytest.mark.acceptance("ID-23")
async def test_a_token_as_better_auth_signs_it(open_url, folder):
    with running("EdDSA") as issuer:
        more = {"jwks_url": f"{issuer.url}/keys", "audience": issuer.url}
        async with trusting_place(open_url, folder, issuer, **more) as place:
            claims = claims_of(place, issuer.url, sub="ba", aud=issuer.url, email="ba@mail.example", emailVerified=True)
            assert (await ask(place, issuer.token(claims))).json()["state"] == "verified"
            assert (await ask(place, issuer.token(claims | {"aud": "x"}))).status_code == 401


@pytest.mark.acceptance("ID-01")
async def test_a_token_as_an_older_supabase_project_signs_it(open_url, folder):
    url = "https://project.supabase.example/auth/v1"
    entry = {"issuer": url, "algorithm": "HS256", "secret": SHARED, "audience": "authenticated"}
    async with place_with(open_url, folder, issuers=[entry]) as place:
        claims = claims_of(place, url, sub="supa", aud="authenticated", role="authenticated")
        good = by_hand({"alg": "HS256"}, claims, SHARED.encode())
        assert (await ask(place, good)).json()["state"] == "verified"
        bad = [
            by_hand({"alg": "HS256"}, claims | {"aud": "anon"}, SHARED.encode()),
            by_hand({"alg": "HS256"}, claims | {"iss": "verivita"}, SHARED.encode()),
            by_hand({"alg": "HS256"}, claims, OURS.encode()),
            by_hand({"alg": "none"}, claims, None),
        ]
        assert [(await ask(place, token)).status_code for token in bad] == [401] * 4


@pytest.mark.security
async def test_an_address_that_an_issuer_vouches_for_opens_no_account_unless_it_is_trusted_with_that(
    open_url, folder, issuer
):
    async with trusting_place(open_url, folder, issuer) as place:
        known = await place.verified("linked@mail.example")
        claims = claims_of(place, issuer.url, sub="link-1", email="linked@mail.example", email_verified=True)
        assert (await ask(place, issuer.token(claims))).json()["id"] != str(known.person_id)
    async with trusting_place(open_url, folder, issuer, link_by_email=True) as place:
        claims |= {"sub": "link-2"}
        assert (await ask(place, issuer.token(claims))).json()["id"] == str(known.person_id)
        unproved = claims | {"sub": "link-3", "email_verified": False}
        assert (await ask(place, issuer.token(unproved))).json()["id"] != str(known.person_id)


async def test_an_issuer_that_never_answered_is_unavailable(open_url, folder):
    with running("RS256") as issuer:
        issuer.is_down = True
        async with trusting_place(open_url, folder, issuer) as place:
            token = issuer.token(claims_of(place, issuer.url))
            with pytest.raises(Unavailable):
                await place.access.bearer(NOBODY, token)
