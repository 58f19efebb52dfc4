"""What every process that stays does first: where its log lines go, and its traces."""

from __future__ import annotations

from verivita.bootstrap import tracing
from verivita.bootstrap.settings import Settings
from verivita.kit import logs


def begin(settings: Settings, role: str) -> None:
    """Log and trace this process as `role` from now on."""
    logs.configure(as_json={"json": True, "console": False}.get(settings.log_format), level=settings.log_level)
    tracing.install(settings.traces, role)
