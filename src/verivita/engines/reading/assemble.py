"""Lines put together into one text whose spans are exact."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from verivita.core.errors import Invalid, TooLarge
from verivita.core.text import clean
from verivita.engines.reading.ports import Line, ReadText

MAX_CHARACTERS = 5_000_000


@dataclass(frozen=True, slots=True)
class LooseLine:
    """A line that is not yet part of a text; boxes are shares of the page; `gap` asks for an empty line before it."""

    text: str
    page: int = 1
    box: tuple[float, float, float, float] | None = None
    size: float | None = None
    bold: bool = False
    heading: int = 0
    gap: bool = False
    furniture: bool = False


def assemble(
    lines: Iterable[LooseLine],
    pages: int,
    media_type: str,
    *,
    warnings: tuple[str, ...] = (),
    structured: dict[str, object] | None = None,
) -> ReadText:
    """Join lines by line ends; furniture goes to the end, so that a sentence over two pages stays in one piece.

    Raises `Invalid` `empty` when no line holds a letter or digit, `too_large` above 5 million characters.
    """
    kept: list[LooseLine] = []
    furniture: list[LooseLine] = []
    for line in lines:
        (furniture if line.furniture else kept).append(line)
    parts: list[str] = []
    out: list[Line] = []
    at = 0
    for line in [*kept, *furniture]:
        text = clean(line.text).replace("\n", " ").strip()
        if not text:
            continue
        if out:
            glue = "\n\n" if line.gap else "\n"
            parts.append(glue)
            at += len(glue)
        left, top, right, bottom = line.box or (None, None, None, None)
        out.append(
            Line(
                at,
                at + len(text),
                line.page,
                left,
                top,
                right,
                bottom,
                line.size,
                line.bold,
                line.heading,
                line.furniture,
            )
        )
        parts.append(text)
        at += len(text)
        if at > MAX_CHARACTERS:
            raise TooLarge(
                "too_large", "This file holds more than 5 million characters.", next="Upload a shorter part of it."
            )
    whole = "".join(parts)
    if not any(c.isalnum() for c in whole):
        raise Invalid("empty", "There is no text in this file.", next="Check that you picked the right file.")
    return ReadText(whole, tuple(out), pages, media_type, warnings, structured or {})
