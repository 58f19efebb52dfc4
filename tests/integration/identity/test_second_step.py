"""The second step at sign-in: set up, asked for at every door, once a code, few tries, switched off by a code."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import timedelta

import psycopg
import pyotp
import pytest
import pytest_asyncio

from tests.integration.identity.opened import PASSWORD, open_settings, opened
from tests.integration.identity.test_sign_on import entry, signed_on
from tests.rigs.issuer import running
from verivita.core.errors import Conflict, Denied, Invalid, LimitReached, NotFound, Unauthenticated, Unavailable
from verivita.core.ids import PersonId, new_id
from verivita.core.principal import Role
from verivita.features.identity import NOBODY, TICKET_LASTS, SecondStepNeeded
from verivita.features.identity.second.otp import STEP_S
from verivita.features.library import DocumentKind

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.security, pytest.mark.acceptance("SEC-07")]
PAGE = {"Accept": "text/html"}
PAPER = {"title": "Notes", "content": "I wound the clock of a tower."}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(open_url, tmp_path_factory):
    with running("RS256") as issuer:
        settings = open_settings(
            tmp_path_factory.mktemp("two"), issuers=[entry(issuer, "Work & Co", link_by_email=True)]
        )
        allowed = settings.model_copy(update={"egress_allow": [f"127.0.0.1:{issuer.port}"]})
        async for made in opened(allowed, open_url):
            made.issuer, issuer.clock = issuer, made.clock
            yield made


class Phone:
    """The authenticator of one person."""

    def __init__(self, place, seed):
        self._place, self._codes = place, pyotp.TOTP(seed)

    def code(self, steps=0):
        return self._codes.at(int(self._place.clock.now().timestamp()) + steps * STEP_S)

    def next(self):
        """The code of a step of which none was used."""
        self._place.clock.advance(timedelta(seconds=2 * STEP_S))
        return self.code()

    def wrong(self):
        near = {self.code(steps) for steps in (-1, 0, 1)}
        return next(code for code in ("000000", "111111", "222222", "333333") if code not in near)


async def guarded(place, email, password=None):
    """A person with a second step: who, their authenticator, their recovery codes."""
    if password is None:
        known = await place.verified(email)
    else:
        guest = await place.guest()
        made = await place.accounts.sign_up(guest, email, password, "Guarda", place.visit())
        known = await place.entry.verify(made, email, place.code(email), place.visit())
    seed = (await place.sign_in.second.begin(known, email)).seed
    phone = Phone(place, seed)
    return known, phone, await place.sign_in.second.confirm(known, phone.next())


async def needs_second(awaited):
    with pytest.raises(SecondStepNeeded) as caught:
        await awaited
    return caught.value.ticket


class TestSettingUp:
    async def test_who_has_not_proved_who_they_are_has_nothing_to_guard(self, place):
        with pytest.raises(Denied):
            await place.sign_in.second.begin(await place.guest(), "x")

    async def test_nothing_is_asked_for_until_a_first_code_was_right(self, place):
        known = await place.verified("half@mail.example")
        phone = Phone(place, (await place.sign_in.second.begin(known, "half")).seed)
        with pytest.raises(Invalid) as caught:
            await place.sign_in.second.confirm(known, phone.wrong())
        assert caught.value.code == "code_wrong"
        await place.sign_in.second.ask(known)
        assert not (await place.sign_in.second.state(known)).is_on

    async def test_begun_again_the_first_seed_is_worth_nothing(self, place):
        known = await place.verified("again2@mail.example")
        old = Phone(place, (await place.sign_in.second.begin(known, "x")).seed)
        new = Phone(place, (await place.sign_in.second.begin(known, "x")).seed)
        with pytest.raises(Invalid):
            await place.sign_in.second.confirm(known, old.next())
        assert len(await place.sign_in.second.confirm(known, new.next())) == 10
        with pytest.raises(Conflict) as caught:
            await place.sign_in.second.begin(known, "x")
        assert caught.value.code == "second_step_on"
        with pytest.raises(Conflict):
            await place.sign_in.second.confirm(known, new.next())

    async def test_of_two_confirmations_at_once_one_counts(self, place):
        known = await place.verified("twice2@mail.example")
        phone = Phone(place, (await place.sign_in.second.begin(known, "x")).seed)
        code = phone.next()
        answers = await asyncio.gather(
            *(place.sign_in.second.confirm(known, code) for _ in range(2)), return_exceptions=True
        )
        assert sorted(isinstance(answer, tuple) for answer in answers) == [False, True]

    async def test_seed_and_recovery_codes_are_stored_so_that_nobody_reads_them(self, place, open_url):
        known, phone, recovery = await guarded(place, "stored2@mail.example")
        with psycopg.connect(open_url) as connection:
            rows = connection.execute("SELECT authenticators::text FROM authenticators").fetchall()
        stored = "".join(row[0] for row in rows)
        seed = phone._codes.secret
        for secret in (seed, seed.encode().hex(), *recovery, *(code.replace("-", "") for code in recovery)):
            assert secret not in stored


class TestAtEveryDoor:
    async def test_password(self, place):
        who = {"email": "door1@mail.example", "password": PASSWORD}
        _, phone, _ = await guarded(place, who["email"], PASSWORD)
        async with place.browser() as browser:
            await browser.post("/auth/guest")
            paper = (await browser.post("/api/v1/documents", json=PAPER)).json()
            asked = await browser.post("/auth/login", json=who)
            said = asked.json()
            assert (asked.status_code, said["code"], said["expires_in"]) == (401, "second_step", 300)
            assert "verivita_session" not in browser.cookies
            assert "access_token" not in said
            wrong = await browser.post("/auth/second-step", json={"ticket": said["ticket"], "code": phone.wrong()})
            assert (wrong.status_code, wrong.json()["code"]) == (422, "code_wrong")
            assert [one["id"] for one in (await browser.get("/api/v1/documents")).json()["items"]] == [paper["id"]]
            done = await browser.post("/auth/second-step", json={"ticket": said["ticket"], "code": phone.next()})
            assert done.status_code == 200
            assert set(done.json()) == {"access_token", "token_type", "expires_in", "refresh_token", "user"}
            assert done.json()["user"]["email"] == who["email"]
            assert (await browser.get("/auth/me")).json()["email"] == who["email"]
            assert [one["id"] for one in (await browser.get("/api/v1/documents")).json()["items"]] == [paper["id"]]

    async def test_a_password_alone_moves_nothing(self, place):
        """Whoever has the password and not the phone puts no paper into the account."""
        known, _, _ = await guarded(place, "door2@mail.example", PASSWORD)
        guest = await place.guest()
        await place.container.library.add(guest, "x.md", b"# X\n\nSlipped in.\n", DocumentKind.NOTES)
        await needs_second(place.accounts.log_in(guest, "door2@mail.example", PASSWORD, place.visit()))
        assert await place.container.library.all(known) == []
        assert len(await place.container.library.all(guest)) == 1

    async def test_code_by_mail(self, place):
        email = "door3@mail.example"
        known, phone, _ = await guarded(place, email, PASSWORD)
        thief = await place.guest()
        await place.accounts.sign_up(thief, email, "a password of a thief", "T", place.visit())
        ticket = await needs_second(place.entry.verify(thief, email, place.code(email), place.visit()))
        await needs_second(place.accounts.log_in(NOBODY, email, PASSWORD, place.visit()))
        with pytest.raises(Invalid):
            await place.entry.second_step(NOBODY, ticket, phone.wrong())
        came = await place.entry.second_step(NOBODY, ticket, phone.next())
        assert came.person_id == known.person_id
        await needs_second(place.accounts.log_in(NOBODY, email, "a password of a thief", place.visit()))

    async def test_another_issuer(self, place):
        email = "door4@mail.example"
        known, phone, _ = await guarded(place, email)
        place.issuer.person = {"sub": "door4", "email": email, "email_verified": True}
        async with place.browser() as browser:
            answer = await signed_on(browser, onward="/jobs")
            assert answer.headers["location"] == "/sign-in/second?onward=/jobs"
            assert "verivita_session" not in browser.cookies
            page = await browser.get(answer.headers["location"], headers=PAGE)
            assert "Enter a code of your authenticator" in page.text
            form = {"code": phone.next(), "onward": "/jobs"}
            done = await browser.post("/sign-in/second", data=form, headers=PAGE)
            assert (done.status_code, done.headers["location"]) == (303, "/jobs")
            assert (await browser.get("/auth/me")).json()["id"] == str(known.person_id)
            assert "verivita_second" not in browser.cookies

    async def test_an_invitation_by_mail(self, place):
        known, phone, _ = await guarded(place, "door5@mail.example")
        owner = await place.container.identity.owner(NOBODY)
        made = await place.sign_in.tenancy.invite(owner, "door5@mail.example", Role.COACH)
        async with place.browser() as browser:
            asked = await browser.post("/api/v1/tenants/me/invitations/accept", json={"secret": made.secret})
            assert (asked.status_code, asked.json()["code"]) == (401, "second_step")
            assert "verivita_session" not in browser.cookies
        made = await place.sign_in.tenancy.invite(owner, "door5@mail.example", Role.COACH)
        async with place.browser() as browser:
            answer = await browser.post("/join", data={"token": made.secret}, headers=PAGE)
            assert answer.headers["location"] == "/sign-in/second"
            await browser.post("/sign-in/second", data={"code": phone.next()}, headers=PAGE)
            assert (await browser.get("/auth/me")).json()["id"] == str(known.person_id)

    async def test_keys_and_tokens_that_were_given_before_go_on(self, place):
        known = await place.verified("door6@mail.example")
        key = await place.container.identity.create_key(known, "script")
        tokens = await place.access.issue(known)
        phone = Phone(place, (await place.sign_in.second.begin(known, "x")).seed)
        await place.sign_in.second.confirm(known, phone.next())
        for secret in (key.secret, tokens.access_token):
            async with place.browser(headers={"Authorization": f"Bearer {secret}"}) as program:
                assert (await program.get("/auth/me")).json()["id"] == str(known.person_id)
                assert (await program.get("/auth/totp")).json()["enabled"] is True
        await place.access.refresh(NOBODY, tokens.refresh_token)


class TestCodes:
    async def test_a_code_counts_once_also_for_two_at_once(self, place):
        known, phone, _ = await guarded(place, "once2@mail.example", PASSWORD)
        ticket = await needs_second(place.accounts.log_in(NOBODY, "once2@mail.example", PASSWORD, place.visit()))
        code = phone.next()
        answers = await asyncio.gather(
            *(place.entry.second_step(NOBODY, ticket, code) for _ in range(10)), return_exceptions=True
        )
        assert [answer.person_id for answer in answers if not isinstance(answer, Exception)] == [known.person_id]
        assert {answer.code for answer in answers if isinstance(answer, Exception)} == {"code_wrong"}
        place.clock.advance(timedelta(hours=1))
        ticket = await needs_second(place.accounts.log_in(NOBODY, "once2@mail.example", PASSWORD, place.visit()))
        used = phone.next()
        earlier = phone.code(-1)
        await place.entry.second_step(NOBODY, ticket, used)
        for old in (used, earlier):
            with pytest.raises(Invalid):
                await place.entry.second_step(NOBODY, ticket, old)

    async def test_ten_recovery_codes_open_once_each(self, place):
        known, _, recovery = await guarded(place, "recover@mail.example", PASSWORD)
        ticket = await needs_second(place.accounts.log_in(NOBODY, "recover@mail.example", PASSWORD, place.visit()))
        answers = await asyncio.gather(
            *(place.entry.second_step(NOBODY, ticket, recovery[0].upper()) for _ in range(5)), return_exceptions=True
        )
        assert sorted(isinstance(answer, Invalid) for answer in answers) == [False] + [True] * 4
        assert (await place.sign_in.second.state(known)).recovery_left == 9
        for code in recovery[1:]:
            assert (await place.entry.second_step(NOBODY, ticket, code)).person_id == known.person_id
        assert (await place.sign_in.second.state(known)).recovery_left == 0
        with pytest.raises(Invalid):
            await place.entry.second_step(NOBODY, ticket, recovery[3])

    async def test_codes_of_others_open_nothing(self, place):
        _, _, theirs = await guarded(place, "other2@mail.example")
        await guarded(place, "mine2@mail.example", PASSWORD)
        ticket = await needs_second(place.accounts.log_in(NOBODY, "mine2@mail.example", PASSWORD, place.visit()))
        with pytest.raises(Invalid):
            await place.entry.second_step(NOBODY, ticket, theirs[0])

    @pytest.mark.parametrize("tries", [40, pytest.param(1000, marks=[pytest.mark.nightly, pytest.mark.timeout(1800)])])
    async def test_wrong_codes_with_new_cookies_and_networks_are_fifteen_an_hour(self, place, tries):
        email = f"guess{tries}@mail.example"
        known, phone, recovery = await guarded(place, email, PASSWORD)
        tickets = []
        for _ in range(5):
            tickets.append(await needs_second(place.accounts.log_in(NOBODY, email, PASSWORD, place.visit())))
        wrong, answers = phone.wrong(), []
        for start in range(0, tries, 50):
            batch = (
                place.entry.second_step(NOBODY, tickets[n % 5], wrong) for n in range(start, min(tries, start + 50))
            )
            answers += await asyncio.gather(*batch, return_exceptions=True)
        assert sum(isinstance(answer, Invalid) for answer in answers) == 15
        held = [answer for answer in answers if isinstance(answer, LimitReached)]
        assert held
        assert sum(isinstance(answer, LimitReached | Unavailable) for answer in answers) == tries - 15
        with pytest.raises(LimitReached):
            await place.entry.second_step(NOBODY, tickets[0], recovery[0])
        with pytest.raises(LimitReached):
            await place.sign_in.second.switch_off(known, recovery[0])
        place.clock.advance(timedelta(minutes=61))
        ticket = await needs_second(place.accounts.log_in(NOBODY, email, PASSWORD, place.visit()))
        assert (await place.entry.second_step(NOBODY, ticket, phone.next())).person_id == known.person_id


class TestTickets:
    async def test_a_ticket_runs_out_and_cannot_be_made(self, place):
        _, phone, _ = await guarded(place, "ticket@mail.example", PASSWORD)
        ticket = await needs_second(place.accounts.log_in(NOBODY, "ticket@mail.example", PASSWORD, place.visit()))
        place.clock.advance(TICKET_LASTS)
        for bad in (ticket, "", "x", ticket[:-8] + "AAAAAAA=", "\u00e4" * 20):
            with pytest.raises(Unauthenticated) as caught:
                await place.entry.second_step(NOBODY, bad, phone.next())
            assert caught.value.code == "sign_in_lost"

    async def test_what_belongs_to_a_way_to_an_issuer_is_no_ticket(self, place):
        begun = await place.sign_in.sign_on.begin(NOBODY, "work-co", "http://localhost:8080/auth/oidc/work-co/return")
        with pytest.raises(Unauthenticated):
            await place.entry.second_step(NOBODY, begun.kept, "000000")

    async def test_a_suspension_between_the_steps_holds(self, place):
        known, phone, _ = await guarded(place, "between@mail.example", PASSWORD)
        ticket = await needs_second(place.accounts.log_in(NOBODY, "between@mail.example", PASSWORD, place.visit()))
        owner = await place.container.identity.owner(NOBODY)
        await place.members.suspend(owner, known.person_id)
        with pytest.raises(Unauthenticated) as caught:
            await place.entry.second_step(NOBODY, ticket, phone.next())
        assert caught.value.code == "suspended"


class TestSwitchingOff:
    async def test_it_needs_a_code(self, place):
        known, phone, recovery = await guarded(place, "off2@mail.example", PASSWORD)
        for wrong in (phone.wrong(), "", "x"):
            with pytest.raises(Invalid):
                await place.sign_in.second.switch_off(known, wrong)
        await place.sign_in.second.switch_off(known, recovery[0])
        assert (await place.accounts.log_in(NOBODY, "off2@mail.example", PASSWORD, place.visit())).person_id
        with pytest.raises(Invalid):
            await place.sign_in.second.switch_off(known, recovery[1])

    async def test_the_audit_log_tells_it(self, place):
        known, phone, recovery = await guarded(place, "told2@mail.example", PASSWORD)
        ticket = await needs_second(place.accounts.log_in(NOBODY, "told2@mail.example", PASSWORD, place.visit()))
        await place.entry.second_step(NOBODY, ticket, recovery[0])
        await place.sign_in.second.switch_off(known, phone.next())
        async with place.container.db.begin(known) as tx:
            from sqlalchemy import text

            query = text("SELECT action FROM audit_log WHERE actor_id = :who ORDER BY id")
            said = [row[0] for row in await tx.run(query, {"who": known.person_id})]
        wanted = ["on", "passed", "off"]
        assert [name for name in said if "second_step" in name] == [f"account.second_step_{word}" for word in wanted]
        assert "account.recovery_code_used" in said


class TestLifting:
    async def test_who_looks_after_the_tenant_lifts_it_for_somebody_who_lost_everything(self, place):
        known, phone, recovery = await guarded(place, "lost@mail.example", PASSWORD)
        owner = await place.container.identity.owner(NOBODY)
        with pytest.raises(Denied):
            await place.sign_in.second.lift(await place.verified("nosy@mail.example"), known.person_id)
        with pytest.raises(Denied):
            await place.sign_in.second.lift(replace(owner, role=Role.COACH), known.person_id)
        await place.sign_in.second.lift(owner, known.person_id)
        assert (await place.accounts.log_in(NOBODY, "lost@mail.example", PASSWORD, place.visit())) == known
        for nothing in (known.person_id, PersonId(new_id())):
            with pytest.raises(NotFound):
                await place.sign_in.second.lift(owner, nothing)

    async def test_an_admin_does_not_lift_it_for_an_owner(self, place):
        owner = await place.container.identity.owner(NOBODY)
        admin = replace(await place.verified("admin2@mail.example"), role=Role.ADMIN)
        with pytest.raises(Denied):
            await place.sign_in.second.lift(admin, owner.person_id)


class TestThePages:
    async def test_the_whole_way_without_javascript(self, place):
        email = "page2@mail.example"
        known = await place.verified(email)
        session = await place.container.identity.open_session(known)
        cookie = {"Cookie": f"verivita_session={session.secret}"}
        async with place.browser(headers=PAGE | cookie) as browser:
            start = await browser.get("/settings/second-step")
            assert "It is off" in start.text
            assert "/settings/second-step" in (await browser.get("/settings")).text
            csrf = re.search(r'name="csrf" value="([0-9a-f]{64})"', start.text).group(1)
            shown = await browser.post("/settings/second-step/begin", data={"csrf": csrf})
            assert "<svg" in shown.text
            assert "style=" not in shown.text.split('aria-labelledby="on-h"')[1]
            assert shown.headers["cache-control"] == "no-store"
            seed = re.search(r'aria-label="Key">([A-Z2-7 ]+)<', shown.text).group(1).replace(" ", "")
            phone = Phone(place, seed)
            wrong = await browser.post("/settings/second-step/confirm", data={"csrf": csrf, "code": phone.wrong()})
            assert wrong.status_code == 422
            assert "is not the code that counts now" in wrong.text
            assert seed not in wrong.text
            done = await browser.post("/settings/second-step/confirm", data={"csrf": csrf, "code": phone.next()})
            recovery = re.findall(r"<li>([a-z2-9]{5}-[a-z2-9]{5})</li>", done.text)
            assert len(recovery) == 10
            held = await browser.get("/settings/second-step")
            assert "10 of 10" in held.text
            assert not any(code in held.text for code in recovery)
            refused = await browser.post("/settings/second-step/off", data={"csrf": csrf, "code": "000000"})
            assert refused.status_code == 422
            await browser.post("/settings/second-step/off", data={"csrf": csrf, "code": phone.next()})
            assert "It is off" in (await browser.get("/settings/second-step")).text

    async def test_the_second_page_without_a_ticket_leads_to_the_first(self, place):
        async with place.browser(headers=PAGE) as browser:
            for answer in (
                await browser.get("/sign-in/second"),
                await browser.post("/sign-in/second", data={"code": "1"}),
            ):
                assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?why=sign_in_lost")

    async def test_password_and_code_page(self, place):
        known, phone, _ = await guarded(place, "page3@mail.example", PASSWORD)
        async with place.browser(headers=PAGE) as browser:
            form = {"email": "page3@mail.example", "password": PASSWORD}
            answer = await browser.post("/sign-in/password", data=form)
            assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in/second")
            flags = next(line for line in answer.headers.get_list("set-cookie") if line.startswith("verivita_second="))
            assert "HttpOnly" in flags
            assert "SameSite=lax" in flags
            wrong = await browser.post("/sign-in/second", data={"code": phone.wrong(), "onward": "//evil.example"})
            assert wrong.status_code == 422
            assert "evil" not in wrong.text
            done = await browser.post("/sign-in/second", data={"code": phone.next(), "onward": "//evil.example"})
            assert done.headers["location"] == "/"
            assert (await browser.get("/auth/me")).json()["id"] == str(known.person_id)


async def test_over_the_api(place):
    known = await place.verified("api2@mail.example")
    tokens = await place.access.issue(known)
    async with place.browser(headers={"Authorization": f"Bearer {tokens.access_token}"}) as program:
        assert (await program.get("/auth/totp")).json() == {"enabled": False, "since": None, "recovery_codes_left": 0}
        made = (await program.post("/auth/totp")).json()
        assert made["secret"] in made["uri"]
        phone = Phone(place, made["secret"])
        done = await program.post("/auth/totp/confirm", json={"code": phone.next()})
        assert len(done.json()["recovery_codes"]) == 10
        assert (await program.post("/auth/totp")).status_code == 409
        assert (await program.get("/auth/totp")).json()["recovery_codes_left"] == 10
        assert (await program.post("/auth/totp/off", json={"code": "1"})).status_code == 422
        assert (await program.post("/auth/totp/off", json={"code": phone.next()})).status_code == 204
        assert (await program.get("/auth/totp")).json()["enabled"] is False
