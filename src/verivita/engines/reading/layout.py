"""Glyphs on a page to pieces of lines: words, blanks, sizes; pure geometry.

Coordinates are points with the origin at the top left.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from verivita.engines.reading.glyphs import ICON, mended, without_icon_names

BLANK_GAP = 0.3
"""A gap wider than this share of the font size is a blank, also where the file draws none."""
_DOUBTFUL = ("\x1b", "\x1e")
PIECE_GAP = 1.2
"""A gap wider than this many font sizes ends a piece."""


@dataclass(slots=True)
class Glyph:
    """One drawn character (or the letters of one ligature); `base` is its baseline."""

    text: str
    left: float
    right: float
    base: float
    size: float
    bold: bool


@dataclass(slots=True)
class Piece:
    """A run of text on one baseline without a wide gap in it."""

    text: str
    left: float
    right: float
    base: float
    size: float
    bold: bool
    icon: bool = False
    """An icon stood before it."""

    @property
    def top(self) -> float:
        """Upper edge, by the usual ascent."""
        return self.base - 0.8 * self.size


def pieces_of(glyphs: Sequence[Glyph]) -> list[Piece]:
    """Group glyphs, in the order drawn, to pieces; then join pieces that touch on the same baseline."""
    runs: list[list[Glyph]] = []
    current: list[Glyph] = []
    last: Glyph | None = None
    for glyph in glyphs:
        # Asked here first without a call: most glyphs follow closely on the same line.
        if (
            last is None
            or (last.base == glyph.base and last.size == glyph.size and 0.0 <= glyph.left - last.right < glyph.size)
            or _goes_on(last, glyph)
        ):
            current.append(glyph)
        else:
            runs.append(current)
            current = [glyph]
        last = glyph
    if current:
        runs.append(current)
    parts: list[list[Glyph]] = []
    for run in _joined(runs):
        parts.extend(_split_at_icons(run))
    blank = _blank_gap(runs)
    return [piece for part in parts if (piece := _piece(part, blank)) is not None]


def _blank_gap(runs: list[list[Glyph]]) -> float:
    """The gap, in font sizes, above which two letters belong to two words.

    Some programs set all letters tighter than the font says; there, blanks are tighter by as much.
    """
    gaps = sorted((b.left - a.right) / a.size for run in runs for a, b in pairwise(run) if b.text != " ")
    usual = gaps[len(gaps) // 2] if len(gaps) >= 20 else 0.0
    # 0.05: chosen on a development sample of such papers, where both glued and torn words were fewest.
    return usual + 0.05 if usual < -0.02 else BLANK_GAP


def resolve_ligatures(glyphs: Sequence[Glyph]) -> None:
    """Give the doubtful ligature codes of a page their letters: a glyph for "ffi" is wider than one for "fl"."""
    doubtful = [glyph for glyph in glyphs if glyph.text in _DOUBTFUL]
    narrow = any(g.text == "\x1e" and g.right - g.left < 0.7 * g.size for g in doubtful)
    letters = {"\x1b": "fi", "\x1e": "fl"} if narrow else {"\x1b": "ff", "\x1e": "ffi"}
    for glyph in doubtful:
        glyph.text = letters[glyph.text]


def _goes_on(last: Glyph, glyph: Glyph) -> bool:
    size = max(last.size, glyph.size, 1.0)
    if abs(last.base - glyph.base) > 0.35 * size:
        return False
    gap = glyph.left - last.right
    limit = PIECE_GAP * min(last.size, glyph.size)
    return gap < limit and (gap > -0.6 * size or glyph.left >= last.left - 0.1 * size)


def _joined(runs: list[list[Glyph]]) -> list[list[Glyph]]:
    """Join runs drawn apart (word by word, or out of order) that lie side by side on one baseline."""
    order = sorted(runs, key=lambda run: (round(run[0].base, 1), run[0].left))
    out: list[list[Glyph]] = []
    for run in order:
        if _drawn_twice(run, out):
            continue
        for earlier in reversed(out[-6:]):
            if earlier[-1].left <= run[0].left and _goes_on(earlier[-1], run[0]):
                earlier.extend(run)
                break
        else:
            out.append(run)
    return out


def _drawn_twice(run: list[Glyph], earlier: list[list[Glyph]]) -> bool:
    """Whether the same words stand at the same place already: some programs draw twice to make text look bold."""
    first = run[0]
    for other in earlier[-6:]:
        near = (
            abs(other[0].left - first.left) < 0.15 * first.size and abs(other[0].base - first.base) < 0.15 * first.size
        )
        if near and [g.text for g in other] == [g.text for g in run] and len(run) > 1:
            return True
    return False


def _split_at_icons(run: list[Glyph]) -> list[list[Glyph]]:
    parts: list[list[Glyph]] = [[]]
    for glyph in run:
        if glyph.text == ICON and parts[-1]:
            parts.append([])
        parts[-1].append(glyph)
    return parts


def _piece(run: list[Glyph], blank_gap: float) -> Piece | None:
    drawn = [g for g in run if g.text not in (" ", ICON)]
    icon = bool(run) and run[0].text == ICON
    if not drawn:
        if icon:
            return Piece("", run[0].left, run[-1].right, run[0].base, run[0].size, False, True)
        return None
    text = mended(without_icon_names(_spaced(run, blank_gap))).strip()
    if not text:
        return None
    letters = sum(len(g.text) for g in drawn)
    bold = sum(len(g.text) for g in drawn if g.bold) >= 0.6 * letters
    return Piece(
        text, drawn[0].left, max(g.right for g in drawn), drawn[0].base, median(g.size for g in drawn), bold, icon
    )


def _spaced(run: list[Glyph], blank_gap: float) -> str:
    out: list[str] = []
    last: Glyph | None = None
    blank = False
    gaps: list[float] = []
    for glyph in run:
        if glyph.text == " " or glyph.text == ICON:
            blank = True
            continue
        if last is not None:
            gap = glyph.left - last.right
            gaps.append(gap)
            if blank or gap > blank_gap * min(glyph.size, last.size):
                out.append(" ")
        out.append(glyph.text)
        last, blank = glyph, False
    text = "".join(out)
    return _unspread(text, gaps) if _SPREAD.fullmatch(text) else text


_SPREAD = re.compile(r"(?:\S ){3,}\S")


def _unspread(text: str, gaps: list[float]) -> str:
    """`E X P E R I E N C E` -> `EXPERIENCE`: letters set apart; a clearly wider gap is a blank between words."""
    letters = text.split(" ")
    usual = median(gaps)
    out = [letters[0]]
    for letter, gap in zip(letters[1:], gaps, strict=False):
        if gap > 1.7 * usual:
            out.append(" ")
        out.append(letter)
    return "".join(out)


def body_size(pieces: Sequence[Piece]) -> float:
    """The font size that most characters have."""
    weights: dict[float, int] = {}
    for piece in pieces:
        size = round(piece.size * 2) / 2
        weights[size] = weights.get(size, 0) + len(piece.text)
    return max(sorted(weights), key=lambda size: weights[size]) if weights else 10.0
