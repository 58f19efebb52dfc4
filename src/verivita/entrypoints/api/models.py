"""/api/v1/settings and /api/v1/models: routes, limits and keys of language models, the catalogue, a test."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from pydantic import Field, PlainSerializer, SecretStr

from verivita.core.page import page_of
from verivita.core.principal import Principal
from verivita.entrypoints.api.schemas import PROBLEMS, Input, Output, PageOf, Paging, paged
from verivita.entrypoints.api.versions import etag, wanted_version
from verivita.entrypoints.http.auth import Caller
from verivita.features.models import Change, Greeting, Limits, ModelSettings, ModelSettingsService, Purpose

router = APIRouter(prefix="/api/v1", tags=["models"], responses=PROBLEMS)

Money = Annotated[Decimal, Field(ge=0, le=1_000_000, max_digits=16, decimal_places=10)]
Exact = Annotated[Decimal, PlainSerializer(lambda money: format(money.normalize(), "f"), return_type=str)]
"""US dollars as the shortest exact decimal, in a string: a number of JSON would be rounded by its reader."""
Tokens = Annotated[int, Field(ge=0, le=10**12)]
Route = Annotated[str, Field(max_length=1000)]


class LimitsBody(Input):
    """The most that may be used in a day (UTC): tokens, and US dollars as exact decimals; null means no limit."""

    person_tokens: Tokens | None = None
    person_cost: Money | None = None
    tenant_tokens: Tokens | None = None
    tenant_cost: Money | None = None


class SettingsIn(Input):
    """What to change; what is left out stays.

    A route is `provider:model,provider:model`, an empty one switches models off for that purpose. A key is stored
    sealed and never shown again; null takes it away.
    """

    routes: dict[Purpose, Route] | None = None
    limits: LimitsBody | None = None
    keys: dict[Annotated[str, Field(max_length=40)], SecretStr | None] | None = Field(None, max_length=20)
    version: int | None = Field(None, ge=0, le=2**31 - 1)


class KeyOut(Output):
    """That there is a key of a provider, whose it is, and since when; never the key."""

    provider: str
    source: str
    set_at: datetime | None


class LimitsOut(Output):
    """The limits in force."""

    person_tokens: int | None
    person_cost: Exact | None
    tenant_tokens: int | None
    tenant_cost: Exact | None


class SpentOut(Output):
    """What was used today (UTC). Calls without a known price count no money."""

    tokens: int
    cost: Exact
    calls: int
    unpriced_calls: int


class SettingsOut(Output):
    """Routes in force, limits, keys, what was used today, and what the owner should know."""

    routes: dict[Purpose, list[str]]
    limits: LimitsOut
    keys: list[KeyOut]
    spent: SpentOut
    spent_by_all: SpentOut
    warnings: list[str]
    version: int


class ModelOut(Output):
    """A model: whether it can be asked now, and why not. Prices are US dollars for a million tokens, null: unknown."""

    name: str
    kind: str
    available: bool
    reason: str
    context: int
    price_in: Exact | None
    price_out: Exact | None
    sunset: date | None
    replaced_by: str
    local: bool


class TestIn(Input):
    """Which model should say hi."""

    model: str = Field(min_length=3, max_length=200)


class AttemptOut(Output):
    """One try: the model and how it ended."""

    model: str
    outcome: str
    milliseconds: int


class TestOut(Output):
    """What came of it. `cost` is null where the price is not known; `code` and `reason` say why nobody answered."""

    ok: bool
    model: str
    text: str
    milliseconds: int
    input_tokens: int
    output_tokens: int
    cost: Exact | None
    attempts: list[AttemptOut]
    code: str
    reason: str
    next: str


@router.get("/settings")
async def settings(request: Request, caller: Caller, response: Response) -> SettingsOut:
    """Model routes, limits, keys (whether they are there) and what was used today."""
    return await _shown(request, caller, response, await _service(request).read(caller))


@router.put("/settings")
async def change_settings(
    request: Request,
    caller: Caller,
    body: SettingsIn,
    response: Response,
    if_match: Annotated[str | None, Header()] = None,
) -> SettingsOut:
    """Change routes, limits or keys, at once and without a restart; only an owner or admin may."""
    version = wanted_version(body.version, if_match)
    return await _shown(request, caller, response, await _service(request).change(caller, change_of(body), version))


@router.get("/models")
async def models(request: Request, caller: Caller, paging: Paging) -> PageOf[ModelOut]:
    """The catalogue, and whether each model can be asked now."""
    return paged(page_of(await _service(request).offers(caller), paging), ModelOut.model_validate)


@router.post("/models/test")
async def test_model(request: Request, caller: Caller, body: TestIn) -> TestOut:
    """Let a model say hi: latency and cost, or why it does not answer; only an owner or admin may."""
    return greeting_out(await _service(request).say_hi(caller, body.model))


def change_of(body: SettingsIn) -> Change:
    """The body as the room knows it."""
    limits = None if body.limits is None else Limits(**body.limits.model_dump())
    keys = {name: None if key is None else key.get_secret_value() for name, key in (body.keys or {}).items()}
    routes: Mapping[str, str] | None = None if body.routes is None else {str(k): v for k, v in body.routes.items()}
    return Change(routes, limits, keys)


def greeting_out(greeting: Greeting) -> TestOut:
    """The reply body of a test."""
    return TestOut(
        ok=greeting.ok,
        model=greeting.model,
        text=greeting.text,
        milliseconds=greeting.milliseconds,
        input_tokens=greeting.usage.input_tokens,
        output_tokens=greeting.usage.output_tokens,
        cost=greeting.cost,
        attempts=[AttemptOut.model_validate(attempt) for attempt in greeting.attempts],
        code=greeting.code,
        reason=greeting.reason,
        next=greeting.next,
    )


async def _shown(request: Request, caller: Principal, response: Response, found: ModelSettings) -> SettingsOut:
    mine, ours = await _service(request).spent(caller)
    response.headers["ETag"] = etag(found.version)
    return SettingsOut(
        routes={purpose: list(names) for purpose, names in found.routes.items()},
        limits=LimitsOut.model_validate(found.limits),
        keys=[KeyOut.model_validate(key) for key in found.keys],
        spent=SpentOut.model_validate(mine),
        spent_by_all=SpentOut.model_validate(ours),
        warnings=list(found.warnings),
        version=found.version,
    )


def _service(request: Request) -> ModelSettingsService:
    service: ModelSettingsService = request.app.state.container.models.settings
    return service
