"""The table of routes, what each says of itself, and the OpenAPI snapshot."""

from __future__ import annotations

import functools
import importlib.util
import json
import typing
from types import ModuleType

import httpx2
import pytest
from fastapi.responses import Response
from fastapi.routing import APIRoute
from pydantic import BaseModel

from tests.docs.markdown import ROOT
from verivita.entrypoints.api import app
from verivita.entrypoints.api.schemas import Input

MODULES: tuple[ModuleType, ...] = app.ROUTES
ROUTES = """
GET    /health /live /ready /metrics
POST   /api/v1/documents /api/v1/documents/{document_id}/read
GET    /api/v1/documents /api/v1/documents/{document_id} /api/v1/documents/{document_id}/file
GET    /api/v1/documents/{document_id}/facts /api/v1/documents/{document_id}/passages
PATCH  /api/v1/documents/{document_id} /api/v1/users/me
DELETE /api/v1/documents/{document_id} /api/v1/tasks/{task_id} /api/v1/keys/{key_id}
POST   /api/v1/search /api/v1/embed
POST   /api/v1/jobs /api/v1/jobs/search /api/v1/jobs/{job_id}/close /api/v1/analyze /api/analyze
GET    /api/v1/jobs /api/v1/jobs/recommendations /api/v1/jobs/{job_id} /api/v1/jobs/{job_id}/snapshot
GET    /api/v1/jobs/{job_id}/match /api/v1/ingest /api/v1/ingest/{run_id}
GET    /api/v1/tasks /api/v1/tasks/{task_id} /api/v1/users/me /api/v1/keys
POST   /api/v1/keys
GET    /api/v1/sessions
DELETE /api/v1/sessions/{sign_in_id}
GET    /api/health /api/jobs /api/jobs/{job_id} /api/settings
POST   /api/email /api/interview
PUT    /api/settings
GET    /api/v1/admin/audit /api/v1/admin/errors /api/v1/admin/logs /api/v1/admin/usage
POST   /auth/guest /auth/email /auth/verify /auth/signup /auth/login /auth/refresh /auth/logout /auth/logout-all
POST   /auth/upgrade
GET    /auth/state /auth/me /auth/.well-known/jwks.json
POST   /auth/second-step /auth/totp /auth/totp/confirm /auth/totp/off
GET    /auth/totp /auth/oidc /auth/oidc/{key}/start /auth/oidc/{key}/return
POST   /save-document /embed /search /api/job-list/search
GET    /api/job-list/jobs /api/job-list/jobs/{job_id} /api/job-list/recommendations
GET    /api/chat/history /api/chat/suggestions /api/v1/chat/history /api/v1/chat/sessions
GET    /api/v1/chat/sessions/{session_id} /api/v1/chat/suggestions /api/v1/chat/turns/{turn_id} /api/v1/models
GET    /api/v1/settings /api/v1/tenants/me/consents /api/v1/tenants/me/invitations /api/v1/tenants/me/members
GET    /api/v1/tenants/me/members/{person_id}/documents /api/v1/tenants/me/members/{person_id}/matches
GET    /api/v1/users/me/export /api/v1/users/me/stored /history /history/{conversation_id}
POST   /api/chat /api/v1/chat /api/v1/models/test /api/v1/query /api/v1/tenants/me/consents
POST   /api/v1/tenants/me/invitations /api/v1/tenants/me/invitations/accept
POST   /api/v1/tenants/me/members/{person_id}/restore /api/v1/tenants/me/members/{person_id}/suspend
POST   /api/v1/users/me/import /chat /query /upload
PUT    /api/v1/settings
PATCH  /api/v1/tenants/me/members/{person_id}
DELETE /api/chat/history /api/v1/chat/history /api/v1/chat/sessions/{session_id} /api/v1/chat/turns/{turn_id}
DELETE /api/v1/tenants/me/consents/{consent_id} /api/v1/tenants/me/invitations/{invitation_id} /api/v1/users/me
"""
PUBLIC = {"/api/health", "/health", "/live", "/ready", "/metrics", "/auth/.well-known/jwks.json"}
PUBLIC |= {"/auth/oidc", "/auth/oidc/{key}/start", "/auth/oidc/{key}/return"}


