"""Event: a frozen fact with a name, who it concerns and a small payload."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: `document.ready`, `posting.stored`. The payload carries ids and counts, never text."""

    name: str
    payload: Mapping[str, str | int | float | bool | Sequence[str] | None] = field(default_factory=dict)
