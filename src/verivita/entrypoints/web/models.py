"""/settings/models: which language models answer for what, keys, limits, and a test that says hi."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from verivita.core.errors import FieldError, Invalid
from verivita.entrypoints.http.errors import status_of
from verivita.entrypoints.web import render
from verivita.entrypoints.web.refusals import PageRoute
from verivita.entrypoints.web.show_models import ModelsView, models_view
from verivita.entrypoints.web.visit import Visit, Visitor, go, services
from verivita.features.models import Change, Greeting, Limits

router = APIRouter(prefix="/settings/models", route_class=PageRoute)


@router.get("")
async def models(request: Request, visit: Visitor) -> Response:
    """The settings as they are."""
    return render.page(request, "models.html", {"view": await _view(request, visit)})


@router.post("")
async def change(request: Request, visit: Visitor) -> Response:
    """Store routes and limits; they hold at once."""
    form = await request.form()
    given = {name: value for name, value in form.items() if isinstance(value, str)}
    version = given.get("version", "")
    try:
        wanted = Change(_routes(given), _limits(given))
        await services(request).models.settings.change(
            visit.principal, wanted, int(version) if version.isdigit() else None
        )
    except Invalid as error:
        view = await _view(request, visit, given, error.errors)
        return render.page(request, "models.html", {"view": view}, status=status_of(error))
    return go("/settings/models?did=models")


@router.post("/keys/{provider}")
async def put_key(request: Request, visit: Visitor, provider: str, key: Annotated[str, Form()] = "") -> Response:
    """Store a provider's key, sealed; it is never shown again."""
    await services(request).models.settings.change(visit.principal, Change(keys={provider: key}))
    return go("/settings/models?did=model-key#keys")


@router.post("/keys/{provider}/drop")
async def drop_key(request: Request, visit: Visitor, provider: str) -> Response:
    """Forget a provider's key."""
    await services(request).models.settings.change(visit.principal, Change(keys={provider: None}))
    return go("/settings/models?did=no-model-key#keys")


@router.post("/test")
async def say_hi(request: Request, visit: Visitor, model: Annotated[str, Form()] = "") -> Response:
    """Let one model say hi: what it says, how long it took, what it cost, or why it does not answer."""
    try:
        greeting = await services(request).models.settings.say_hi(visit.principal, model)
    except Invalid as error:
        greeting = Greeting(False, model, reason=error.message, next="; ".join(item.message for item in error.errors))
    view = await _view(request, visit, greeting=greeting)
    return render.page(request, "models.html", {"view": view}, block="hi")


async def _view(
    request: Request,
    visit: Visit,
    given: Mapping[str, str] | None = None,
    errors: tuple[FieldError, ...] = (),
    greeting: Greeting | None = None,
) -> ModelsView:
    service, who = services(request).models.settings, visit.principal
    settings, spent, offers = await service.read(who), await service.spent(who), await service.offers(who)
    return models_view(settings, spent, offers, may_change=who.is_admin, given=given, errors=errors, greeting=greeting)


def _routes(given: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix("routes."): value for name, value in given.items() if name.startswith("routes.")}


def _limits(given: Mapping[str, str]) -> Limits:
    """The limits of a form. Raises `Invalid` with every field that is no number."""
    errors: list[FieldError] = []

    def exact(name: str) -> Decimal | None:
        text = given.get(f"limits.{name}", "").replace(",", "").replace(" ", "").removeprefix("$")
        try:
            return Decimal(text) if text else None
        except InvalidOperation:
            errors.append(FieldError(f"limits.{name}", "This is not a number."))
            return None

    def whole(name: str) -> int | None:
        value = exact(name)
        if value is None:
            return None
        if not value.is_finite() or value != value.to_integral_value():
            errors.append(FieldError(f"limits.{name}", "This is not a whole number."))
            return None
        return int(value)

    limits = Limits(whole("person_tokens"), exact("person_cost"), whole("tenant_tokens"), exact("tenant_cost"))
    if errors:
        raise Invalid(message="Some limits are not valid.", errors=errors)
    return limits
