"""Payloads as tags and numbers."""

from __future__ import annotations

from verivita.engines.retrieval.payload import numbers, tag, tags, tags_for


def test_every_kind_of_value_has_its_tags() -> None:
    payload = {"a": "x", "b": 5, "c": 1.5, "d": True, "e": None, "f": ["y", "z"]}
    assert tags(payload) == ["a\x1fx", "b\x1f5", "c\x1f1.5", "d\x1ftrue", "f\x1fy", "f\x1fz"]
    assert set(tags_for("f", ["y"])) <= set(tags(payload))


def test_only_finite_numbers_are_numbers() -> None:
    payload = {"a": "5", "b": 5, "c": 1.5, "d": True, "e": None, "f": float("nan"), "g": float("inf"), "h": 1e16}
    assert numbers(payload) == {"b": 5.0, "c": 1.5}


def test_long_values_are_hashed_and_nul_is_dropped() -> None:
    assert len(tag("a", "x" * 10_000)) == 2 + 64
    assert tag("a", "x" * 10_000) != tag("a", "x" * 10_001)
    assert "\x00" not in tag("a\x00", "b\x00")
