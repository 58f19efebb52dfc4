"""Reads server-sent events."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Heard:
    """One event."""

    id: str
    name: str
    data: dict[str, Any]


def heard(text: str) -> list[Heard]:
    """The events of a whole stream, in order."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "data" in fields:
            found.append(Heard(fields["id"], fields["event"], json.loads(fields["data"])))
    return found