def routes() -> list[APIRoute]:
    return [route for module in MODULES for route in module.router.routes if isinstance(route, APIRoute)]


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@functools.cache
def document() -> str:
    """The description of the API as the code makes it now; making it takes seconds."""
    return str(script("openapi").document())


def test_the_table_of_routes() -> None:
    wanted = {(verb, path) for line in ROUTES.strip().splitlines() for verb, *paths in [line.split()] for path in paths}
    assert {(verb, route.path) for route in routes() for verb in route.methods} == wanted


def test_the_app_describes_the_same_routes() -> None:
    paths = json.loads(document())["paths"]
    described = {(verb.upper(), path) for path, item in paths.items() for verb in item}
    assert described == {(verb, route.path) for route in routes() for verb in route.methods}


def test_every_route_but_the_watchmen_asks_who_you_are() -> None:
    described = json.loads(document())
    without = {path for path, item in described["paths"].items() for op in item.values() if "security" not in op}
    assert without == PUBLIC


def answers(route: APIRoute) -> list[object]:
    said = typing.get_type_hints(route.endpoint)["return"]
    return list(typing.get_args(said)) if typing.get_origin(said) not in (None, list) else [said]


@pytest.mark.acceptance("API-09")
@pytest.mark.parametrize("route", routes(), ids=lambda route: f"{min(route.methods)} {route.path}")
def test_every_reply_has_a_model(route: APIRoute) -> None:
    for said in answers(route):
        is_model = isinstance(said, type) and issubclass(said, BaseModel | Response)
        assert is_model or (said is type(None) and route.status_code == 204), f"{route.path} answers {said!r}"


@pytest.mark.acceptance("API-09")
@pytest.mark.parametrize("route", routes(), ids=lambda route: f"{min(route.methods)} {route.path}")
def test_every_body_has_a_model_that_refuses_unknown_fields(route: APIRoute) -> None:
    body = typing.get_type_hints(route.endpoint).get("body")
    assert body is None or (issubclass(body, Input) and body.model_config["extra"] == "forbid")
    assert route.body_field is None or body is not None


def test_every_route_says_what_it_does() -> None:
    assert [route.path for route in routes() if len((route.endpoint.__doc__ or "").split()) < 2] == []


def test_the_snapshot_is_up_to_date() -> None:
    assert script("openapi").SNAPSHOT.read_text(encoding="utf-8") == document(), "run `python scripts/openapi.py`"


@pytest.mark.acceptance("API-04")
@pytest.mark.asyncio(loop_scope="module")
async def test_the_app_answers_its_own_description(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/openapi.json")
    assert answer.status_code == 200
    document = answer.json()
    assert document["openapi"].startswith("3.1")
    known = set(document["components"]["schemas"])
    named = {part.split('"')[0] for part in answer.text.split('"#/components/schemas/')[1:]}
    assert named <= known
    for path, item in document["paths"].items():
        for verb, operation in item.items():
            assert operation["summary"], f"{verb} {path}"
            for status, reply in operation["responses"].items():
                if int(status) >= 400 and path not in PUBLIC:
                    assert list(reply["content"]) == ["application/problem+json"], f"{verb} {path} {status}"


def test_both_ways_of_giving_a_paper_and_postings_are_described() -> None:
    described = json.loads(document())
    for path, fields in (("/api/v1/documents", {"file", "kind", "title"}), ("/api/v1/jobs", {"file"})):
        body = described["paths"][path]["post"]["requestBody"]
        assert set(body["content"]) == {"application/json", "multipart/form-data"}
        assert set(body["content"]["multipart/form-data"]["schema"]["properties"]) == fields
        assert "$defs" not in json.dumps(body)
