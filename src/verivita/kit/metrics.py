"""Counters, gauges and histograms of this process, and their text for Prometheus."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

import prometheus_client as prometheus

CONTENT_TYPE = prometheus.CONTENT_TYPE_LATEST
# Seconds: from a cache hit to a slow language model.
SECONDS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
MOST_SERIES = 200

P = TypeVar("P", prometheus.Counter, prometheus.Gauge, prometheus.Histogram)
M = TypeVar("M", bound="Counter | Gauge | Histogram")


class _Labels:
    """Keeps the number of different label values of one metric bounded: what comes later counts as `other`."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self._seen: set[tuple[str, ...]] = set()

    def child(self, metric: P, labels: dict[str, str]) -> P:
        if not self.names:
            return metric
        values = tuple(str(labels[name]) for name in self.names)
        if values not in self._seen:
            if len(self._seen) >= MOST_SERIES:
                values = ("other",) * len(values)
            self._seen.add(values)
        return metric.labels(*values)


class Counter:
    """A number that only grows."""

    def __init__(self, metric: prometheus.Counter, labels: Sequence[str]) -> None:
        self._metric, self._labels = metric, _Labels(labels)

    def inc(self, amount: float = 1, **labels: str) -> None:
        """Add `amount`, which is not negative."""
        self._labels.child(self._metric, labels).inc(amount)


class Gauge:
    """A number that goes up and down."""

    def __init__(self, metric: prometheus.Gauge, labels: Sequence[str]) -> None:
        self._metric, self._labels = metric, _Labels(labels)

    def set(self, value: float, **labels: str) -> None:
        """Say what it is now."""
        self._labels.child(self._metric, labels).set(value)


class Histogram:
    """How often a measured number fell below each of some bounds."""

    def __init__(self, metric: prometheus.Histogram, labels: Sequence[str]) -> None:
        self._metric, self._labels = metric, _Labels(labels)

    def observe(self, value: float, **labels: str) -> None:
        """Count one measured value."""
        self._labels.child(self._metric, labels).observe(value)


class Metrics:
    """The metrics of one process; asking again for a name gives the same metric."""

    def __init__(self) -> None:
        self._registry = prometheus.CollectorRegistry()
        self._known: dict[str, tuple[tuple[str, ...], Counter | Gauge | Histogram]] = {}
        self._lock = threading.Lock()
        if sys.platform == "linux":
            prometheus.ProcessCollector(registry=self._registry)
        else:
            memory = prometheus.Gauge(
                "process_resident_memory_bytes", "Largest resident memory in bytes.", registry=self._registry
            )
            memory.set_function(_largest_memory)

    def counter(self, name: str, help: str, labels: Sequence[str] = ()) -> Counter:
        """The counter of that name; raises `ValueError` when the name stands for something else."""
        return self._once(
            Counter,
            name,
            labels,
            lambda: Counter(prometheus.Counter(name, help, labels, registry=self._registry), labels),
        )

    def gauge(self, name: str, help: str, labels: Sequence[str] = ()) -> Gauge:
        """The gauge of that name; raises `ValueError` when the name stands for something else."""
        return self._once(
            Gauge, name, labels, lambda: Gauge(prometheus.Gauge(name, help, labels, registry=self._registry), labels)
        )

    def histogram(
        self, name: str, help: str, labels: Sequence[str] = (), buckets: Sequence[float] = SECONDS
    ) -> Histogram:
        """The histogram of that name; raises `ValueError` when the name stands for something else."""

        def make() -> Histogram:
            metric = prometheus.Histogram(name, help, labels, registry=self._registry, buckets=tuple(buckets))
            return Histogram(metric, labels)

        return self._once(Histogram, name, labels, make)

    def render(self) -> bytes:
        """Everything in the text format of Prometheus; its type is `CONTENT_TYPE`."""
        return prometheus.generate_latest(self._registry)

    def _once(self, kind: type[M], name: str, labels: Sequence[str], make: Callable[[], M]) -> M:
        with self._lock:
            if name not in self._known:
                self._known[name] = (tuple(labels), make())
            known, metric = self._known[name]
        if not isinstance(metric, kind) or known != tuple(labels):
            raise ValueError(f"the metric {name} is a {type(metric).__name__} with the labels {known}")
        return metric


def _largest_memory() -> float:
    import resource

    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


METRICS = Metrics()
