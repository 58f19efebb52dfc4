"""The fields of an entry as an index stores them: tags for equality, numbers for ranges."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from hashlib import sha256

from verivita.engines.retrieval.ports import Payload

MAX_NUMBER = 1e15
"""Larger numbers are only tags: not every index can hold them."""


def tag(name: str, value: str) -> str:
    """Field and value as one term; a very long value is known by its hash. NUL, which no database takes, is dropped."""
    name, value = name.replace("\x00", ""), value.replace("\x00", "")
    return f"{name}\x1f{value if len(value) < 200 else sha256(value.encode('utf-8', 'replace')).hexdigest()}"


def tags_for(name: str, values: Iterable[str]) -> list[str]:
    """The tags of these values of one field: what a condition looks for."""
    return [tag(name, value) for value in values]


def key(name: str) -> str:
    """A field's name without characters that mean something in a path."""
    return re.sub(r"[^A-Za-z0-9]", lambda found: f"_{ord(found[0]):x}_", name)


def tags(payload: Payload) -> list[str]:
    """Every value of every field as a tag: lists by their members, truth as `true` or `false`, None not at all."""
    found: list[str] = []
    for name, value in payload.items():
        if isinstance(value, bool):
            found.append(tag(name, str(value).lower()))
        elif isinstance(value, str | int | float):
            found.append(tag(name, str(value)))
        elif value is not None:
            found.extend(tags_for(name, map(str, value)))
    return found


def numbers(payload: Payload) -> dict[str, float]:
    """The fields that hold a number (truth is none)."""
    return {
        name: float(value)
        for name, value in payload.items()
        if isinstance(value, int | float)
        and not isinstance(value, bool)
        and math.isfinite(value)
        and abs(value) <= MAX_NUMBER
    }
