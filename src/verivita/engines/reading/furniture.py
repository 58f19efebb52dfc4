"""Page numbers and running headers and footers: found by place and repetition."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from verivita.engines.reading.assemble import LooseLine

_EDGE = 0.09
"""Share of the page height, at the top and at the bottom, where furniture stands."""
_PAGE_NUMBER = re.compile(
    r"^\W*(?:page|seite|p[aá]gina|p\.|pg\.?)?\s*\d{1,3}(?:\s*(?:/|of|von|de|sur|\|)\s*\d{1,3})?\W*$"
    r"|^.{0,60}[\s–—|-]+\d{1,3}\s*(?:/|of|von|de)\s*\d{1,3}$"
    r"|^(?:©|copyright\b).{0,100}$|^last updated\b.{0,40}$|^.{0,60}\bpage \d{1,3}(?: of \d{1,3})?$",
    re.IGNORECASE,
)


def _shape(text: str) -> str:
    return re.sub(r"\d+", "#", " ".join(text.split())).casefold()


def mark_furniture(lines: Sequence[LooseLine], pages: int) -> list[LooseLine]:
    """Mark lines at the page's edge that are page numbers, or that come again on most pages."""
    seen: Counter[str] = Counter()
    for page_shapes in _shapes_by_page(lines).values():
        seen.update(page_shapes)
    out: list[LooseLine] = []
    for line in lines:
        repeated = pages >= 2 and seen[_shape(line.text)] >= max(2, 0.5 * pages)
        numbered = _PAGE_NUMBER.match(line.text) is not None
        mark = _at_edge(line) and (repeated or numbered)
        out.append(replace(line, furniture=True) if mark else line)
    return out


def _at_edge(line: LooseLine) -> bool:
    return line.box is not None and (line.box[3] < _EDGE or line.box[1] > 1 - _EDGE)


def _shapes_by_page(lines: Sequence[LooseLine]) -> dict[int, set[str]]:
    out: dict[int, set[str]] = {}
    for line in lines:
        if _at_edge(line):
            out.setdefault(line.page, set()).add(_shape(line.text))
    return out
