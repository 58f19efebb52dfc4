"""How much of a paper was understood, line by line; pure."""

from __future__ import annotations

from verivita.engines.reading.outline import Outline
from verivita.engines.reading.ports import ReadText
from verivita.features.library.model import Coverage, LineNote


def coverage_of(read: ReadText, outline: Outline) -> Coverage:
    """A note for every line that holds a word; page numbers and running headers count as understood."""
    notes: list[LineNote] = []
    for line, role in zip(read.lines, outline.roles, strict=True):
        if not any(c.isalnum() for c in read.text[line.start : line.end]):
            continue
        notes.append(LineNote(len(notes), line.start, line.end, line.page, role != "unknown", role))
    return Coverage(sum(note.understood for note in notes), len(notes), tuple(notes))
