"""Whatever people do in whatever order: nobody jumps a state, nobody sees another's work, nothing is lost."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.integration.identity.opened import PASSWORD, Opened, open_settings, opened
from verivita.core.errors import Conflict, Denied, Invalid, LimitReached, Unauthenticated
from verivita.core.ids import new_id
from verivita.core.principal import IdentityState, Principal
from verivita.features.identity import NOBODY
from verivita.features.library import DocumentKind

S = IdentityState
UP = [S.GUEST, S.EMAIL_COLLECTED, S.VERIFIED, S.MEMBER]
REFUSED = (Conflict, Denied, Invalid, LimitReached, Unauthenticated)
WHO = st.integers(0, 2)
ADDRESS = st.integers(0, 1)


@dataclass
class Browser:
    """What the model knows of one browser: who it is, which papers must be there, whether the free action is used."""

    principal: Principal
    papers: set[object] = field(default_factory=set)
    used: bool = False
    asked_for: str = ""
    password: bool = False


class Coming(RuleBasedStateMachine):
    """Three browsers and two addresses."""

    place: Opened
    loop: asyncio.AbstractEventLoop

    def run(self, work):
        return self.loop.run_until_complete(work)

    @initialize()
    def start(self):
        mark = new_id().hex
        self.addresses = [f"{mark}-{number}@mail.example" for number in range(2)]
        self.browsers = [Browser(self.run(self.place.guest())) for _ in range(3)]
        self.proved: dict[str, object] = {}
        self.owner = self.run(self.place.container.identity.owner(NOBODY))

    def now(self, browser: Browser) -> S:
        return self.run(self.place.container.identity.me(browser.principal)).state

    @rule(who=WHO)
    def act(self, who):
        browser = self.browsers[who]
        state = self.now(browser)
        principal = replace(browser.principal, state=state)
        may = state in (S.VERIFIED, S.MEMBER) or (state is S.GUEST and not browser.used)
        try:
            taken = self.run(self.place.entry.act(principal))
        except Denied as refusal:
            assert not may
            assert refusal.code == ("verification_required" if state is S.EMAIL_COLLECTED else "email_required")
            return
        assert may
        assert taken is (state is S.GUEST)
        browser.used = browser.used or taken
        added = self.run(self.place.container.library.add(principal, "p.md", new_id().hex.encode(), DocumentKind.NOTES))
        for other in self.browsers:
            if other.principal.person_id == browser.principal.person_id:
                other.papers.add(added.document.id)

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

    @rule(who=WHO, wrong=st.booleans())
    def verify(self, who, wrong):
        browser = self.browsers[who]
        before, (owner, code) = self.now(browser), getattr(self, "code", (None, "000000"))
        right = owner is browser and not wrong
        typed = code if right else "wrong1"
        email = browser.asked_for or self.addresses[0]
        try:
            known = self.run(self.place.entry.verify(browser.principal, email, typed, self.place.visit()))
        except REFUSED as refusal:
            assert not right or isinstance(refusal, LimitReached) or refusal.code in ("email_taken", "code_wrong")
            if right and isinstance(refusal, Invalid):
                self.code = (None, "000000")
            return
        assert right
        self.code = (None, "000000")
        if known.person_id == browser.principal.person_id:
            assert UP.index(known.state) - UP.index(before) in (0, 1)
        else:
            assert known.person_id == self.proved[email]
            assert before is S.EMAIL_COLLECTED
        self.become(browser, known)
        self.proved[email] = known.person_id
        for address, person in list(self.proved.items()):
            if person == known.person_id and address != email:
                del self.proved[address]

    def become(self, browser: Browser, known: Principal) -> None:
        papers = set(browser.papers)
        gone = browser.principal.person_id
        browser.principal = known
        for other in self.browsers:
            if other.principal.person_id == known.person_id:
                papers |= other.papers
        for other in self.browsers:
            if other.principal.person_id in (known.person_id, gone):
                other.principal, other.papers = known, papers

    @rule(who=WHO)
    def upgrade(self, who):
        browser = self.browsers[who]
        before = self.now(browser)
        try:
            after = self.run(self.place.members.grant(self.owner, browser.principal.person_id))
        except Conflict:
            assert before in (S.GUEST, S.EMAIL_COLLECTED)
            return
        assert before in (S.VERIFIED, S.MEMBER)
        assert after is S.MEMBER

    @rule(who=WHO)
    def suspend_and_restore(self, who):
        browser = self.browsers[who]
        before = self.now(browser)
        self.run(self.place.members.suspend(self.owner, browser.principal.person_id))
        assert self.now(browser) is S.SUSPENDED
        assert self.run(self.place.members.restore(self.owner, browser.principal.person_id)) is before

    @rule(who=WHO, address=ADDRESS)
    def log_in_without_having_signed_up(self, who, address):
        with pytest.raises((Unauthenticated, LimitReached)):
            visit = self.place.visit()
            self.run(self.place.accounts.log_in(self.browsers[who].principal, self.addresses[address], PASSWORD, visit))

    @invariant()
    def everybody_has_their_own_papers_and_no_others(self):
        for browser in getattr(self, "browsers", ()):
            listed = self.run(self.place.container.library.all(browser.principal))
            assert {paper.id for paper in listed} == browser.papers


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One data directory for both sizes: the database of this module belongs to its key."""
    return tmp_path_factory.mktemp("machine")


@pytest.mark.acceptance("ID-05", "ID-25")
@pytest.mark.parametrize("runs", [20, pytest.param(500, marks=pytest.mark.nightly)])
def test_the_machine(open_url, folder, runs):
    loop = asyncio.new_event_loop()
    made = opened(open_settings(folder), open_url)
    place = loop.run_until_complete(anext(made))
    machine = type("Bound", (Coming,), {"place": place, "loop": loop})
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
