"""Run queued tasks until told to stop."""

from __future__ import annotations

import asyncio
import signal

from verivita.bootstrap import reindex
from verivita.bootstrap.container import Container
from verivita.core.errors import VerivitaError
from verivita.features.identity import NOBODY
from verivita.kit import logs, traces

log = logs.get(__name__)


async def serve(container: Container) -> None:
    """Work until SIGTERM or SIGINT; running tasks get 25 seconds to end, the rest waits for the next start."""
    running = asyncio.create_task(container.worker().run())
    beside = [asyncio.create_task(work) for work in (reindex.watch(container), _sweep(container))]
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, running.cancel)
    log.info("worker.ready")
    try:
        await running
    except asyncio.CancelledError:
        log.info("worker.stopped")
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await container.aclose()
        await asyncio.to_thread(traces.close)


async def _sweep(container: Container) -> None:
    """Once an hour, forget the answers of idempotency keys older than a day, and guests who never came back."""
    while True:
        try:
            gone = await container.gateway.once.sweep()
            if gone:
                log.info("idempotency.swept", keys=gone)
            if container.sign_in.is_open:
                entry = container.sign_in.entry
                await entry.drop_stale_guests(await entry.home(NOBODY))
        except VerivitaError as error:
            log.warning("idempotency.sweep_failed", code=error.code)
        await asyncio.sleep(3600)
