"""Traces through the OpenTelemetry SDK, sent in batches by OTLP over HTTP to the collector that the owner named."""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from verivita import __version__
from verivita.core.errors import VerivitaError
from verivita.kit import logs
from verivita.kit.http import Egress
from verivita.kit.metrics import METRICS
from verivita.kit.traces import HEADER, Kind, Value

log = logs.get(__name__)

BATCH, WAITING, EVERY_MS = 256, 2048, 2000.0
"""Spans sent at once, spans that wait at most (the oldest are dropped), and how often they are sent."""
_WITHIN_S = 5.0
_SAY_AGAIN_S = 60.0
_KINDS = {
    Kind.SERVER: trace.SpanKind.SERVER,
    Kind.CLIENT: trace.SpanKind.CLIENT,
    Kind.CONSUMER: trace.SpanKind.CONSUMER,
}
_FORMAT = TraceContextTextMapPropagator()


class OtlpTracer:
    """Traces `share` (0..1) of the traces that begin in this process, and every one that another has chosen.

    Spans are kept in memory and sent by a thread of their own to `url`, which `egress` may reach; a collector that is
    gone costs a request nothing. `role` tells the processes of one installation apart; nothing names the machine.
    """

    def __init__(
        self, url: str, egress: Callable[[], Egress], role: str, *, share: float = 1.0, authorization: str = ""
    ) -> None:
        about = {
            "service.name": "verivita",
            "service.namespace": role,
            "service.version": __version__,
            "service.instance.id": str(uuid.uuid4()),
        }
        self._exporter = OtlpExporter(url, egress, authorization)
        # Everything is said here, so that nothing is taken from variables of the environment.
        limits = SpanLimits(
            max_span_attributes=32, max_events=0, max_links=4, max_span_attribute_length=200, max_attribute_length=200
        )
        self._provider = TracerProvider(
            ParentBased(TraceIdRatioBased(share)), Resource(about), shutdown_on_exit=False, span_limits=limits
        )
        batches = BatchSpanProcessor(
            self._exporter,
            max_queue_size=WAITING,
            schedule_delay_millis=EVERY_MS,
            max_export_batch_size=BATCH,
            export_timeout_millis=_WITHIN_S * 1000,
        )
        self._provider.add_span_processor(batches)
        self._tracer = self._provider.get_tracer("verivita", __version__)

    @contextlib.contextmanager
    def span(self, name: str, kind: Kind, parent: str | None, about: Mapping[str, Value]) -> Iterator[_Span]:
        """A span over a `with` block."""
        above = _FORMAT.extract({HEADER: parent}) if parent else None
        with self._tracer.start_as_current_span(
            name, above, _KINDS[kind], dict(about), record_exception=False, set_status_on_exception=False
        ) as made:
            yield _Span(made)

    def tell(self, name: str, kind: Kind, seconds: float, failed: str, about: Mapping[str, Value]) -> None:
        """A span of a step that has just ended."""
        now = time.time_ns()
        made = self._tracer.start_span(name, None, _KINDS[kind], dict(about), start_time=now - round(seconds * 1e9))
        if failed:
            _Span(made).fail(failed)
        made.end(now)

    def parent(self) -> str | None:
        """The traceparent of the span under way."""
        carrier: dict[str, str] = {}
        _FORMAT.inject(carrier)
        return carrier.get(HEADER)

    def close(self) -> None:
        """Send what waits; once a collector does not answer, the rest is let go."""
        self._exporter.ending = True
        self._provider.shutdown()


class _Span:
    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def say(self, **about: Value) -> None:
        for name, value in about.items():
            self._span.set_attribute(name.replace("__", "."), value)

    def rename(self, name: str) -> None:
        self._span.update_name(name)

    def fail(self, kind: str) -> None:
        self._span.set_attribute("error.type", kind)
        self._span.set_status(trace.StatusCode.ERROR)


class OtlpExporter(SpanExporter):
    """Posts spans as protobuf through our own way out: no redirect, no proxy, no second address. It never raises."""

    def __init__(self, url: str, egress: Callable[[], Egress], authorization: str = "") -> None:
        self._url, self._egress = url, egress
        self._headers = {"content-type": "application/x-protobuf"}
        if authorization:
            self._headers["authorization"] = authorization
        self._lost = METRICS.counter("trace_spans_lost_total", "Spans that the collector did not take.")
        self._silent_until, self._failed, self.ending = 0.0, False, False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send them; what is not taken is lost and counted."""
        why = "it stops" if self.ending and self._failed else self._posted(encode_spans(spans).SerializeToString())
        self._failed = bool(why)
        if not why:
            return SpanExportResult.SUCCESS
        self._lost.inc(len(spans))
        if time.monotonic() >= self._silent_until:
            self._silent_until = time.monotonic() + _SAY_AGAIN_S
            log.warning("traces.not_taken", why=why)
        return SpanExportResult.FAILURE

    def _posted(self, body: bytes) -> str:
        """Why it was not taken; empty when it was."""
        try:
            status = asyncio.run(self._post(body))
        except (VerivitaError, OSError, TimeoutError) as error:
            return getattr(error, "message", None) or type(error).__name__
        return "" if status < 300 else f"the collector answered {status}"

    async def _post(self, body: bytes) -> int:
        egress: Any = self._egress()
        try:
            async with (
                asyncio.timeout(_WITHIN_S),
                egress.stream(self._url, body, headers=self._headers, max_bytes=1_000_000, idle=_WITHIN_S) as got,
            ):
                return int(got.status)
        finally:
            await egress.aclose()
