"""The OpenAPI document: what the routes say of themselves, problems, and how a caller signs in."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from verivita.entrypoints.api.schemas import FieldProblem, Problem
from verivita.entrypoints.http.auth import COOKIE

_SIGN_IN = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API key: `verivita keys create NAME`."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "The pages' session; writes also need its token in `X-CSRF-Token`.",
    },
}


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI 3.1 document of every JSON operation of this app; the pages are not in it."""
    made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    for model in (Problem, FieldProblem):
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schema.pop("$defs", None)
        schemas.setdefault(model.__name__, schema)
    made["components"]["securitySchemes"] = _SIGN_IN
    for operations in made["paths"].values():
        for operation in operations.values():
            if "401" in operation["responses"]:
                operation["security"] = [{name: []} for name in _SIGN_IN]
    return made


def install(app: FastAPI) -> None:
    """Answer /openapi.json with it, made once."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
