"""Living together in a tenant: invitations, roles, consents; refusals first."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import psycopg
import pytest

from tests.integration.database.rows import posting
from tests.integration.library.papers import RESUME
from verivita.core.errors import Conflict, Denied, Invalid, NotFound, VerivitaError
from verivita.core.ids import PersonId, new_id
from verivita.core.principal import Role
from verivita.features.identity import NOBODY, Shared
from verivita.features.library import DocumentKind


@pytest.fixture
def tenancy(container):
    return container.sign_in.tenancy


@pytest.fixture
async def coach(container, owner, tenancy):
    """A coach of the owner's tenant, who came by an invitation."""
    issued = await tenancy.invite(owner, "Coach@School.example", Role.COACH)
    return await tenancy.accept(NOBODY, issued.secret, "Coach")


class TestInvitations:
    @pytest.mark.security
    async def test_only_who_looks_after_the_tenant_invites_and_only_an_owner_makes_admins(
        self, tenancy, owner, neighbour, coach
    ):
        for person in (neighbour, coach):
            with pytest.raises(Denied):
                await tenancy.invite(person, "x@school.example", Role.STUDENT)
        admin = replace(owner, role=Role.ADMIN)
        with pytest.raises(Denied):
            await tenancy.invite(admin, "x@school.example", Role.OWNER)
        with pytest.raises(Invalid):
            await tenancy.invite(owner, "no address", Role.STUDENT)

    @pytest.mark.security
    async def test_it_works_once_also_for_several_at_once(self, tenancy, owner):
        issued = await tenancy.invite(owner, "mira@school.example", Role.STUDENT)
        tries = await asyncio.gather(
            *(tenancy.accept(NOBODY, issued.secret, "Mira") for _ in range(5)), return_exceptions=True
        )
        assert len([found for found in tries if not isinstance(found, VerivitaError)]) == 1
        assert {found.code for found in tries if isinstance(found, VerivitaError)} == {"invitation"}

    @pytest.mark.security
    async def test_unknown_withdrawn_replaced_and_old_ones_are_refused_alike(
        self, container, tenancy, owner, product_url
    ):
        first = await tenancy.invite(owner, "a@school.example", Role.STUDENT)
        second = await tenancy.invite(owner, "A@school.example", Role.STUDENT)
        third = await tenancy.invite(owner, "b@school.example", Role.STUDENT)
        await tenancy.withdraw(owner, third.id)
        with psycopg.connect(product_url, autocommit=True) as connection:
            connection.execute("UPDATE invitations SET expires_at = now() - interval '1 second'")
        for secret in ("nothing of the kind", first.secret, second.secret, third.secret):
            with pytest.raises(Invalid) as caught:
                await tenancy.accept(NOBODY, secret)
            assert caught.value.code == "invitation"
        with pytest.raises(NotFound):
            await tenancy.withdraw(owner, third.id)

    async def test_who_comes_in_is_a_person_of_the_tenant_with_that_role(self, container, owner, coach):
        person = await container.identity.me(coach)
        assert (coach.tenant_id, person.role, person.name) == (owner.tenant_id, Role.COACH, "Coach")
        assert person.email == "Coach@school.example"

    async def test_a_second_invitation_changes_the_role_of_who_is_here(self, container, tenancy, owner, coach):
        issued = await tenancy.invite(owner, "coach@school.example", Role.ADMIN)
        again = await tenancy.accept(NOBODY, issued.secret)
        assert (again.person_id, again.role) == (coach.person_id, Role.ADMIN)
        assert [i.accepted_by for i in await tenancy.invitations(owner)] == [coach.person_id, coach.person_id]


class TestRoles:
    @pytest.mark.security
    async def test_the_last_owner_stays_and_admins_do_not_touch_owners(self, container, tenancy, owner, coach):
        with pytest.raises(Conflict) as caught:
            await tenancy.give_role(owner, owner.person_id, Role.STUDENT)
        assert caught.value.code == "last_owner"
        await tenancy.give_role(owner, coach.person_id, Role.ADMIN)
        admin = replace(coach, role=Role.ADMIN)
        with pytest.raises(Denied):
            await tenancy.give_role(admin, owner.person_id, Role.STUDENT)
        with pytest.raises(Denied):
            await tenancy.give_role(coach, coach.person_id, Role.OWNER)
        with pytest.raises(NotFound):
            await tenancy.give_role(owner, PersonId(new_id()), Role.COACH)
        await tenancy.give_role(owner, coach.person_id, Role.OWNER)
        await tenancy.give_role(owner, owner.person_id, Role.STUDENT)


