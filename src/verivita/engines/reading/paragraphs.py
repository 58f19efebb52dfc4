"""Lines joined to paragraphs and bullets, and lists taken apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from verivita.engines.reading.lines import Look
from verivita.engines.reading.outline import Value
from verivita.engines.reading.ports import ReadText

_HYPHEN = re.compile(r"(?<=[^\W\d_])-\n(?=[a-zà-ÿ])")
_LABEL = re.compile(r"^[^,;:|\t]{2,45}:\s+(?=\S)")
_SPLIT = re.compile(r"\s*(?:[,;|•·\t/]|\s[-–—]\s)\s*")


@dataclass(frozen=True, slots=True)
class Part:
    """A line, or the rest of it from `start` (an offset in the text) on."""

    look: Look
    start: int

    @property
    def text(self) -> str:
        """The words from `start` on."""
        return self.look.text[self.start - self.look.line.start :]


def value_of(read: ReadText, start: int, end: int, page: int, value: str | None = None) -> Value:
    """The words at a span; the normalised form joins words broken at a line's end and squeezes blanks."""
    words = read.text[start:end]
    return Value(words, start, end, page, normal(words) if value is None else value)


def normal(words: str) -> str:
    """One line, single blanks, words broken by a hyphen at a line's end joined."""
    return " ".join(_HYPHEN.sub("", words).split())


def goes_on(before: Look, look: Look, right: float) -> bool:
    """Whether `look` continues the bullet or paragraph of the line `before`; `right` is the section's right edge."""
    if look.gap or look.bullet or look.line.page - before.line.page > 1:
        return False
    if look.line.bold and not before.line.bold:
        return False
    lower = look.text[:1].islower() or look.text[:1] in "(&,"
    if before.line.right is not None and look.line.left is not None:
        wide = _full(before, look, right)
        shift = look.left - before.left
        if before.bullet and abs(shift) < 0.004 and before.line.page == look.line.page and not lower:
            return False  # a new line under the bullet mark itself
        return (
            (wide or lower)
            and shift > -0.05
            and (lower or not before.text.endswith((".", ":", ";")) or (wide and shift >= 0))
        )
    return lower or (len(before.text) >= 75 and not before.text.endswith((".", ":", ";", "!")) and not look.dates)


def _full(before: Look, look: Look, right: float) -> bool:
    """Whether the first word of `look` would not have fitted on the line before: how lines are broken everywhere."""
    line = before.line
    if line.left is None or line.right is None or "\t" in before.text:
        return False
    letter = (line.right - line.left) / max(len(before.text), 1)
    word = len(look.text.split(maxsplit=1)[0]) + 1
    return line.right + word * letter > right - 0.01


def right_edge(parts: Sequence[Part]) -> float:
    """The right edge of running text, as a share of the page; dates and places set at the margin do not count."""
    long = [part for part in parts if len(part.look.text) >= 50 and "\t" not in part.look.text]
    return max((part.look.line.right or 0.0 for part in long or parts), default=0.0)


def paragraphs_of(read: ReadText, parts: Sequence[Part]) -> tuple[Value, ...]:
    """Bullets and paragraphs, each in one piece, without the bullet mark."""
    right = right_edge(parts)
    groups: list[list[Part]] = []
    for part in parts:
        if (
            groups
            and groups[-1][-1].look.index == part.look.index - 1
            and goes_on(groups[-1][-1].look, part.look, right)
        ):
            groups[-1].append(part)
        else:
            groups.append([part])
    return tuple(paragraph(read, group) for group in groups)


def paragraph(read: ReadText, group: Sequence[Part]) -> Value:
    """The lines of one bullet or paragraph as one value."""
    first = group[0]
    start = max(first.start, first.look.line.start + first.look.bullet)
    return value_of(read, start, group[-1].look.line.end, first.look.line.page)


def items_of(read: ReadText, parts: Sequence[Part]) -> tuple[Value, ...]:
    """The single things of a list: split at commas, bars, bullets and line ends; a label before a colon is no item."""
    out: list[Value] = []
    for block in paragraphs_of(read, parts):
        label = _LABEL.match(block.text)
        at = label.end() if label is not None else 0
        while at <= len(block.text):
            cut = _SPLIT.search(block.text, at)
            end = cut.start() if cut is not None else len(block.text)
            words = block.text[at:end]
            if words.strip(" .") and len(words) <= 80:
                shift = len(words) - len(words.lstrip())
                start = block.start + at + shift
                out.append(value_of(read, start, start + len(words.strip().rstrip(".")), block.page))
            if cut is None:
                break
            at = max(cut.end(), at + 1)
    return tuple(out)
