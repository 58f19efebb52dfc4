"""The FastAPI app: routers, middleware, errors."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.middleware.gzip import GZipMiddleware

from verivita import __version__
from verivita.bootstrap.container import Container
from verivita.entrypoints.api import (
    admin,
    analysis,
    answers,
    assistant,
    auth,
    auth_oidc,
    auth_second,
    compat,
    compat_career,
    compat_chat,
    health,
    library,
    models,
    openapi,
    people,
    postings,
    privacy,
    search,
    sessions,
    tasks,
    tenants,
)
from verivita.entrypoints.http import errors
from verivita.entrypoints.http.addresses import ForwardedMiddleware
from verivita.entrypoints.http.bodies import BodyLimits
from verivita.entrypoints.http.etags import EtagMiddleware
from verivita.entrypoints.http.free_action import FreeActionMiddleware
from verivita.entrypoints.http.idempotency import IdempotencyMiddleware
from verivita.entrypoints.http.middleware import Cors, GuardMiddleware, RequestMiddleware

_MAX_BODY = 32 * 2**20
"""Bytes of a body that is no upload: five million characters of text, escaped in the longest way."""

_HEADERS = [
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "X-CSRF-Token",
    "X-Request-ID",
]
"""What a front end of another origin may send."""


ROUTES: tuple[ModuleType, ...] = (
    admin,
    analysis,
    auth,
    auth_oidc,
    auth_second,
    health,
    library,
    postings,
    search,
    tasks,
    people,
    sessions,
    privacy,
    tenants,
    models,
    answers,
    assistant,
    compat,
    compat_chat,
    compat_career,
)
"""Every route of the API; those with fixed words come before those that would take any."""
_NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""The framework would send what people write to wherever variables of the environment say; ours are kit.traces."""
IDENTITY: tuple[ModuleType, ...] = (auth, auth_oidc, auth_second, health)
"""What `verivita identity` answers, alone in its process."""


def build(container: Container, modules: Sequence[ModuleType] = ROUTES) -> FastAPI:
    """The JSON API over these services, or a part of it."""
    app = FastAPI(
        title="Verivita",
        version=__version__,
        description="A career copilot that you run yourself. Errors are `application/problem+json`.",
        docs_url=None,
        redoc_url=None,
        telemetry=_NO_TELEMETRY,
    )
    app.state.container = container
    for module in modules:
        app.include_router(module.router)
    errors.install(app)
    openapi.install(app)
    settings, gateway = container.settings, container.gateway
    bodies = BodyLimits(postings.MAX_IMPORT_MB * 2**20 + 2**20, _MAX_BODY, settings.slow_client_s)
    # The last one added is the first that a request meets.
    app.add_middleware(FreeActionMiddleware, entry=container.sign_in.entry)
    app.add_middleware(IdempotencyMiddleware, once=gateway.once)
    app.add_middleware(GuardMiddleware, limiter=gateway.limiter, bodies=bodies)
    app.add_middleware(EtagMiddleware)
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=5)
    app.add_middleware(
        Cors,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
        allow_headers=_HEADERS,
        allow_credentials="*" not in settings.cors_origins,
        expose_headers=[
            "X-Request-ID",
            "ETag",
            "Retry-After",
            "RateLimit-Limit",
            "RateLimit-Remaining",
            "RateLimit-Reset",
        ],
        max_age=600,
    )
    app.add_middleware(RequestMiddleware, metrics=container.metrics)
    app.add_middleware(ForwardedMiddleware, trusted=settings.trusted_proxies)
    return app
