"""How a reading crosses the pipe between the sandbox and its child: length-prefixed JSON, never pickle."""

from __future__ import annotations

import json
from dataclasses import asdict, astuple
from typing import Any

from verivita.core.errors import Invalid, TooLarge, UnsupportedType
from verivita.engines.reading.ports import Line, ReadText

PREFIX = 8
"""Bytes of the big-endian length before every frame."""

_KINDS: dict[str, type[Invalid]] = {"too_large": TooLarge, "wrong_type": UnsupportedType}


def frame(body: bytes) -> bytes:
    """`body` with its length before it."""
    return len(body).to_bytes(PREFIX, "big") + body


def pack(read: ReadText) -> bytes:
    """A reading as JSON bytes."""
    body = asdict(read) | {"lines": [astuple(line) for line in read.lines]}
    return json.dumps({"ok": body}, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def pack_error(error: Invalid) -> bytes:
    """A refusal as JSON bytes."""
    return json.dumps({"error": {"code": error.code, "message": error.message, "next": error.next}}).encode()


def unpack(body: bytes) -> ReadText:
    """JSON bytes to a reading; raises the `Invalid` that they carry, or `ValueError` when they are no reading."""
    answer = json.loads(body)
    if "error" in answer:
        raise refusal(**{key: str(value) if value is not None else "" for key, value in answer["error"].items()})
    return _read_text(answer["ok"])


def _read_text(body: dict[str, Any]) -> ReadText:
    lines = tuple(Line(*fields) for fields in body["lines"])
    text = str(body["text"])
    if any(not 0 <= line.start <= line.end <= len(text) for line in lines):
        raise ValueError("a line lies outside the text")
    return ReadText(
        text, lines, int(body["pages"]), str(body["media_type"]), tuple(body["warnings"]), dict(body["structured"])
    )


def refusal(code: str, message: str, next: str = "") -> Invalid:
    """The error for a code: too_large and wrong_type have their own class."""
    return _KINDS.get(code, Invalid)(code, message, next=next or None)