class TestConsents:
    @pytest.mark.security
    async def test_nothing_is_read_without_one_nor_after_its_end_nor_by_others(
        self, container, tenancy, owner, neighbour, stranger, coach
    ):
        with pytest.raises(NotFound):
            await tenancy.reader_of(coach, neighbour.person_id, Shared.PAPERS)
        for wrong in (stranger.person_id, neighbour.person_id, PersonId(new_id())):
            with pytest.raises(NotFound):
                await tenancy.consent(neighbour, wrong, Shared.PAPERS)
        id = await tenancy.consent(neighbour, coach.person_id, Shared.PAPERS)
        assert await tenancy.consent(neighbour, coach.person_id, Shared.PAPERS) == id
        assert (await tenancy.reader_of(coach, neighbour.person_id, Shared.PAPERS)).person_id == neighbour.person_id
        with pytest.raises(NotFound):
            await tenancy.reader_of(coach, neighbour.person_id, Shared.MATCHES)
        for other in (owner, stranger):
            with pytest.raises(NotFound):
                await tenancy.reader_of(other, neighbour.person_id, Shared.PAPERS)
        with pytest.raises(NotFound):
            await tenancy.end_consent(coach, id)
        await tenancy.end_consent(neighbour, id)
        with pytest.raises(NotFound):
            await tenancy.reader_of(coach, neighbour.person_id, Shared.PAPERS)
        given, _ = await tenancy.consents(neighbour)
        assert [consent.ended_at is None for consent in given] == [False]

    async def test_a_student_cannot_be_given_one(self, tenancy, owner, neighbour):
        with pytest.raises(Invalid):
            await tenancy.consent(owner, neighbour.person_id, Shared.PAPERS)


@pytest.mark.acceptance("ID-24", "FUT-04")
async def test_a_coach_sees_what_a_student_lets_them_see_over_http(
    container, owner, neighbour, coach, clients, tenancy
):
    await container.library.add(neighbour, "mira.md", RESUME.encode(), DocumentKind.RESUME)
    await container.postings.add_many(owner, [posting("Mira", 0)])
    await container.worker().run(wait=False)
    async with await clients.with_key(coach) as at_coach, await clients.with_key(neighbour) as at_student:
        papers = f"/api/v1/tenants/me/members/{neighbour.person_id}/documents"
        matches = f"/api/v1/tenants/me/members/{neighbour.person_id}/matches"
        assert (await at_coach.get(papers)).status_code == 404
        for shared in ("papers", "matches"):
            made = await at_student.post(
                "/api/v1/tenants/me/consents", json={"person_id": str(coach.person_id), "shared": shared}
            )
            assert made.status_code == 201
        assert [item["filename"] for item in (await at_coach.get(papers)).json()["items"]] == ["mira.md"]
        assert (await at_coach.get(matches)).status_code == 200
        received = (await at_coach.get("/api/v1/tenants/me/consents")).json()["received"]
        assert {item["shared"] for item in received} == {"papers", "matches"}
        for item in received:
            assert (await at_student.delete(f"/api/v1/tenants/me/consents/{item['id']}")).status_code == 204
        assert (await at_coach.get(papers)).status_code == 404
        assert (await at_student.get("/api/v1/tenants/me/members")).status_code == 403


async def test_inviting_and_coming_in_over_http(container, owner, clients):
    async with await clients.with_key(owner) as at_owner, clients.nobody() as newcomer:
        made = await at_owner.post(
            "/api/v1/tenants/me/invitations", json={"email": "new@school.example", "role": "coach", "send": False}
        )
        assert made.status_code == 201
        listed = (await at_owner.get("/api/v1/tenants/me/invitations")).json()
        assert [item["email"] for item in listed["items"]] == ["new@school.example"]
        assert made.json()["secret"] not in str(listed)
        accepted = await newcomer.post(
            "/api/v1/tenants/me/invitations/accept", json={"secret": made.json()["secret"], "full_name": "New Coach"}
        )
        assert (accepted.status_code, accepted.json()["role"]) == (200, "coach")
        assert (await newcomer.get("/api/v1/users/me")).json()["name"] == "New Coach"
        members = (await at_owner.get("/api/v1/tenants/me/members")).json()
        assert {item["full_name"] for item in members["items"]} >= {"New Coach"}
        new = next(item for item in members["items"] if item["full_name"] == "New Coach")
        path = f"/api/v1/tenants/me/members/{new['id']}"
        assert (await at_owner.patch(path, json={"role": "student"})).status_code == 204
        assert (await at_owner.post(f"{path}/suspend")).status_code == 204
        assert (await at_owner.post(f"{path}/restore")).status_code == 204
