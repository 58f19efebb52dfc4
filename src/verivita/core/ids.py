"""Typed identifiers, and how they are minted: UUID version 7, so that ids sort by time."""

from __future__ import annotations

import os
import threading
import time
from typing import NewType
from uuid import UUID

TenantId = NewType("TenantId", UUID)
PersonId = NewType("PersonId", UUID)
SessionId = NewType("SessionId", UUID)
DocumentId = NewType("DocumentId", UUID)
PassageId = NewType("PassageId", UUID)
FactId = NewType("FactId", UUID)
CompanyId = NewType("CompanyId", UUID)
PostingId = NewType("PostingId", UUID)
RunId = NewType("RunId", UUID)
EventId = NewType("EventId", UUID)

_lock = threading.Lock()
_last_ms = 0
_counter = 0


def new_id() -> UUID:
    """A fresh UUIDv7 (RFC 9562, method 1): 48 bits of milliseconds, 12 bits of counter, 62 random bits.

    Ids made by one process never go backwards, even when the clock does.
    """
    global _last_ms, _counter
    with _lock:
        now = time.time_ns() // 1_000_000
        if now > _last_ms:
            _last_ms, _counter = now, int.from_bytes(os.urandom(2), "big") & 0x7FF
        else:
            _counter += 1
            if _counter > 0xFFF:
                _last_ms, _counter = _last_ms + 1, 0
        millis, counter = _last_ms, _counter
    value = (millis & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76
    value |= counter << 64
    value |= 0b10 << 62
    value |= int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    return UUID(int=value)


def parse_id(text: str) -> UUID | None:
    """The UUID that `text` spells, or None; callers answer None exactly like an unknown id."""
    try:
        return UUID(text)
    except (ValueError, AttributeError, TypeError):
        return None
