"""What each line of a reading looks like, and which lines head a section."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from verivita.engines.reading.contact import emails
from verivita.engines.reading.dates import DateSpan, find_dates, going_on
from verivita.engines.reading.glyphs import bullet_length
from verivita.engines.reading.headings import heading_kind
from verivita.engines.reading.lexicon import degree_span, employer_score, school_score, title_score
from verivita.engines.reading.ports import Line, ReadText

_JOINING = re.compile(r"[-–—−]|to|until|bis|hasta|à", re.IGNORECASE)
_HANGING = re.compile(r"(?:[-–—−]|\b(?:to|until|bis|hasta|à))\s*$", re.IGNORECASE)
_INLINE = re.compile(r"^([A-ZÄÖÜÉ][A-ZÄÖÜÉ &/]{4,40})\s*[:：]\s*(?=\S)")
AMBIGUOUS = frozenset(
    {
        *("languages", "other", "projects", "interests", "volunteering", "certifications", "contact", "skills"),
        *("publications", "awards"),
    }
)
"""Kinds whose words also stand inside other sections; their headings must look like the paper's other headings."""


@dataclass(slots=True)
class Look:
    """One line with what can be seen of it."""

    index: int
    line: Line
    text: str
    bullet: int
    gap: bool
    dates: list[DateSpan]
    caps: bool
    taken: int = 0
    """Characters at its start that are the end of the date on the line above."""

    @property
    def body(self) -> str:
        """The words after the bullet mark."""
        return self.text[self.bullet :]

    @property
    def left(self) -> float:
        """Left edge as a share of the page, 0 where unknown."""
        return self.line.left or 0.0


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that heads a section: its kind, and how many characters of the line are the heading."""

    index: int
    kind: str
    length: int


def look_at(read: ReadText) -> list[Look]:
    """All content lines; furniture is left out."""
    out: list[Look] = []
    last: Line | None = None
    for index, line in enumerate(read.lines):
        if line.furniture:
            continue
        text = read.line_text(line)
        gap = last is None or read.text[last.end : line.start].count("\n") > 1
        letters = [c for c in text if c.isalpha()]
        caps = len(letters) >= 3 and sum(c.isupper() for c in letters) >= 0.9 * len(letters)
        look = Look(index, line, text, bullet_length(text), gap, find_dates(text), caps)
        if out and not gap:
            _join_dates(out, look)
        out.append(look)
        last = line
    return out


def _join_dates(before: Sequence[Look], look: Look) -> None:
    """Give a date that is followed by a dash or "to", at the end of its line or alone on the next, its other end."""
    above = before[-1]
    between = above if _JOINING.fullmatch(above.text.strip()) and len(before) > 1 and not above.gap else None
    first = before[-2] if between is not None else above
    if len(first.dates) != 1 or look.bullet:
        return
    date = first.dates[0]
    if between is not None and not date.is_range and not first.text[date.end :].strip():
        date = replace(date, is_range=True, value=f"{date.value.partition('/')[0]}/")
    elif between is not None or not _HANGING.search(first.text[: date.end]):
        return
    joined = going_on(date, look.text)
    if joined is None:
        return
    date, look.taken = joined
    if between is not None:
        between.taken = len(between.text)
    if not look.text[look.taken :].strip() and not first.text[first.dates[0].end :].strip():
        date = replace(date, end=look.line.start + look.taken - first.line.start)  # nothing stands between the two
    first.dates = [date]
    look.dates = [other for other in look.dates if other.start >= look.taken]


def find_headings(looks: Sequence[Look]) -> list[Heading]:
    """Lines that head a section, by words first; then by a look that is shared with those and with little else."""
    known = [look for look in looks if _may_head(look) and heading_kind(_bare(look.text))]
    strong = [look for look in known if heading_kind(_bare(look.text)) not in AMBIGUOUS]
    anchors = strong or known
    styles = Counter(_style(look) for look in anchors)
    all_styles = Counter(_style(look) for look in looks)
    body = max(all_styles, key=lambda s: all_styles[s]) if all_styles else None
    main = {style for style, count in styles.items() if count >= 0.34 * max(styles.values())}
    shared = Counter(_style(look) for look in known)
    special = {style for style in main if style != body and all_styles[style] <= max(2 * shared[style], 6)}
    # A sidebar has headings of its own look: at least two known ones, and hardly any other line like them.
    main |= {s for s, n in shared.items() if n >= 2 and s != body and all_styles[s] <= 2 * n}
    out: list[Heading] = []
    for look in looks:
        heading = _heading(look, special, main, bool(strong))
        if heading is not None:
            out.append(heading)
    return out


def _heading(
    look: Look, special: set[tuple[object, ...]], main: set[tuple[object, ...]], anchored: bool
) -> Heading | None:
    bare = _bare(look.text)
    kind = heading_kind(bare) if _may_head(look) else None
    style = _style(look)
    if kind is not None:
        fits = not anchored or style in main or kind not in AMBIGUOUS or look.line.heading in (1, 2)
        return Heading(look.index, kind, len(look.text)) if fits else None
    if style in special and _may_head(look) and _short_title(look):
        return Heading(look.index, "other", len(look.text))
    inline = _INLINE.match(look.text)
    if inline is not None:
        kind = heading_kind(inline.group(1))
        if kind is not None and (kind not in AMBIGUOUS or look.gap):
            return Heading(look.index, kind, inline.end())
    return None


def _bare(text: str) -> str:
    return text.strip(' \t:：-–—_*#=|•·"“”').strip()


def _may_head(look: Look) -> bool:
    text = look.text
    if next((c for c in text if c.isalpha()), "a").islower():
        return False
    return (
        len(text) <= 60 and not text.endswith((",", ";")) and not look.dates and "\t" not in text and not emails(text)
    )


def _short_title(look: Look) -> bool:
    """Whether a line may be a heading of the paper's own making; names of trades, schools and degrees are none."""
    text = look.text
    if len(text.split()) > 6 or look.bullet or not text[:1].isalpha() or text.endswith((".", " -", " –", " —")):
        return False
    if look.line.size is None and look.line.heading == 0 and (not look.gap or len(text) < 8):
        return False
    return title_score(text) < 1 and not school_score(text) and degree_span(text) is None and employer_score(text) < 1.2


def _style(look: Look) -> tuple[object, ...]:
    """Size, weight, case, level, bullet and closing colon: what makes headings of one paper look alike."""
    size = round(look.line.size * 2) / 2 if look.line.size else None
    return size, look.line.bold, look.caps, look.line.heading, bool(look.bullet), look.text.rstrip().endswith(":")
