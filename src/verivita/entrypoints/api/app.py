"""The FastAPI app: routers, middleware, errors."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from verivita import __version__
from verivita.bootstrap.container import Container
from verivita.entrypoints.api import compat, health, library, people, postings, search, tasks
from verivita.entrypoints.http import errors
from verivita.entrypoints.http.middleware import Around, RequestMiddleware
from verivita.kit.limits import MemoryCounter, Rate


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
    for module in (health, library, postings, search, tasks, people, compat):
        app.include_router(module.router)
    errors.install(app)
    settings = container.settings
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=5)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
        allow_headers=["*"],
        allow_credentials=True,
        expose_headers=["X-Request-ID", "ETag", "Retry-After"],
        max_age=600,
    )
    rate = Rate(settings.requests_per_minute, 60.0, settings.burst)
    around = Around(container.metrics, MemoryCounter(), rate, postings.MAX_IMPORT_MB * 2**20)
    app.add_middleware(RequestMiddleware, around=around)
    return app
