"""Run queued tasks until told to stop."""

from __future__ import annotations

import asyncio
import signal

from verivita.bootstrap import reindex
from verivita.bootstrap.container import Container
from verivita.kit import logs

log = logs.get(__name__)


async def serve(container: Container) -> None:
    """Work until SIGTERM or SIGINT; running tasks get 25 seconds to end, the rest waits for the next start."""
    running = asyncio.create_task(container.worker().run())
    upkeep = asyncio.create_task(reindex.watch(container))
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, running.cancel)
    log.info("worker.ready")
    try:
        await running
    except asyncio.CancelledError:
        log.info("worker.stopped")
    finally:
        upkeep.cancel()
        await asyncio.gather(upkeep, return_exceptions=True)
        await container.aclose()
