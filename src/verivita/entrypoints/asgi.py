"""api + web as one ASGI app, and the server that runs it."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from verivita.bootstrap.container import Container
from verivita.entrypoints.api import app as api
from verivita.entrypoints.http.protocol import impatient
from verivita.entrypoints.web import app as web
from verivita.kit import traces


def build(container: Container) -> FastAPI:
    """The whole app: JSON API and pages."""
    app = api.build(container)
    web.install(app)
    return _closing(app, container)


def build_identity(container: Container) -> FastAPI:
    """The identity room alone."""
    return _closing(api.build(container, api.IDENTITY), container)


def serve(container: Container) -> None:
    """Listen until told to stop; requests under way get 25 seconds to end."""
    _serve(build(container), container, container.settings.port)


def serve_identity(container: Container) -> None:
    """The identity room alone, likewise."""
    _serve(build_identity(container), container, container.settings.identity.port)


def _closing(app: FastAPI, container: Container) -> FastAPI:
    """The app, which hears of changes while it runs and closes its services at the end."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        hearing = asyncio.create_task(container.changes.listen())
        yield
        hearing.cancel()
        await asyncio.wait([hearing])
        await container.aclose()
        await asyncio.to_thread(traces.close)

    app.router.lifespan_context = lifespan
    return app


def _serve(app: FastAPI, container: Container, port: int) -> None:
    import uvicorn

    settings = container.settings
    gc.freeze()
    gc.enable()
    uvicorn.run(
        app,
        host=settings.host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=25,
        proxy_headers=False,
        http=impatient(settings.slow_client_s),
    )
