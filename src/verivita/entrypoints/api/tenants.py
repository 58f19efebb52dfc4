"""/api/v1/tenants/me: members, roles, invitations, consents, and what a consent opens."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import Field

from verivita.core.ids import PersonId
from verivita.core.page import page_of
from verivita.core.principal import Role
from verivita.entrypoints.api.auth import UserOut, user_out
from verivita.entrypoints.api.library import DocumentOut, document_out
from verivita.entrypoints.api.matching import match_out
from verivita.entrypoints.api.postings_bodies import JobOut, job_out
from verivita.entrypoints.api.schemas import PROBLEMS, Input, Output, PageOf, Paging, paged
from verivita.entrypoints.http.auth import Caller, set_session, visit_from
from verivita.features.identity import NOBODY, Shared, TenancyService

router = APIRouter(prefix="/api/v1/tenants/me", tags=["tenants"], responses=PROBLEMS)

RoleName = Literal["owner", "admin", "coach", "student"]


class RoleIn(Input):
    """A role."""

    role: RoleName


class InvitationIn(Input):
    """Whom to ask in, and as what; with `send` false the caller hands the secret over by themselves."""

    email: str = Field(min_length=3, max_length=254)
    role: RoleName = "student"
    send: bool = True


class InvitationMade(Output):
    """A fresh invitation; its secret is never shown again."""

    id: UUID
    secret: str
    expires_at: datetime | None


class InvitationOut(Output):
    """An invitation without its secret."""

    id: UUID
    email: str
    role: str
    created_at: datetime
    expires_at: datetime
    accepted_by: UUID | None


class AcceptIn(Input):
    """The secret of an invitation, and how one wants to be called."""

    secret: str = Field(min_length=10, max_length=200)
    full_name: str = Field("", max_length=200)


class ConsentIn(Input):
    """Who may read what of the caller."""

    person_id: UUID
    shared: Literal["papers", "matches"]


class ConsentOut(Output):
    """A consent; ended ones have a date."""

    id: UUID
    giver: UUID
    given_to: UUID
    shared: str
    created_at: datetime
    ended_at: datetime | None


class ConsentMade(Output):
    """The id of the consent that stands now."""

    id: UUID


class ConsentsOut(Output):
    """What the caller gave, and what stands that others gave the caller."""

    given: list[ConsentOut]
    received: list[ConsentOut]


@router.get("/members")
async def members(request: Request, caller: Caller, paging: Paging) -> PageOf[UserOut]:
    """The people of the tenant, newest first; for owners and admins."""
    return paged(await request.app.state.container.sign_in.members.page(caller, paging), user_out)


@router.patch("/members/{person_id}", status_code=204)
async def give_role(request: Request, caller: Caller, person_id: UUID, body: RoleIn) -> None:
    """Give a person another role."""
    await _tenancy(request).give_role(caller, PersonId(person_id), Role(body.role))


@router.post("/members/{person_id}/suspend", status_code=204)
async def suspend(request: Request, caller: Caller, person_id: UUID) -> None:
    """Keep a person out, everywhere within a minute."""
    await request.app.state.container.sign_in.members.suspend(caller, PersonId(person_id))


@router.post("/members/{person_id}/restore", status_code=204)
async def restore(request: Request, caller: Caller, person_id: UUID) -> None:
    """Let a suspended person in again."""
    await request.app.state.container.sign_in.members.restore(caller, PersonId(person_id))


@router.get("/invitations")
async def invitations(request: Request, caller: Caller, paging: Paging) -> PageOf[InvitationOut]:
    """Invitations, newest first."""
    return paged(page_of(await _tenancy(request).invitations(caller), paging), InvitationOut.model_validate)


@router.post("/invitations", status_code=201)
async def invite(request: Request, caller: Caller, body: InvitationIn) -> InvitationMade:
    """Ask somebody in by e-mail."""
    url = f"{str(request.base_url).rstrip('/')}/join" if body.send else ""
    return InvitationMade.model_validate(await _tenancy(request).invite(caller, body.email, Role(body.role), url))


@router.delete("/invitations/{invitation_id}", status_code=204)
async def withdraw(request: Request, caller: Caller, invitation_id: UUID) -> None:
    """End an invitation that nobody has accepted."""
    await _tenancy(request).withdraw(caller, invitation_id)


@router.post("/invitations/accept")
async def accept(request: Request, body: AcceptIn, response: Response) -> UserOut:
    """Come in by an invitation; the answer sets the session cookie."""
    container = request.app.state.container
    person = await _tenancy(request).accept(NOBODY, body.secret, body.full_name)
    session = await container.identity.open_session(person, visit_from(request))
    set_session(response, session, request.url.scheme == "https")
    return user_out(await container.identity.me(person))


@router.get("/consents")
async def consents(request: Request, caller: Caller) -> ConsentsOut:
    """Consents that the caller gave and received."""
    given, received = await _tenancy(request).consents(caller)
    return ConsentsOut(
        given=[ConsentOut.model_validate(item) for item in given],
        received=[ConsentOut.model_validate(item) for item in received],
    )


@router.post("/consents", status_code=201)
async def consent(request: Request, caller: Caller, body: ConsentIn) -> ConsentMade:
    """Let a coach or admin read the caller's papers, or their matches."""
    return ConsentMade(id=await _tenancy(request).consent(caller, PersonId(body.person_id), Shared(body.shared)))


@router.delete("/consents/{consent_id}", status_code=204)
async def end_consent(request: Request, caller: Caller, consent_id: UUID) -> None:
    """End a consent, from this moment."""
    await _tenancy(request).end_consent(caller, consent_id)


@router.get("/members/{person_id}/documents")
async def papers(request: Request, caller: Caller, person_id: UUID, paging: Paging) -> PageOf[DocumentOut]:
    """The papers of somebody who let the caller read them."""
    reader = await _tenancy(request).reader_of(caller, PersonId(person_id), Shared.PAPERS)
    return paged(await request.app.state.container.library.page(reader, paging), document_out)


@router.get("/members/{person_id}/matches")
async def matches(request: Request, caller: Caller, person_id: UUID, paging: Paging) -> PageOf[JobOut]:
    """The best matches of somebody who let the caller read them."""
    reader = await _tenancy(request).reader_of(caller, PersonId(person_id), Shared.MATCHES)
    best = await request.app.state.container.matching.recommend(reader, paging)
    return paged(best, lambda pair: job_out(pair[0], match_out(pair[1])))


def _tenancy(request: Request) -> TenancyService:
    service: TenancyService = request.app.state.container.sign_in.tenancy
    return service
