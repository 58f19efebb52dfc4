"""What went wrong in a call -> the gRPC status that fits."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import grpc

from verivita.core.errors import Invalid, LimitReached, Unavailable, VerivitaError

log = logging.getLogger(__name__)


async def guarded(context: Any, work: Callable[[], Awaitable[Any]]) -> Any:
    """Run `work`; a refusal becomes the status that fits, anything else an internal error without details."""
    try:
        return await work()
    except VerivitaError as error:
        await context.abort(_status(error), f"{error.code}: {error.message}")
    except Exception:
        log.exception("a call failed")
        await context.abort(grpc.StatusCode.INTERNAL, "internal: The call failed; the service's log says why.")


def _status(error: VerivitaError) -> Any:
    table = ((Unavailable, "UNAVAILABLE"), (Invalid, "INVALID_ARGUMENT"), (LimitReached, "RESOURCE_EXHAUSTED"))
    return grpc.StatusCode[next((name for kind, name in table if isinstance(error, kind)), "FAILED_PRECONDITION")]
