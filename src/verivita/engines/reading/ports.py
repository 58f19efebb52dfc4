"""What reading needs from outside: one reader per kind of file; and what every reader gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Line:
    """One line in reading order: `text == ReadText.text[start:end]`; `size` and `bold` where the file tells.

    `left`, `top`, `right`, `bottom` are shares of the page (0..1, origin top left), or None for files without pages.
    """

    start: int
    end: int
    page: int
    left: float | None = None
    top: float | None = None
    right: float | None = None
    bottom: float | None = None
    size: float | None = None
    bold: bool = False
    heading: int = 0
    """Level 1-6 where the file itself marks a heading, else 0."""
    furniture: bool = False
    """Page numbers and running headers or footers: no content of the paper; they stand after all content lines."""


@dataclass(frozen=True, slots=True)
class ReadText:
    """A file as text: every line lies on a page and at a span of `text`; pages count from 1."""

    text: str
    lines: tuple[Line, ...]
    pages: int
    media_type: str
    warnings: tuple[str, ...] = ()
    structured: dict[str, object] = field(default_factory=dict)
    """What a structured file (JSON Resume) says itself; empty for others."""

    def line_text(self, line: Line) -> str:
        """The words of a line."""
        return self.text[line.start : line.end]


class TextReader(Protocol):
    """Reads one family of files.

    Raises `Invalid` (codes: encrypted, damaged, empty, no_text, too_large, wrong_type).
    """

    media_types: frozenset[str]

    def read(self, data: bytes) -> ReadText:
        """Bytes to text in reading order; runs inside a child process with limits, so it may be slow, not harmful."""
        ...
