"""The pages on the app: static files, the routes of each place, refusals as pages."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from verivita.entrypoints.web import (
    add_job,
    admin,
    ask,
    doors,
    jobs,
    library,
    models,
    people,
    privacy,
    refusals,
    sessions,
    settings,
    sign_in,
    sign_in_guard,
    sign_in_second,
    start,
)
from verivita.entrypoints.web.render import STATIC

FOREVER = "public, max-age=31536000, immutable"


class Static(StaticFiles):
    """Static files; an address that carries the mark of its content may be kept for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """One file, or 404."""
        answer = await super().get_response(path, scope)
        if answer.status_code in (200, 304):
            answer.headers["Cache-Control"] = (
                FOREVER if scope.get("query_string", b"").startswith(b"v=") else "no-cache"
            )
        return answer


def install(app: FastAPI) -> None:
    """Add the pages to the app; none of them is part of the API's description."""
    app.mount("/static", Static(directory=STATIC), "static")
    # Addresses with fixed words (/jobs/add) come before those with an id (/jobs/{id}).
    places = (doors, start, library, add_job, jobs, ask, models, settings, sessions, privacy, people, admin)
    for module in (*places, sign_in, sign_in_second, sign_in_guard):
        app.include_router(module.router, include_in_schema=False)
    refusals.install(app)
