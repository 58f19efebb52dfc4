"""Whatever people do in whatever order: nobody jumps a state, nobody sees another's work, nothing is lost, and nobody
whose account asks for a second step comes in without it, by no door."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx2
import pyotp
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.integration.identity.opened import PASSWORD, Opened, open_settings, opened
from tests.rigs.issuer import CLIENT, SECRET, Issuer, running
from verivita.core.errors import Conflict, Denied, Invalid, LimitReached, Unauthenticated
from verivita.core.ids import PersonId, new_id
from verivita.core.principal import IdentityState, Principal
from verivita.features.identity import NOBODY, Returned, SecondStepNeeded
from verivita.features.library import DocumentKind

S = IdentityState
UP = [S.GUEST, S.EMAIL_COLLECTED, S.VERIFIED, S.MEMBER]
PROVED = (S.VERIFIED, S.MEMBER)
REFUSED = (Conflict, Denied, Invalid, LimitReached, Unauthenticated)
WHO = st.integers(0, 2)
ADDRESS = st.integers(0, 1)
BACK = "http://localhost:8080/auth/oidc/rig/return"


@dataclass
class Browser:
    """What the model knows of one browser: who it is, and for which address it asked for a code."""

    principal: Principal
    asked_for: str = ""

    @property
    def id(self) -> PersonId:
        return self.principal.person_id


class Coming(RuleBasedStateMachine):
    """Three browsers, two addresses, two subjects of another issuer."""

    place: Opened
    issuer: Issuer
    loop: asyncio.AbstractEventLoop

    def run(self, work):
        return self.loop.run_until_complete(work)

    @initialize()
    def start(self):
        self.mark = new_id().hex
        self.addresses = [f"{self.mark}-{number}@mail.example" for number in range(2)]
        self.browsers = [Browser(self.run(self.place.guest())) for _ in range(3)]
        self.papers: dict[PersonId, set[object]] = defaultdict(set)
        self.used: set[PersonId] = set()
        self.proved: dict[str, PersonId] = {}
        self.subjects: dict[str, PersonId] = {}
        self.seeds: dict[PersonId, str] = {}
        self.code: tuple[Browser | None, str] = (None, "000000")
        self.owner = self.run(self.place.container.identity.owner(NOBODY))

    def now(self, browser: Browser) -> S:
        return self.run(self.place.container.identity.me(browser.principal)).state

    def otp(self, person: PersonId) -> str:
        """A code of this person's authenticator that was not used yet."""
        self.place.clock.advance(timedelta(seconds=60))
        return pyotp.TOTP(self.seeds[person]).at(int(self.place.clock.now().timestamp()))

    @rule(who=WHO)
    def act(self, who):
        browser = self.browsers[who]
        state = self.now(browser)
        principal = replace(browser.principal, state=state)
        may = state in PROVED or (state is S.GUEST and browser.id not in self.used)
        try:
            taken = self.run(self.place.entry.act(principal))
        except Denied as refusal:
            assert not may
            assert refusal.code == ("verification_required" if state is S.EMAIL_COLLECTED else "email_required")
            return
        assert may
        assert taken is (state is S.GUEST)
        if taken:
            self.used.add(browser.id)
        added = self.run(self.place.container.library.add(principal, "p.md", new_id().hex.encode(), DocumentKind.NOTES))
        self.papers[browser.id].add(added.document.id)

    @rule(who=WHO, address=ADDRESS)
    def give_email(self, who, address):
        browser = self.browsers[who]
        before = self.now(browser)
        with contextlib.suppress(LimitReached):
            after = self.run(
                self.place.entry.give_email(browser.principal, self.addresses[address], self.place.visit())
            )
            assert UP.index(after) - UP.index(before) in (0, 1)
            browser.asked_for = self.addresses[address]
            self.code = (browser, self.place.code(browser.asked_for))

    @rule(who=WHO, wrong=st.booleans(), goes_on=st.booleans())
    def verify(self, who, wrong, goes_on):
        browser = self.browsers[who]
        before, (holder, code) = self.now(browser), self.code
        right = holder is browser and not wrong
        email = browser.asked_for or self.addresses[0]
        typed = code if right else "wrong1"
        try:
            known = self.run(self.place.entry.verify(browser.principal, email, typed, self.place.visit()))
        except SecondStepNeeded as needed:
            assert right
            self.code = (None, "000000")
            whose = self.proved.get(email, browser.id)
            if whose == browser.id:
                self.prove(email, whose)
            if goes_on:
                self.second(browser, needed, whose)
            return
        except REFUSED as refusal:
            assert not right or isinstance(refusal, LimitReached) or refusal.code in ("email_taken", "code_wrong")
            if right and isinstance(refusal, Invalid):
                self.code = (None, "000000")
            return
        assert right
        assert known.person_id not in self.seeds
        self.code = (None, "000000")
        if known.person_id == browser.id:
            assert UP.index(known.state) - UP.index(before) in (0, 1)
        else:
            assert known.person_id == self.proved[email]
            assert before is S.EMAIL_COLLECTED
        self.become(browser, known, before)
        self.prove(email, known.person_id)

    @rule(who=WHO, subject=st.sampled_from(["a", "b"]), goes_on=st.booleans(), stolen=st.booleans())
    def sign_on(self, who, subject, goes_on, stolen):
        browser = self.browsers[who]
        before = self.now(browser)
        principal = replace(browser.principal, state=before)
        self.issuer.person = {"sub": f"{self.mark}-{subject}"}
        doors = self.place.sign_in.sign_on
        begun = self.run(doors.begin(NOBODY, "rig", BACK))
        query = parse_qs(urlsplit(httpx2.get(begun.url).headers["location"]).query)
        returned = Returned(query["state"][0], query["code"][0])
        if stolen:
            other = self.run(doors.begin(NOBODY, "rig", BACK))
            with pytest.raises(Unauthenticated):
                self.run(doors.finish(principal, "rig", other.kept, returned, self.place.visit()))
            return
        try:
            known = self.run(doors.finish(principal, "rig", begun.kept, returned, self.place.visit()))
        except SecondStepNeeded as needed:
            if goes_on:
                self.second(browser, needed, self.subjects[subject])
            return
        assert known.person_id not in self.seeds
        assert self.subjects.setdefault(subject, known.person_id) == known.person_id
        assert known.state in PROVED
        self.become(browser, known, before)

    @rule(who=WHO)
    def guard(self, who):
        browser = self.browsers[who]
        principal = replace(browser.principal, state=self.now(browser))
        second = self.place.sign_in.second
        try:
            begun = self.run(second.begin(principal, "x"))
        except Denied:
            assert principal.state not in PROVED
            return
        except Conflict:
            assert browser.id in self.seeds
            return
        assert browser.id not in self.seeds
        self.seeds[browser.id] = begun.seed
        assert len(self.run(second.confirm(principal, self.otp(browser.id)))) == 10

    @rule(who=WHO, wrong=st.booleans())
    def unguard(self, who, wrong):
        browser = self.browsers[who]
        code = self.otp(browser.id) if browser.id in self.seeds and not wrong else "wrong1"
        try:
            self.run(self.place.sign_in.second.switch_off(browser.principal, code))
        except (Invalid, LimitReached) as refusal:
            assert code == "wrong1" or isinstance(refusal, LimitReached)
            return
        assert code != "wrong1"
        del self.seeds[browser.id]

    def second(self, browser: Browser, needed: SecondStepNeeded, whose: PersonId) -> None:
        before = self.now(browser)
        assert whose in self.seeds
        with contextlib.suppress(LimitReached):
            with pytest.raises(Invalid):
                self.run(self.place.entry.second_step(NOBODY, needed.ticket, "wrong1"))
            assert self.now(browser) is before
            known = self.run(self.place.entry.second_step(NOBODY, needed.ticket, self.otp(whose)))
            assert known.person_id == whose
            self.become(browser, known, before)

    def prove(self, email: str, person: PersonId) -> None:
        for address, other in list(self.proved.items()):
            if other == person:
                del self.proved[address]
        self.proved[email] = person

    def become(self, browser: Browser, known: Principal, before: S) -> None:
        """What a guest made goes along; who had proved who they are just leaves that person as it is."""
        if known.person_id != browser.id and before not in PROVED:
            self.papers[known.person_id] |= self.papers.pop(browser.id, set())
        browser.principal = known

    @rule(who=WHO)
    def upgrade(self, who):
        browser = self.browsers[who]
        before = self.now(browser)
        try:
            after = self.run(self.place.members.grant(self.owner, browser.id))
        except Conflict:
            assert before in (S.GUEST, S.EMAIL_COLLECTED)
            return
        assert before in PROVED
        assert after is S.MEMBER

    @rule(who=WHO)
    def suspend_and_restore(self, who):
        browser = self.browsers[who]
        before = self.now(browser)
        self.run(self.place.members.suspend(self.owner, browser.id))
        assert self.now(browser) is S.SUSPENDED
        assert self.run(self.place.members.restore(self.owner, browser.id)) is before

    @rule(who=WHO, address=ADDRESS)
    def log_in_without_having_signed_up(self, who, address):
        with pytest.raises((Unauthenticated, LimitReached)) as caught:
            visit = self.place.visit()
            self.run(self.place.accounts.log_in(self.browsers[who].principal, self.addresses[address], PASSWORD, visit))
        assert not isinstance(caught.value, SecondStepNeeded)

    @invariant()
    def everybody_has_their_own_papers_and_no_others(self):
        for browser in getattr(self, "browsers", ()):
            listed = self.run(self.place.container.library.all(browser.principal))
            assert {paper.id for paper in listed} == self.papers[browser.id]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One data directory for both sizes: the database of this module belongs to its key."""
    return tmp_path_factory.mktemp("machine")


@pytest.mark.acceptance("ID-05", "ID-25")
@pytest.mark.parametrize("runs", [10, pytest.param(500, marks=[pytest.mark.nightly, pytest.mark.timeout(5400)])])
def test_the_machine(open_url, folder, runs):
    with running("EdDSA") as issuer:
        rig = {"issuer": issuer.url, "algorithm": "EdDSA", "name": "Rig", "client_id": CLIENT, "client_secret": SECRET}
        chosen = open_settings(folder, issuers=[rig])
        loop = asyncio.new_event_loop()
        made = opened(chosen.model_copy(update={"egress_allow": [f"127.0.0.1:{issuer.port}"]}), open_url)
        place = loop.run_until_complete(anext(made))
        issuer.clock = place.clock
        machine = type("Bound", (Coming,), {"place": place, "loop": loop, "issuer": issuer})
        try:
            run_state_machine_as_test(
                machine,
                settings=settings(
                    max_examples=runs,
                    stateful_step_count=12,
                    deadline=None,
                    database=None,
                    derandomize=runs < 100,
                    phases=(Phase.explicit, Phase.generate),
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            with contextlib.suppress(StopAsyncIteration):
                loop.run_until_complete(anext(made))
            loop.close()
