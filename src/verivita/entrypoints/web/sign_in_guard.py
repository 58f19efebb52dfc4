"""/settings/second-step: set an authenticator up, see whether it is on, switch it off."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from markupsafe import Markup

from verivita.core.errors import VerivitaError
from verivita.entrypoints.http.errors import status_of
from verivita.entrypoints.web import render
from verivita.entrypoints.web.refusals import PageRoute
from verivita.entrypoints.web.sign_in import wrong
from verivita.entrypoints.web.visit import Visit, Visitor, go, services
from verivita.features.identity import Enrolment, SecondStep

router = APIRouter(prefix="/settings/second-step", route_class=PageRoute)

_WHITE, _SCALE = "#fff", 4
"""A code is read from dark on light, also where the page itself is dark."""


@dataclass(frozen=True, slots=True)
class GuardView:
    """The page: `is_open` False where nobody signs in; `secret` and `picture` only right after they were made."""

    is_open: bool
    held: SecondStep
    secret: str = field(default="", repr=False)
    picture: Markup = Markup()  # noqa: RUF009 - immutable
    recovery: tuple[str, ...] = field(default=(), repr=False)
    begun: bool = False
    errors: dict[str, str] = field(default_factory=dict)


@router.get("")
async def guard(request: Request, visit: Visitor) -> Response:
    """Whether a second step is asked for."""
    return await _page(request, visit)


@router.post("/begin")
async def begin(request: Request, visit: Visitor) -> Response:
    """Make a seed and show it once, as letters and as a picture."""
    account = visit.person.email or visit.person.name
    try:
        made = await services(request).sign_in.second.begin(visit.principal, account)
    except VerivitaError as error:
        return await _page(request, visit, errors=wrong(error), status=status_of(error))
    return await _page(request, visit, made=made)


@router.post("/confirm")
async def confirm(request: Request, visit: Visitor, code: Annotated[str, Form()] = "") -> Response:
    """Switch it on by a first code, and show the recovery codes once."""
    try:
        recovery = await services(request).sign_in.second.confirm(visit.principal, code)
    except VerivitaError as error:
        return await _page(request, visit, begun=True, errors=wrong(error), status=status_of(error))
    return await _page(request, visit, recovery=recovery)


@router.post("/off")
async def switch_off(request: Request, visit: Visitor, code: Annotated[str, Form()] = "") -> Response:
    """Switch it off; that needs a code too."""
    try:
        await services(request).sign_in.second.switch_off(visit.principal, code)
    except VerivitaError as error:
        return await _page(request, visit, errors=wrong(error), status=status_of(error))
    return go("/settings/second-step?did=second-off")


async def _page(
    request: Request,
    visit: Visit,
    *,
    made: Enrolment | None = None,
    recovery: tuple[str, ...] = (),
    begun: bool = False,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    sign_in = services(request).sign_in
    view = GuardView(
        is_open=sign_in.is_open,
        held=await sign_in.second.state(visit.principal),
        secret=" ".join(made.seed[i : i + 4] for i in range(0, len(made.seed), 4)) if made else "",
        picture=_picture(made.uri) if made else Markup(),
        recovery=recovery,
        begun=begun or made is not None,
        errors=errors or {},
    )
    return render.page(request, "second_step.html", {"view": view}, status=status)


def _picture(uri: str) -> Markup:
    """The address as a QR code: inline SVG without a style or script, so that the page's policy lets it through."""
    import segno

    # The address itself is not in the markup: it is drawn.
    return Markup(segno.make(uri, error="m").svg_inline(scale=_SCALE, light=_WHITE, title="QR code of the key"))  # noqa: S704 - drawn by us
