"""Who looks at a page, and the shell around it: their papers, how many jobs there are, theme and form token."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse

from verivita.bootstrap.container import Container
from verivita.core.principal import IdentityState, Principal
from verivita.engines.llm.catalogue import Listed
from verivita.entrypoints.http.auth import Caller, csrf_token, form_secret
from verivita.entrypoints.web import show_rest
from verivita.entrypoints.web.views import Shell, Toast
from verivita.features.identity import PROVED, Person
from verivita.features.library import Document, DocumentKind, DocumentStatus
from verivita.features.models import Purpose

PROVING = (DocumentKind.RESUME, DocumentKind.PORTFOLIO)
DID = {
    "proved": "Your address is proved, and you are signed in.",
    "added": "The posting is kept here.",
    "known": "This posting was here already.",
    "removed": "The paper is erased, with all that was read from it.",
    "twin": "You gave this very file before. Here it is.",
    "counts": "This paper counts for your matches again.",
    "rests": "This paper no longer counts for your matches.",
    "again": "The paper is being read again.",
    "talk": "The talk is erased.",
    "talks": "Every talk is erased.",
    "wishes": "Your wishes are saved.",
    "appearance": "The appearance is saved.",
    "session": "That sign-in has ended.",
    "key": "The key no longer works.",
    "models": "Models and limits are saved; they hold at once.",
    "model-key": "The key is stored. It is not shown again.",
    "no-model-key": "The key is forgotten.",
    "second-off": "The second step is off.",
    "withdrawn": "The invitation is withdrawn.",
    "role": "The role is changed.",
    "standing": "Changed; it holds everywhere within a minute.",
    "shared": "They may read it from now on.",
    "unshared": "They may no longer read it.",
    "example": "The example person is here. Reading her papers takes a few seconds.",
    "no-example": "The example person and her postings are gone.",
}
"""What a page says was done; the address holds only the key, so that no link can put words into our mouth."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One person on one page. `papers` are all of theirs, newest first."""

    principal: Principal
    person: Person
    papers: tuple[Document, ...]
    open_jobs: int
    now: datetime
    model: Listed | None = None
    """The language model that would answer a question now."""

    @property
    def has_paper(self) -> bool:
        """True where something can be compared with a posting."""
        return any(p.is_active and p.status is DocumentStatus.READY and p.kind in PROVING for p in self.papers)

    @property
    def only_example(self) -> bool:
        """True where every paper belongs to the example person."""
        return bool(self.papers) and all(paper.is_example for paper in self.papers)


def services(request: Request) -> Container:
    """Every service of this process."""
    container: Container = request.app.state.container
    return container


async def visit_of(request: Request, principal: Caller) -> Visit:
    """The visit of a caller who is known; its shell goes to `request.state.shell`. Raises `Unauthenticated`."""
    container = services(request)
    person = await container.identity.me(principal)
    papers = tuple(await container.library.all(principal))
    counts = await container.postings.counts(principal)
    model = await container.models.asking.first(principal, Purpose.CHAT)
    visit = Visit(principal, person, papers, counts.open, container.clock.now(), model)
    request.state.shell = shell_of(request, visit)
    return visit


Visitor = Annotated[Visit, Depends(visit_of)]
"""The visit as an argument of a route."""


def shell_of(request: Request, visit: Visit) -> Shell:
    """What stands around the page that is asked for."""
    path, wants = request.url.path, visit.person.preferences
    current = next((key for key in ("jobs", "ask", "settings") if path.startswith(f"/{key}")), "papers")
    if path.startswith(("/privacy", "/people", "/admin")):
        current = "settings"
    did = DID.get(request.query_params.get("did", ""))
    secret, state = form_secret(request), visit.principal.state
    shell = show_rest.shell(
        current,
        papers=len(visit.papers),
        jobs=visit.open_jobs,
        person=visit.person.name,
        role="" if visit.person.name.lower() == visit.person.role else str(visit.person.role),
        theme="" if wants.theme == "system" else wants.theme,
        single_keys=wants.keys_enabled,
        csrf=csrf_token(secret) if secret else "",
        toasts=(Toast(did),) if did else (),
        sign_out_url="/leave" if state in PROVED else None,
        example=visit.only_example,
        model=visit.model,
    )
    unproved = {IdentityState.GUEST: "/sign-in", IdentityState.EMAIL_COLLECTED: "/sign-in/code"}
    return replace(shell, sign_in_url=unproved.get(state), is_admin=visit.principal.is_admin)


def go(url: str) -> RedirectResponse:
    """Send the browser to a page after a form was taken."""
    return RedirectResponse(url, 303)
