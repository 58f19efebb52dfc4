"""Traces of one process: off unless a setting names a collector."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, field_validator

from verivita.core.errors import Denied, Invalid, Unavailable
from verivita.kit import traces
from verivita.kit.addresses import PORTS, check_url

_PATH = "/v1/traces"


class TraceSettings(BaseModel):
    """Where traces go, if anywhere."""

    url: str = Field(
        "",
        description="Address of an OpenTelemetry collector (OTLP over HTTP), such as http://127.0.0.1:4318; nothing is "
        "traced without it. Needs the extra otel.",
    )
    authorization: SecretStr | None = Field(
        None, description="Value of the header Authorization that the collector wants, such as `Bearer ...`."
    )
    share: float = Field(1.0, ge=0, le=1, description="Share of the requests that are traced.")

    @field_validator("url")
    @classmethod
    def _address(cls, value: str) -> str:
        if value:
            place_of(value)
        return value


def install(settings: TraceSettings, role: str) -> None:
    """Trace this process as `role`. Raises `Unavailable` (`extra_missing`) when the packages for it are not there."""
    if not settings.url:
        return
    try:
        from verivita.adapters.traces.otlp import OtlpTracer
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("opentelemetry"):
            raise
        raise Unavailable(
            "extra_missing",
            "VERIVITA_TRACES__URL is set, and the package for OpenTelemetry is not installed.",
            next="pip install 'verivita[otel]', or unset it.",
        ) from error
    from verivita.kit.http import Egress

    place, secret = place_of(settings.url), settings.authorization
    made = OtlpTracer(
        endpoint(settings.url),
        lambda: Egress([place], tries=1),
        role,
        share=settings.share,
        authorization=secret.get_secret_value() if secret else "",
    )
    traces.install(made)


def endpoint(url: str) -> str:
    """Where spans are posted: the collector's usual path unless the address names one."""
    return url if urlsplit(url).path.strip("/") else url.rstrip("/") + _PATH


def place_of(url: str) -> str:
    """`host:port` of the collector, the only place that spans go to. Raises `ValueError` for no plain address."""
    try:
        parts = urlsplit(url)
        place = f"{(parts.hostname or '').lower()}:{parts.port or PORTS[parts.scheme]}"
        check_url(url, frozenset([place]))
    except (Invalid, Denied, KeyError) as error:
        raise ValueError("no http(s) address of a collector") from error
    return place
