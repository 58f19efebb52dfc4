"""Metrics: made once by name, bounded in their labels, readable by Prometheus."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families

from verivita.kit.metrics import MOST_SERIES, Metrics


def samples(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    families = text_string_to_metric_families(metrics.render().decode())
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


def test_a_name_stands_for_one_metric() -> None:
    metrics = Metrics()
    metrics.counter("asked_total", "Questions.", ["rung"]).inc(rung="extract")
    metrics.counter("asked_total", "Questions.", ["rung"]).inc(2, rung="extract")
    assert samples(metrics)["asked_total", (("rung", "extract"),)] == 3
    with pytest.raises(ValueError, match="is a Counter"):
        metrics.gauge("asked_total", "Questions.", ["rung"])
    with pytest.raises(ValueError, match="labels"):
        metrics.counter("asked_total", "Questions.")


def test_gauges_and_histograms_say_what_they_saw() -> None:
    metrics = Metrics()
    metrics.gauge("depth", "Depth.").set(4)
    metrics.histogram("took_seconds", "Time.", buckets=[1, 2]).observe(1.5)
    seen = samples(metrics)
    assert seen["depth", ()] == 4
    assert seen["took_seconds_bucket", (("le", "1.0"),)] == 0
    assert seen["took_seconds_bucket", (("le", "2.0"),)] == 1


@pytest.mark.acceptance("AN-04")
def test_labels_are_bounded() -> None:
    metrics = Metrics()
    counter = metrics.counter("seen_total", "Seen.", ["path"])
    for n in range(MOST_SERIES + 300):
        counter.inc(path=f"/{n}")
    counter.inc(path="/0")
    seen = {labels: value for (name, labels), value in samples(metrics).items() if name == "seen_total"}
    assert len(seen) == MOST_SERIES + 1
    assert seen[(("path", "other"),)] == 300
    assert seen[(("path", "/0"),)] == 2


def test_a_forgotten_label_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        Metrics().counter("a_total", "A.", ["x"]).inc()


def test_memory_of_the_process_is_there() -> None:
    assert samples(Metrics())["process_resident_memory_bytes", ()] > 1_000_000
