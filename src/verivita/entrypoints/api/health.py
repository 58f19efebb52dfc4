"""/health, /ready, /metrics."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from verivita.entrypoints.api.schemas import Output

router = APIRouter(tags=["health"])


class Health(Output):
    """Whether each part answers; `degraded` when one does not."""

    status: str
    services: dict[str, bool]
    version: str


class Ready(Output):
    """Whether this process can answer requests."""

    ready: bool


@router.get("/health")
@router.get("/api/health")
async def health(request: Request) -> Health:
    """Each dependency, asked now."""
    services = await request.app.state.container.health()
    status = "ok" if all(services.values()) else "degraded"
    return Health(status=status, services=services, version=request.app.version)


@router.get("/live")
async def live() -> Ready:
    """Whether this process runs."""
    return Ready(ready=True)


@router.get("/ready", responses={503: {"model": Ready}})
async def ready(request: Request, response: Response) -> Ready:
    """Whether the database answers; 503 when it does not."""
    up = await request.app.state.container.db.ping()
    if not up:
        response.status_code = 503
        response.headers["Retry-After"] = "1"
    return Ready(ready=up)


@router.get("/metrics", response_class=Response)
async def metrics(request: Request) -> Response:
    """Counters and histograms in the text format of Prometheus."""
    return Response(request.app.state.container.metrics.render(), media_type=CONTENT_TYPE_LATEST)
