"""Reading order of a page: columns, sidebars, columns of dates and tables; recursive cuts along white gutters.

After the recursive X-Y cut (Nagy and Seth 1984), with one change that resumes need: a narrow column of dates and
places beside the entries is no column of its own but belongs to the rows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import ceil, floor

from verivita.engines.reading.glyphs import bullet_length
from verivita.engines.reading.headings import heading_kind
from verivita.engines.reading.layout import Piece, body_size

_CELL = 6.0
_MIN_ROWS = 4
_DATE = re.compile(
    r"\b(?:19|20)\d\d\b|\b\d{1,2}/\d{2,4}\b|\b(?:present|ongoing|current|now|heute|actual|date)\b"
    r"|\b\d+ (?:years?|months?)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(r"^[^\W\d][\w .'’-]+,\s*[^\W\d][\w .]+$")


@dataclass(slots=True)
class Row:
    """Pieces on one baseline, left to right."""

    base: float
    pieces: list[Piece] = field(default_factory=list)

    @property
    def left(self) -> float:
        """Left edge."""
        return min(p.left for p in self.pieces)

    @property
    def right(self) -> float:
        """Right edge."""
        return max(p.right for p in self.pieces)

    @property
    def size(self) -> float:
        """Largest font size."""
        return max(p.size for p in self.pieces)

    @property
    def text(self) -> str:
        """Pieces joined; a wide gap or an icon becomes a tab."""
        out = ""
        for last, piece in zip([None, *self.pieces[:-1]], self.pieces, strict=True):
            if last is not None and out:
                wide = piece.left - last.right > 2.2 * piece.size
                out += "\t" if wide or piece.icon else " "
            out += piece.text
        return out.strip()


@dataclass(frozen=True, slots=True)
class _Gutter:
    x: float
    first: int
    last: int
    score: float


def rows_of(pieces: Sequence[Piece]) -> list[Row]:
    """Pieces grouped by baseline, top to bottom."""
    rows: list[Row] = []
    for piece in sorted(pieces, key=lambda p: (p.base, p.left)):
        if rows and abs(piece.base - rows[-1].base) <= 0.4 * max(piece.size, rows[-1].pieces[0].size):
            rows[-1].pieces.append(piece)
        else:
            rows.append(Row(piece.base, [piece]))
    for row in rows:
        row.pieces.sort(key=lambda p: p.left)
    return rows


def reading_order(pieces: Sequence[Piece], depth: int = 0) -> list[Row]:
    """The rows of a page (or a part of it) in the order in which a person reads them."""
    rows = rows_of(pieces)
    if depth >= 4 or len(rows) < _MIN_ROWS:
        return rows
    size = body_size(pieces)
    for gutter in _gutters(rows, size):
        inside = [p for row in rows[gutter.first : gutter.last + 1] for p in row.pieces]
        left = [p for p in inside if p.right <= gutter.x + 1]
        right = [p for p in inside if p.right > gutter.x + 1]
        kind = _kind(left, right)
        if kind == "table":
            continue
        above = [p for row in rows[: gutter.first] for p in row.pieces]
        below = [p for row in rows[gutter.last + 1 :] for p in row.pieces]
        if kind == "columns":
            middle = reading_order(left, depth + 1) + reading_order(right, depth + 1)
        else:
            main, aside = (left, right) if kind == "aside-right" else (right, left)
            middle = _with_aside(reading_order(main, depth + 1), aside, before=kind == "aside-left")
        return reading_order(above, depth + 1) + middle + reading_order(below, depth + 1)
    return rows


def _gutters(rows: list[Row], size: float) -> list[_Gutter]:
    """White strips between text on both sides, best first: those with most rows on their thinner side."""
    margin = max(size * 0.9, 7.0)
    lows = [row.left for row in rows]
    highs = [row.right for row in rows]
    found: list[_Gutter] = []
    cells = range(int(min(lows) / _CELL) + 1, int(max(highs) / _CELL))
    taken = [_taken(row, cells, margin) for row in rows]
    for cell in cells:
        found.extend(_runs(lows, highs, cell * _CELL, [row[cell - cells.start] for row in taken]))
    found.sort(key=lambda g: (-g.score, g.x))
    chosen: list[_Gutter] = []
    for gutter in found:
        if all(abs(gutter.x - c.x) > 40 or gutter.first > c.last or gutter.last < c.first for c in chosen):
            chosen.append(gutter)
        if len(chosen) == 5:
            break
    return [replace(gutter, first=_start(rows, highs, gutter)) for gutter in chosen]


def _taken(row: Row, cells: range, margin: float) -> bytearray:
    """For each cell 1 where a piece of the row covers it, with half the margin on both sides."""
    out = bytearray(len(cells))
    for piece in row.pieces:
        first = max(floor((piece.left - margin / 2) / _CELL) + 1 - cells.start, 0)
        last = min(ceil((piece.right + margin / 2) / _CELL) - cells.start, len(cells))
        if last > first:
            out[first:last] = b"\x01" * (last - first)
    return out


def _runs(lows: list[float], highs: list[float], x: float, taken: list[int]) -> list[_Gutter]:
    """Runs of rows that do not cover x and have at least three rows on each side of it."""
    out: list[_Gutter] = []
    first = left = right = 0
    for index, covers in enumerate(taken):
        if covers:
            if left >= 3 and right >= 3:
                out.append(_Gutter(x, first, index - 1, min(left, right) + 0.1 * max(left, right)))
            first, left, right = index + 1, 0, 0
            continue
        left += lows[index] < x
        right += highs[index] > x
    if left >= 3 and right >= 3:
        out.append(_Gutter(x, first, len(taken) - 1, min(left, right) + 0.1 * max(left, right)))
    return out


def _start(rows: list[Row], highs: list[float], gutter: _Gutter) -> int:
    """The run's first row without the lines above the columns that merely end left of the gutter."""
    first = gutter.first
    while first < gutter.last and highs[first] < gutter.x and not _beside(rows, first, gutter.last, gutter.x):
        first += 1
    return first


