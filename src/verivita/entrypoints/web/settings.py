"""/settings: wishes, appearance, keys for programs."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse
from starlette.datastructures import FormData

from verivita.core.errors import FieldError, Invalid
from verivita.entrypoints.http.auth import Caller
from verivita.entrypoints.http.errors import status_of
from verivita.entrypoints.web import render
from verivita.entrypoints.web.refusals import PageRoute
from verivita.entrypoints.web.render import toast_swap, wants_fragment
from verivita.entrypoints.web.sessions import signed_in
from verivita.entrypoints.web.show_rest import settings_view
from verivita.entrypoints.web.views import ApiKeyView, SettingsView
from verivita.entrypoints.web.visit import DID, Visit, Visitor, go, services
from verivita.entrypoints.web.words import ago
from verivita.features.identity import ApiKey, Preferences
from verivita.features.matching import Wishes

router = APIRouter(prefix="/settings", route_class=PageRoute)


@router.get("")
async def settings(request: Request, visit: Visitor) -> Response:
    """The settings as they are."""
    return render.page(request, "settings.html", {"view": await _view(request, visit)})


@router.post("/wishes")
async def wishes(request: Request, visit: Visitor) -> Response:
    """Store what the person wants of a job."""
    form, identity = await request.form(), services(request).identity
    try:
        person = await identity.prefer(visit.principal, _wished(visit.person.preferences, form))
    except Invalid as error:
        given = {name: value for name, value in form.items() if isinstance(value, str)}
        view = await _view(request, visit, given, error.errors)
        return render.page(request, "settings.html", {"view": view}, block="wishes", status=status_of(error))
    if not wants_fragment(request):
        return go("/settings?did=wishes#wishes")
    view = await _view(request, replace(visit, person=person))
    shell = request.state.shell
    part = render.render_block("settings.html", "wishes", {"view": view, "shell": shell})
    return HTMLResponse(part + toast_swap(DID["wishes"], shell), headers=render.HEADERS)


@router.post("/appearance")
async def appearance(
    request: Request, visit: Visitor, theme: Annotated[str, Form()] = "", single_keys: Annotated[str, Form()] = ""
) -> Response:
    """Store how the pages look and whether single keys work."""
    wants = replace(visit.person.preferences, theme=theme or "system", keys_enabled=single_keys == "1")
    await services(request).identity.prefer(visit.principal, wants)
    return go("/settings?did=appearance#appearance")


@router.post("/keys")
async def make_key(request: Request, visit: Visitor, name: Annotated[str, Form()] = "") -> Response:
    """Make a key; its secret is on this one page and nowhere else, so there is no redirect to lose it."""
    made = await services(request).identity.create_key(visit.principal, name)
    view = replace(await _view(request, visit), new_secret=made.secret)
    return render.page(request, "settings.html", {"view": view})


@router.post("/keys/{key_id}/drop")
async def drop_key(request: Request, caller: Caller, key_id: UUID) -> Response:
    """Remove a key; it stops working at once."""
    await services(request).identity.drop_key(caller, key_id)
    return go("/settings?did=key#api-keys")


async def _view(
    request: Request, visit: Visit, given: dict[str, str] | None = None, errors: tuple[FieldError, ...] = ()
) -> SettingsView:
    wants = visit.person.preferences
    view = settings_view(
        wishes_of(wants),
        theme="" if wants.theme == "system" else wants.theme,
        single_keys=wants.keys_enabled,
        given=given,
        errors=errors,
    )
    keys = await services(request).identity.keys(visit.principal)
    connected = (await services(request).models.settings.read(visit.principal)).routes
    names = dict.fromkeys(name for stops in connected.values() for name in stops[:1])
    said = f"In use: {', '.join(names)}." if names else view.model_text
    return replace(
        view,
        model_text=said,
        new_key_url="/settings/keys",
        api_keys=tuple(_key(key, visit) for key in keys),
        sessions=await signed_in(request, visit),
    )


def wishes_of(wants: Preferences) -> Wishes:
    """The part of the preferences that is checked against a posting."""
    return Wishes(
        wants.location_types,
        wants.countries,
        wants.minimum_pay,
        wants.currency,
        wants.needs_visa,
        wants.max_travel_share,
    )


def _wished(before: Preferences, form: FormData) -> Preferences:
    """The form as preferences. Raises `Invalid` with every field that is no number."""
    errors: list[FieldError] = []

    def number(name: str) -> float | None:
        text = str(form.get(name) or "").replace(",", "").replace(" ", "").rstrip("%")
        try:
            value = float(text) if text else 0.0
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            errors.append(FieldError(name, "This is not a number."))
        return value if text else None

    pay, travel = number("minimum_pay"), number("max_travel_share")
    countries = str(form.get("countries") or "").replace(";", ",").replace(" ", ",").upper().split(",")
    if errors:
        raise Invalid(message="Some settings are not valid.", errors=errors)
    return replace(
        before,
        location_types=tuple(str(kind) for kind in form.getlist("location_types")),
        countries=tuple(dict.fromkeys(code for code in countries if code)),
        minimum_pay=None if pay is None else round(pay),
        currency=str(form.get("currency") or "") or None,
        needs_visa={"yes": True, "no": False}.get(str(form.get("needs_visa") or "")),
        max_travel_share=None if travel is None else travel / 100,
    )


def _key(key: ApiKey, visit: Visit) -> ApiKeyView:
    return ApiKeyView(
        name=key.name,
        scopes=", ".join(key.scopes) or "everything",
        created=ago(key.created_at, visit.now),
        used=ago(key.last_used_at, visit.now).text if key.last_used_at else "never",
        delete_url=f"/settings/keys/{key.id}/drop",
    )
