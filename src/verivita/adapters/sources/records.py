"""JSON and JSON lines of postings, read as a stream."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from verivita.adapters.sources.fields import looks_like_posting, posting_of
from verivita.adapters.sources.linked import posting_of_linked, postings_in
from verivita.adapters.sources.streams import lines, open_stream
from verivita.core.errors import Invalid
from verivita.features.postings.ports import RawPosting, Refused

_MAX_DEPTH = 60
_MAX_EVENTS = 20_000
_MAX_TEXT = 4_000_000
"""Bytes of one text in JSON: the parser holds a text whole, so a file with one endless text would fill the memory."""
_MARKS = re.compile(rb'\\.|["\[\]{}]', re.DOTALL)
"""What moves the nesting: quotes, brackets, and an escaped character, which is none of them."""


def read_lines(data: bytes | Path, source: str) -> Iterator[RawPosting | Refused]:
    """One JSON object a line; a line that is none is `Refused` with "line N"."""
    for number, text in lines(data):
        place = f"line {number}"
        if text is None:
            yield Refused(place, "the line is too long")
            continue
        if not text.strip():
            continue
        try:
            record = json.loads(text)
        except (ValueError, RecursionError) as error:
            yield Refused(place, f"it is no JSON object: {type(error).__name__}", text[:80])
            continue
        yield _record(record, place, source)


def read_json(data: bytes | Path, source: str) -> Iterator[RawPosting | Refused]:
    """An array of postings, an object that holds one, or one posting. Bad items are `Refused` with "item N".

    Raises `Invalid` for a text in which no posting can be found.
    """
    import ijson

    path = _path_of_items(data)
    number = 0
    with open_stream(data) as stream:
        try:
            for number, item in enumerate(ijson.items(Shallow(stream), path, use_float=True), 1):
                yield _record(item, f"item {number}", source)
        except (ijson.JSONError, ValueError, RecursionError) as error:
            yield Refused(f"item {number + 1}", f"the JSON breaks off here: {type(error).__name__}")


def _path_of_items(data: bytes | Path) -> str:
    """The ijson prefix of the postings: the shallowest array of objects, else the whole."""
    import ijson

    with open_stream(data) as stream:
        top = ""
        try:
            for count, (prefix, event, _) in enumerate(ijson.parse(Shallow(stream))):
                top = top or event
                if event == "start_map" and prefix.endswith("item") and prefix.count(".item") + (prefix == "item") <= 1:
                    return str(prefix)
                if count > _MAX_EVENTS:
                    break
        except (ijson.JSONError, ValueError) as error:
            if top not in ("start_array", "start_map"):
                raise Invalid("unreadable", "This is no JSON.") from error
    return "item" if top == "start_array" else ""


class Shallow:
    """A stream of JSON that refuses deep nesting and endless texts before a parser sees them.

    The parser's own work grows with the square of the depth, so a small file of brackets would keep it busy for hours.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._depth, self._in_string, self._escaped = 0, False, False
        self._read, self._begun = 0, 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes. Raises `Invalid` where nesting or a text passes its limit."""
        data = self._stream.read(size)
        start = 1 if self._escaped and data else 0
        for mark in _MARKS.finditer(data, start):
            sign = mark.group()
            if sign == b'"':
                self._in_string = not self._in_string
                self._begun = self._read + mark.start()
            elif not self._in_string and len(sign) == 1 and sign != b"\\":
                self._depth += 1 if sign in b"[{" else -1
                if self._depth > _MAX_DEPTH:
                    raise Invalid("unreadable", "The JSON is nested too deeply.")
        self._read += len(data)
        if self._in_string and self._read - self._begun > _MAX_TEXT:
            raise Invalid("too_large", f"One text in the JSON is longer than {_MAX_TEXT // 1_000_000} MB.")
        rest = data[start:]
        self._escaped = self._in_string and (len(rest) - len(rest.rstrip(b"\\"))) % 2 == 1
        return data


def _record(item: object, place: str, source: str) -> RawPosting | Refused:
    if not isinstance(item, Mapping):
        return Refused(place, "it is no object", str(item)[:80])
    if linked := next(postings_in(item), None):
        return posting_of_linked(linked, place, source)
    if not looks_like_posting(item) and "title" not in item:
        return Refused(place, "it has neither a title nor a text", str(next(iter(item.values()), ""))[:80])
    return posting_of(item, place, source)
