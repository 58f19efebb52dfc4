"""/people and /join: who is in the tenant, who was asked in, who may see what; and coming in by an invitation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response

from verivita.core.errors import VerivitaError
from verivita.core.ids import PersonId
from verivita.core.page import PageRequest
from verivita.core.principal import IdentityState, Role
from verivita.entrypoints.http.arrivals import SECOND_PAGE, set_ticket
from verivita.entrypoints.http.auth import Caller, set_session, visit_from
from verivita.entrypoints.http.errors import status_of
from verivita.entrypoints.web import render
from verivita.entrypoints.web.refusals import PageRoute
from verivita.entrypoints.web.visit import Visit, Visitor, go, services
from verivita.features.identity import NOBODY, Consent, Invitation, Person, SecondStepNeeded, Shared

router = APIRouter(route_class=PageRoute)

_MOST = 100
SHARED = {Shared.PAPERS: "my papers", Shared.MATCHES: "my matches"}


@dataclass(frozen=True, slots=True)
class PeopleView:
    """The page: people and invitations for who looks after the tenant, consents for everybody."""

    me: Person
    people: tuple[Person, ...] = ()
    total: int = 0
    invitations: tuple[Invitation, ...] = ()
    given: tuple[tuple[Consent, str], ...] = ()
    received: tuple[tuple[Consent, str], ...] = ()
    readers: tuple[Person, ...] = ()
    secret_url: str = ""
    problem: VerivitaError | None = None


@router.get("/people")
async def people(request: Request, visit: Visitor) -> Response:
    """Members, invitations, consents."""
    return await _page(request, visit)


@router.post("/people/invite")
async def invite(
    request: Request, visit: Visitor, email: Annotated[str, Form()] = "", role: Annotated[str, Form()] = "student"
) -> Response:
    """Ask somebody in; the link is shown once, to be handed over by mail or otherwise."""
    base = str(request.base_url).rstrip("/")
    try:
        made = await services(request).sign_in.tenancy.invite(visit.principal, email, _role(role))
    except VerivitaError as error:
        return await _page(request, visit, problem=error)
    return await _page(request, visit, secret_url=f"{base}/join?token={made.secret}")


@router.post("/people/invitations/{invitation_id}/withdraw")
async def withdraw(request: Request, caller: Caller, invitation_id: UUID) -> Response:
    """End an invitation."""
    await services(request).sign_in.tenancy.withdraw(caller, invitation_id)
    return go("/people?did=withdrawn")


@router.post("/people/{person_id}/role")
async def give_role(request: Request, visit: Visitor, person_id: UUID, role: Annotated[str, Form()] = "") -> Response:
    """Give a person another role."""
    try:
        await services(request).sign_in.tenancy.give_role(visit.principal, PersonId(person_id), _role(role))
    except VerivitaError as error:
        return await _page(request, visit, problem=error)
    return go("/people?did=role")


@router.post("/people/{person_id}/standing")
async def standing(request: Request, visit: Visitor, person_id: UUID, wanted: Annotated[str, Form()] = "") -> Response:
    """Keep a person out, or let them in again."""
    members = services(request).sign_in.members
    try:
        await (members.suspend if wanted == "out" else members.restore)(visit.principal, PersonId(person_id))
    except VerivitaError as error:
        return await _page(request, visit, problem=error)
    return go("/people?did=standing")


@router.post("/people/consents")
async def consent(
    request: Request, visit: Visitor, to: Annotated[UUID, Form()], shared: Annotated[Shared, Form()]
) -> Response:
    """Let somebody read one's papers or matches."""
    try:
        await services(request).sign_in.tenancy.consent(visit.principal, PersonId(to), shared)
    except VerivitaError as error:
        return await _page(request, visit, problem=error)
    return go("/people?did=shared#consents")


@router.post("/people/consents/{consent_id}/end")
async def end_consent(request: Request, caller: Caller, consent_id: UUID) -> Response:
    """End a consent."""
    await services(request).sign_in.tenancy.end_consent(caller, consent_id)
    return go("/people?did=unshared#consents")


@router.get("/join")
async def door(request: Request, token: str = "") -> Response:
    """The page of an invitation's link. Opening it changes nothing; the button does."""
    return render.page(request, "join.html", {"token": token[:200], "problem": None})


@router.post("/join")
async def join(
    request: Request, token: Annotated[str, Form()] = "", full_name: Annotated[str, Form()] = ""
) -> Response:
    """Come in."""
    container = services(request)
    try:
        person = await container.sign_in.tenancy.accept(NOBODY, token, full_name)
    except SecondStepNeeded as needed:
        answer = go(SECOND_PAGE)
        set_ticket(request, answer, needed)
        return answer
    except VerivitaError as error:
        return render.page(request, "join.html", {"token": "", "problem": error}, status=status_of(error))
    answer = go("/")
    session = await container.identity.open_session(person, visit_from(request))
    set_session(answer, session, secure=request.url.scheme == "https")
    return answer


async def _page(
    request: Request, visit: Visit, *, secret_url: str = "", problem: VerivitaError | None = None
) -> Response:
    sign_in, caller = services(request).sign_in, visit.principal
    given, received = await sign_in.tenancy.consents(caller)
    readers = await sign_in.tenancy.readers(caller)
    names = {person.id: person.name for person in readers}
    found: tuple[Person, ...] = ()
    invitations: tuple[Invitation, ...] = ()
    total = 0
    if caller.is_admin:
        page = await sign_in.members.page(caller, PageRequest(1, _MOST))
        found, total = tuple(page.items), page.total
        names |= {person.id: person.name for person in found}
        invitations = tuple(await sign_in.tenancy.invitations(caller))
    view = PeopleView(
        me=visit.person,
        people=found,
        total=total,
        invitations=invitations,
        given=tuple((c, names.get(c.given_to, "somebody who left")) for c in given if c.ended_at is None),
        received=tuple((c, names.get(c.giver, str(c.giver))) for c in received),
        readers=tuple(person for person in readers if person.id != visit.person.id),
        secret_url=secret_url,
        problem=problem,
    )
    values = {"view": view, "roles": list(Role), "shared": SHARED, "out": IdentityState.SUSPENDED}
    return render.page(request, "people.html", values, status=status_of(problem) if problem else 200)


def _role(word: str) -> Role:
    return Role(word) if word in set(Role) else Role.STUDENT
