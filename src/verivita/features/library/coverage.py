"""How much of a paper was understood, line by line; pure."""

from __future__ import annotations

from verivita.engines.reading.outline import Outline
from verivita.engines.reading.ports import ReadText
from verivita.features.library.model import Coverage, DocumentKind, LineNote


def coverage_of(read: ReadText, outline: Outline, kind: DocumentKind) -> Coverage:
    """A note for every line that holds a word; page numbers and running headers count as understood.

    Notes have no form that could be missed: what is no heading in them is text.
    """
    free = kind is DocumentKind.NOTES
    notes: list[LineNote] = []
    for line, role in zip(read.lines, outline.roles, strict=True):
        if not any(c.isalnum() for c in read.text[line.start : line.end]):
            continue
        if free and role == "unknown":
            role = "heading" if line.heading else "text"
        notes.append(LineNote(len(notes), line.start, line.end, line.page, role != "unknown", role))
    return Coverage(sum(note.understood for note in notes), len(notes), tuple(notes))
