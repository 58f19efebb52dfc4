"""What every process that stays does first: where its log lines go, and its traces."""

from __future__ import annotations

from verivita.bootstrap import tracing
from verivita.bootstrap.settings import Settings
from verivita.kit import logs
from verivita.kit.journal import Journal

log = logs.get(__name__)


def begin(settings: Settings, role: str) -> None:
    """Log and trace this process as `role` from now on. Standard error has lines that the disk does not keep."""
    keeper, trouble = None, ""
    if settings.log_keep_mb:
        try:
            settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            keeper = Journal(settings.logs_dir, role, settings.log_keep_mb * 2**20)
        except OSError as error:
            trouble = error.strerror or type(error).__name__
    as_json = {"json": True, "console": False}.get(settings.log_format)
    logs.configure(as_json=as_json, level=settings.log_level, keeper=keeper)
    if trouble:
        log.warning("logs.not_kept", why=trouble)
    tracing.install(settings.traces, role)
