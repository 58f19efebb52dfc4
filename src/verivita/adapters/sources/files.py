"""Any file of postings that a person gives: what it is is told by its content first, its name second."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePath

from verivita.adapters.sources.page import MAX_PAGE, read_page
from verivita.adapters.sources.paste import MAX_PASTE, read_paste
from verivita.adapters.sources.records import read_json, read_lines
from verivita.adapters.sources.streams import encoding_of, open_stream, read_head
from verivita.adapters.sources.table import delimiter_of, read_table
from verivita.core.errors import Invalid, UnsupportedType
from verivita.features.postings.ports import RawPosting, Refused

_BINARY = (
    b"%PDF",
    b"PK\x03\x04",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\xd0\xcf\x11\xe0",
    b"BZh",
    b"\xfd7zXZ",
    b"SQLite format 3",
)


class PostingFiles:
    """Reads CSV, JSON, JSON lines, HTML pages and plain text, packed with gzip or not, in constant memory."""

    def read(self, data: bytes | Path, name: str) -> Iterator[RawPosting | Refused]:
        """The postings of one file in order; what cannot be taken comes as `Refused` with its place in the file.

        Raises `Invalid` (also `UnsupportedType`) when the whole is empty, damaged or of another kind.
        """
        head = read_head(data)
        if not head.strip(b"\x00 \r\n\t"):
            raise Invalid("empty", "The file is empty.")
        if head.startswith(_BINARY):
            raise UnsupportedType(
                message="This is no list of postings.", next="Give CSV, JSON, JSON lines, HTML or text."
            )
        text = head.decode(encoding_of(head), "replace").lstrip("\ufeff \r\n\t\x00")
        source = _source(name)
        if not text:
            raise Invalid("empty", "The file is empty.")
        if text[0] in "[{":
            return read_lines(data, source) if _is_lines(text) else read_json(data, source)
        if re.match(r"<(?:!doctype|html|head|body|\?xml|script|div|main|article|!--|section|p\b)", text, re.I):
            return read_page(_whole(data, MAX_PAGE), source, place=PurePath(name).name or "page")
        first = text.split("\n", 1)[0]
        if name.lower().removesuffix(".gz").endswith((".csv", ".tsv")) or (delimiter_of(first) and text.count("\n")):
            return read_table(data, source)
        return iter([read_paste(_whole(data, MAX_PASTE), source)])


def _source(name: str) -> str:
    stem = PurePath(name).name.lower()
    return re.sub(r"(?:\.(?:gz|csv|tsv|json|jsonl|ndjson|html?|txt|md))+$", "", stem)[:60] or "import"


def _is_lines(text: str) -> bool:
    """True for JSON lines: the first line ends like an object and the next begins like one."""
    if not text.startswith("{"):
        return False
    first, _, rest = text.partition("\n")
    return first.rstrip().endswith("}") and rest.lstrip().startswith("{") and first.count('"') > 1


def _whole(data: bytes | Path, limit: int) -> str:
    with open_stream(data) as stream:
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise Invalid("too_large", f"The text is above {limit // 1_000_000} MB.")
    return content.decode(encoding_of(content), "replace")
