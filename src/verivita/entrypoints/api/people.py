"""/api/v1/users/me and /api/v1/keys: the caller, what they want, and their keys."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response
from pydantic import ConfigDict, Field

from verivita.core.page import page_of
from verivita.entrypoints.api.schemas import PROBLEMS, Input, Output, PageOf, Paging, paged
from verivita.entrypoints.api.versions import etag, wanted_version
from verivita.entrypoints.http.auth import Caller
from verivita.features.identity import IdentityService, Person, Preferences

router = APIRouter(prefix="/api/v1", tags=["people"], responses=PROBLEMS)


class PreferencesBody(Input):
    """How pages look, and what the person wants: feeds hard stops and nothing else."""

    model_config = ConfigDict(from_attributes=True)

    theme: Literal["system", "light", "dark"] = "system"
    keys_enabled: bool = True
    location_types: list[Literal["remote", "hybrid", "onsite"]] = Field(default_factory=list, max_length=3)
    countries: list[Annotated[str, Field(min_length=2, max_length=2)]] = Field(default_factory=list, max_length=50)
    minimum_pay: int | None = Field(None, ge=0, le=100_000_000)
    currency: str | None = Field(None, min_length=3, max_length=3)
    needs_visa: bool | None = None
    max_travel_share: float | None = Field(None, ge=0, le=1)


class PersonOut(Output):
    """The caller."""

    id: UUID
    tenant_id: UUID
    name: str
    role: str
    state: str
    preferences: PreferencesBody
    version: int
    created_at: datetime


class PersonChange(Input):
    """What the caller may change of themselves."""

    name: str | None = Field(None, min_length=1, max_length=200)
    preferences: PreferencesBody | None = None
    version: int | None = Field(None, ge=1, le=2**31 - 1)


class KeyIn(Input):
    """A new API key."""

    name: str = Field(min_length=1, max_length=100)
    scopes: list[Literal["read", "write"]] = Field(default_factory=list, max_length=2)
    days: int | None = Field(None, ge=1, le=3650)


class KeyMade(Output):
    """A fresh key; its secret is never shown again."""

    id: UUID
    secret: str
    expires_at: datetime | None


class KeyOut(Output):
    """A key without its secret."""

    id: UUID
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


@router.get("/users/me")
async def me(request: Request, caller: Caller, response: Response) -> PersonOut:
    """The caller."""
    person = await _identity(request).me(caller)
    response.headers["ETag"] = etag(person.version)
    return person_out(person)


@router.patch("/users/me")
async def change(
    request: Request,
    caller: Caller,
    body: PersonChange,
    response: Response,
    if_match: Annotated[str | None, Header()] = None,
) -> PersonOut:
    """Change name or preferences; a stale version is refused with 412."""
    identity = _identity(request)
    version = wanted_version(body.version, if_match)
    person = await identity.me(caller)
    if body.preferences is not None:
        person = await identity.prefer(caller, preferences_of(body.preferences), version)
        version = None if version is None else person.version
    if body.name is not None:
        person = await identity.rename(caller, body.name, version)
    response.headers["ETag"] = etag(person.version)
    return person_out(person)


@router.get("/keys")
async def keys(request: Request, caller: Caller, paging: Paging) -> PageOf[KeyOut]:
    """The caller's API keys, newest first."""
    return paged(page_of(await _identity(request).keys(caller), paging), KeyOut.model_validate)


@router.post("/keys", status_code=201)
async def create_key(request: Request, caller: Caller, body: KeyIn) -> KeyMade:
    """Make an API key."""
    lasts = timedelta(days=body.days) if body.days else None
    return KeyMade.model_validate(await _identity(request).create_key(caller, body.name, tuple(body.scopes), lasts))


@router.delete("/keys/{key_id}", status_code=204)
async def drop_key(request: Request, caller: Caller, key_id: UUID) -> None:
    """Remove an API key; it stops working at once."""
    await _identity(request).drop_key(caller, key_id)


def person_out(person: Person) -> PersonOut:
    """The reply body of a person."""
    return PersonOut.model_validate(person)


def preferences_of(body: PreferencesBody) -> Preferences:
    """The same as the identity room knows it."""
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in body.model_dump().items()}
    return Preferences(**values)


def _identity(request: Request) -> IdentityService:
    service: IdentityService = request.app.state.container.identity
    return service