def _beside(rows: list[Row], index: int, last: int, x: float) -> bool:
    """Whether text right of the gutter comes close below this row, so that the row lies in the left column."""
    limit = rows[index].base + 4 * rows[index].size
    return any(rows[i].base <= limit and rows[i].right > x for i in range(index, last + 1))


def _kind(left: list[Piece], right: list[Piece]) -> str:
    """`columns`, `aside-left`, `aside-right` (dates and places beside entries) or `table` (read row by row)."""
    if not left or not right:
        return "table"
    if _headings(left) >= 1 and _headings(right) >= 1 and min(len(left), len(right)) >= _MIN_ROWS:
        return "columns"
    for side, other, name in ((right, left, "aside-right"), (left, right, "aside-left")):
        if _datey(side) >= 0.45 and _width(side) < 0.8 * _width(other) and _headings(side) == 0:
            return name
    narrow, wide = (left, right) if _letters(left) <= _letters(right) else (right, left)
    if min(len(rows_of(narrow)), len(rows_of(wide))) < _MIN_ROWS:
        return "table"
    if _aligned(narrow, wide) >= 0.7 and _letters(narrow) / len(narrow) < 28 and _headings(narrow) == 0:
        return "table"
    if _aligned(narrow, wide) >= 0.95 and _headings(narrow) + _headings(wide) == 0 and not _wraps(narrow):
        return "table"
    return "columns"


def _headings(side: list[Piece]) -> int:
    return sum(1 for p in side if len(p.text) < 40 and p.text[-1:] != ":" and heading_kind(p.text))


def _datey(side: list[Piece]) -> float:
    hits = sum(1 for p in side if len(p.text) <= 40 and (_DATE.search(p.text) or _PLACE.match(p.text)))
    dates = sum(1 for p in side if len(p.text) <= 40 and _DATE.search(p.text))
    return hits / len(side) if dates >= 0.2 * len(side) else 0.0


def _width(side: list[Piece]) -> float:
    return max(p.right for p in side) - min(p.left for p in side)


def _letters(side: list[Piece]) -> int:
    return sum(len(p.text) for p in side)


def _aligned(side: list[Piece], other: list[Piece]) -> float:
    """Share of the side's pieces that have a piece of the other side on their baseline."""
    bases = sorted(p.base for p in other)
    hits = sum(1 for p in side if any(abs(p.base - b) < 0.25 * p.size for b in bases))
    return hits / len(side)


def _wraps(side: list[Piece]) -> bool:
    """Whether most lines fill the side's width, as running text does."""
    right = max(p.right for p in side)
    left = min(p.left for p in side)
    return sum(1 for p in side if p.right > right - 0.2 * (right - left)) >= 0.5 * len(side)


def _with_aside(main: list[Row], aside: list[Piece], *, before: bool) -> list[Row]:
    """Put the pieces of a column of dates to the rows that they stand beside.

    A piece beside a bullet or a wrapped line would tear it apart: it goes to the entry's head instead.
    """
    notes = rows_of(aside)
    beside = sum(any(abs(n.base - row.base) <= 0.4 * row.size for n in notes) for row in main)
    each = before or beside >= 0.8 * len(main)
    out: list[Row] = []
    used = 0
    head = 0
    for index, row in enumerate(main):
        mine: list[Row] = []
        while used < len(notes) and notes[used].base <= row.base + 0.4 * row.size:
            mine.append(notes[used])
            used += 1
        inner = _inside(main, index)
        if not inner:
            head = len(out) + 1
        for note in mine:
            same = abs(note.base - row.base) <= 0.4 * row.size
            if same and (each or (not inner and not _wrapped(main, index))):
                row = Row(row.base, sorted([*row.pieces, *note.pieces], key=lambda p: p.left))
            elif inner:
                out.insert(head, note)
                head += 1
            elif before or same:
                out.append(note)
                head = len(out) + 1
            else:
                out.insert(head - 1, note)
                head += 1
        out.append(row)
    return out[:head] + notes[used:] + out[head:] if used < len(notes) else out


def _inside(main: list[Row], index: int) -> bool:
    """Whether this row is a bullet or goes on a bullet or paragraph begun above."""
    row = main[index]
    if bullet_length(row.pieces[0].text):
        return True
    if index == 0:
        return False
    last = main[index - 1]
    close = row.base - last.base < 1.9 * row.size
    indented = bool(bullet_length(last.pieces[0].text)) and row.left > last.left + 2
    return close and (indented or (_inside_text(last) and _wrapped(main, index - 1)))


def _inside_text(row: Row) -> bool:
    return len(row.text) > 20


def _wrapped(main: list[Row], index: int) -> bool:
    """Whether the row fills its column and goes on below."""
    if index + 1 >= len(main):
        return False
    row, following = main[index], main[index + 1]
    right = max(r.right for r in main)
    close = following.base - row.base < 1.7 * row.size
    same = following.pieces[0].bold == row.pieces[-1].bold and not bullet_length(following.pieces[0].text)
    lower = following.text[:1].islower() or not following.text[:1].isalpha()
    return close and same and row.right > right - 8 * row.size and (lower or row.right > right - 2 * row.size)
