"""The FastAPI app: routers, middleware, errors."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from verivita import __version__
from verivita.bootstrap.container import Container
from verivita.entrypoints.api import (
    answers,
    assistant,
    auth,
    compat,
    compat_chat,
    health,
    library,
    models,
    openapi,
    people,
    postings,
    search,
    tasks,
)
from verivita.entrypoints.http import errors
from verivita.entrypoints.http.free_action import FreeActionMiddleware
from verivita.entrypoints.http.middleware import Cors, GuardMiddleware, Limits, RequestMiddleware
from verivita.kit.limits import MemoryCounter, Rate

_MAX_BODY = 32 * 2**20
"""Bytes of a body that is no upload: five million characters of text, escaped in the longest way."""


def build(container: Container) -> FastAPI:
    """The JSON API over these services."""
    app = FastAPI(
        title="Verivita",
        version=__version__,
        description="A career copilot that you run yourself. Errors are `application/problem+json`.",
        docs_url=None,
        redoc_url=None,
    )
    app.state.container = container
    for module in (
        auth,
        health,
        library,
        postings,
        search,
        tasks,
        people,
        models,
        answers,
        assistant,
        compat,
        compat_chat,
    ):
        app.include_router(module.router)
    errors.install(app)
    openapi.install(app)
    settings = container.settings
    rate = Rate(settings.requests_per_minute, 60.0, settings.burst)
    # The last one added is the first that a request meets.
    app.add_middleware(FreeActionMiddleware, entry=container.sign_in.entry)
    app.add_middleware(
        GuardMiddleware, limits=Limits(MemoryCounter(), rate, postings.MAX_IMPORT_MB * 2**20 + 2**20, _MAX_BODY)
    )
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=5)
    app.add_middleware(
        Cors,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "If-Match", "X-CSRF-Token", "X-Request-ID"],
        allow_credentials="*" not in settings.cors_origins,
        expose_headers=["X-Request-ID", "ETag", "Retry-After", "RateLimit-Limit", "RateLimit-Remaining"],
        max_age=600,
    )
    app.add_middleware(RequestMiddleware, metrics=container.metrics)
    return app
