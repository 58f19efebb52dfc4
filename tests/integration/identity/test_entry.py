"""Guest, e-mail and code: what leads where, what is refused, and what goes along."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import psycopg
import pytest

from tests.integration.identity.opened import PASSWORD
from verivita.core.errors import Conflict, Denied, Invalid, LimitReached, Unauthenticated, Unavailable
from verivita.core.principal import IdentityState
from verivita.features.identity import NOBODY, CredentialKind
from verivita.features.identity.codes import CODE_LASTS
from verivita.features.library import DocumentKind

pytestmark = pytest.mark.asyncio(loop_scope="module")
STATES = IdentityState


@pytest.mark.acceptance("ID-05", "ID-07", "ID-08")
async def test_a_guest_becomes_verified_by_the_code_that_was_mailed(place):
    guest = await place.guest()
    assert guest.state is STATES.GUEST
    assert await place.entry.give_email(guest, "ada@mail.example", place.visit()) is STATES.EMAIL_COLLECTED
    known = await place.entry.verify(guest, "ADA@mail.example", place.code("ada@mail.example"), place.visit())
    assert (known.person_id, known.state) == (guest.person_id, STATES.VERIFIED)
    person = await place.container.identity.me(known)
    assert (person.email, person.is_proved, person.state) == ("ada@mail.example", True, STATES.VERIFIED)


@pytest.mark.acceptance("ID-08")
@pytest.mark.security
async def test_wrong_used_old_and_other_peoples_codes_are_refused_alike(place):
    one, two = await place.guest(), await place.guest()
    await place.entry.give_email(one, "one@mail.example", place.visit())
    await place.entry.give_email(two, "two@mail.example", place.visit())
    code = place.code("one@mail.example")

    async def refused(person, email, code):
        with pytest.raises(Invalid) as caught:
            await place.entry.verify(person, email, code, place.visit())
        assert caught.value.code == "code_wrong"
        return caught.value.message

    wrong = f"{(int(code) + 1) % 10**6:06d}"
    said = {
        await refused(one, "one@mail.example", wrong),
        await refused(two, "one@mail.example", code),
        await refused(one, "two@mail.example", code),
        await refused(one, "nobody@mail.example", code),
    }
    await place.entry.verify(one, "one@mail.example", f" {code[:3]}-{code[3:]} ", place.visit())
    said.add(await refused(one, "one@mail.example", code))
    late = place.code("two@mail.example")
    place.clock.advance(CODE_LASTS)
    said.add(await refused(two, "two@mail.example", late))
    assert len(said) == 1


@pytest.mark.acceptance("ID-08")
@pytest.mark.security
async def test_the_sixth_try_of_a_code_is_refused_even_when_it_is_right(place):
    guest = await place.guest()
    await place.entry.give_email(guest, "six@mail.example", place.visit())
    code = place.code("six@mail.example")
    for number in range(5):
        wrong = f"{(int(code) + number + 1) % 10**6:06d}"
        with pytest.raises(Invalid):
            await place.entry.verify(guest, "six@mail.example", wrong, place.visit())
    with pytest.raises(Invalid):
        await place.entry.verify(guest, "six@mail.example", code, place.visit())
    await place.entry.give_email(guest, "six@mail.example", place.visit())
    assert (await place.entry.verify(guest, "six@mail.example", place.code("six@mail.example"), place.visit())).state


@pytest.mark.acceptance("ID-08", "SEC-07")
@pytest.mark.security
@pytest.mark.parametrize("tries", [50, pytest.param(1000, marks=[pytest.mark.nightly, pytest.mark.timeout(1800)])])
async def test_wrong_codes_with_new_cookies_and_networks_are_fifteen_an_hour(place, tries):
    email = f"victim{tries}@mail.example"
    people = [await place.guest() for _ in range(5)]
    for person in people:
        await place.entry.give_email(person, email, place.visit())
    answers: list[object] = []
    for start in range(0, tries, 50):  # more at once than the database has connections, fewer than it makes wait
        batch = (
            place.entry.verify(people[number % 5], email, f"{number:06d}x", place.visit())
            for number in range(start, start + 50)
        )
        answers += await asyncio.gather(*batch, return_exceptions=True)
    wrong = [answer for answer in answers if isinstance(answer, Invalid)]
    held = [answer for answer in answers if isinstance(answer, LimitReached)]
    busy = [answer for answer in answers if isinstance(answer, Unavailable)]  # of a machine that others use too
    assert (len(wrong), len(held) + len(busy)) == (15, tries - 15)
    assert held
    assert all(answer.retry_after > 3000 for answer in held)
    place.clock.advance(timedelta(minutes=59))
    with pytest.raises(LimitReached):
        await place.entry.verify(people[0], email, "x", place.visit())
    place.clock.advance(timedelta(minutes=2))
    with pytest.raises(Invalid):
        await place.entry.verify(people[0], email, "x", place.visit())


@pytest.mark.acceptance("ID-13")
@pytest.mark.security
async def test_of_twenty_first_actions_at_once_one_passes(place):
    guest = await place.guest()
    answers = await asyncio.gather(*(place.entry.act(guest) for _ in range(20)), return_exceptions=True)
    assert answers.count(True) == 1
    refused = [answer for answer in answers if isinstance(answer, Denied)]
    assert len(refused) == 19
    assert {error.code for error in refused} == {"email_required"}
    await place.entry.give_email(guest, "acts@mail.example", place.visit())
    collected = (await place.container.identity.me(guest)).state
    assert collected is STATES.EMAIL_COLLECTED
    with pytest.raises(Denied) as caught:
        await place.entry.act(type(guest)(guest.tenant_id, guest.person_id, guest.role, collected))
    assert caught.value.code == "verification_required"
    known = await place.entry.verify(guest, "acts@mail.example", place.code("acts@mail.example"), place.visit())
    assert [await place.entry.act(known) for _ in range(3)] == [False] * 3


async def test_a_free_action_that_came_to_nothing_is_given_back(place):
    guest = await place.guest()
    assert await place.entry.act(guest)
    await place.entry.give_back(guest)
    assert await place.entry.act(guest)
    with pytest.raises(Denied):
        await place.entry.act(guest)


@pytest.mark.acceptance("ID-25")
async def test_what_a_guest_made_goes_over_to_the_account_they_turn_out_to_have(place):
    container = place.container
    account = await place.verified("old@mail.example")
    kept = await container.library.add(account, "old.md", b"# Old\n\nMy old paper.\n", DocumentKind.NOTES)
    twin = b"# Both\n\nThe same words in both.\n"
    here = await container.library.add(account, "both.md", twin, DocumentKind.NOTES)
    guest = await place.guest()
    new = await container.library.add(guest, "new.md", b"# New\n\nPaper of a guest.\n", DocumentKind.NOTES)
    await container.library.add(guest, "both.md", twin, DocumentKind.NOTES)
    await place.entry.give_email(guest, "old@mail.example", place.visit())
    known = await place.entry.verify(guest, "old@mail.example", place.code("old@mail.example"), place.visit())
    assert known.person_id == account.person_id
    await container.worker().run(wait=False)
    papers = {paper.id: paper for paper in await container.library.all(account)}
    assert set(papers) == {kept.document.id, here.document.id, new.document.id}
    assert {paper.status for paper in papers.values()} == {"ready"}
    assert b"Paper of a guest" in await container.library.original(account, new.document.id)
    found = await container.search.library(account, "paper of a guest", 5)
    assert new.document.id in {hit.passage.document_id for hit in found.passages}
    again = await container.library.add(account, "new.md", b"# New\n\nPaper of a guest.\n", DocumentKind.NOTES)
    assert again.duplicate_of == new.document.id
    with pytest.raises(Unauthenticated):
        await container.identity.me(guest)


@pytest.mark.acceptance("ID-25")
async def test_the_cookie_of_a_guest_who_went_over_opens_nothing(place):
    await place.verified("owner@mail.example")
    made = await place.entry.guest(NOBODY, place.visit())
    await place.entry.give_email(made.principal, "owner@mail.example", place.visit())
    code = place.code("owner@mail.example")
    await place.entry.verify(made.principal, "owner@mail.example", code, place.visit())
    with pytest.raises(Unauthenticated):
        await place.container.identity.identify(NOBODY, made.issued.secret, CredentialKind.GUEST)


@pytest.mark.security
async def test_an_address_belongs_to_whoever_proves_it_not_to_whoever_types_it(place):
    squatter = await place.guest()
    await place.entry.give_email(squatter, "mine@mail.example", place.visit())
    mine = await place.verified("mine@mail.example")
    assert mine.person_id != squatter.person_id
    other = await place.verified("other@mail.example")
    await place.entry.give_email(other, "mine@mail.example", place.visit())
    with pytest.raises(Conflict) as caught:
        await place.entry.verify(other, "mine@mail.example", place.code("mine@mail.example"), place.visit())
    assert caught.value.code == "email_taken"


@pytest.mark.security
async def test_mails_to_one_address_are_few(place):
    for _ in range(5):
        await place.entry.give_email(await place.guest(), "flooded@mail.example", place.visit())
    with pytest.raises(LimitReached):
        await place.entry.give_email(await place.guest(), "flooded@mail.example", place.visit())


@pytest.mark.acceptance("ID-04", "SEC-02")
@pytest.mark.security
async def test_codes_addresses_and_passwords_are_stored_so_that_nobody_reads_them(place, open_url):
    guest = await place.guest()
    await place.accounts.sign_up(guest, "hidden@mail.example", PASSWORD, "Hidden Name", place.visit())
    code = place.code("hidden@mail.example")
    with psycopg.connect(open_url) as connection:
        stored = b"".join(
            bytes(row[0])
            for table in ("people", "codes", "credentials", "attempts", "events")
            for row in connection.execute(f"SELECT convert_to({table}::text, 'UTF8') FROM {table}")  # type: ignore[arg-type]
        )
        row = connection.execute("SELECT hashed_password FROM people WHERE id = %s", [guest.person_id]).fetchone()
    for secret in (b"hidden@", b"Hidden Name", code.encode(), PASSWORD.encode(), b"hidden@".hex().encode()):
        assert secret not in stored
    assert row is not None
    assert row[0].startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.acceptance("ID-04", "ID-17", "DB-05")
async def test_the_columns_that_the_seeds_name(place, open_url):
    guest = await place.guest()
    query = "SELECT column_name, column_default FROM information_schema.columns WHERE table_name = 'people'"
    with psycopg.connect(open_url) as connection:
        columns = dict(connection.execute(query).fetchall())
        one = "SELECT user_agent, ip_address, is_active, first_seen <= last_seen FROM people WHERE id = %s"
        row = connection.execute(one, [guest.person_id]).fetchone()
    named = {"id", "email", "state", "user_agent", "ip_address", "first_seen", "last_seen", "hashed_password", "name"}
    assert named | {"is_active", "created_at"} <= set(columns)
    assert columns["state"] == "'guest'::text"
    assert row is not None
    assert row[0] == "test browser"
    assert row[1].endswith(".0/24")
    assert row[2:] == (True, True)
