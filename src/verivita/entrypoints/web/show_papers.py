"""From a stored paper and what was read from it to its page: numbered lines, numbered fields, coverage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from verivita.entrypoints.web.paper_views import (
    CoverageView,
    FieldGroup,
    LineView,
    PaperRow,
    PaperView,
    Piece,
    TickView,
    UnknownLine,
)
from verivita.entrypoints.web.show_fields import field_groups
from verivita.entrypoints.web.views import Link, NoteView, PageLinks, ProgressView
from verivita.entrypoints.web.words import ago, number, plural
from verivita.features.library import Coverage, Document, DocumentStatus, Fact, LineNote

KINDS = {"resume": "Resume", "notes": "Notes", "portfolio": "Portfolio"}
MOST_TICKS = 400
MOST_UNKNOWN = 3


@dataclass(frozen=True, slots=True)
class Lit:
    """A stretch of the document that was followed to: characters `start` to `end`."""

    start: int
    end: int


def paper_view(
    document: Document,
    text: str,
    coverage: Coverage,
    facts: Sequence[Fact],
    *,
    page: int = 1,
    lit: Lit | None = None,
    answer_url: str | None = None,
    progress: ProgressView | None = None,
) -> PaperView:
    """The page of one paper. Lines are numbered from 1 through the whole document; `page` chooses which are shown.

    `answer_url` is the address that takes what an unknown line is; the line's number is added to it.
    """
    url = f"/papers/{document.id}"
    pages = max(1, document.pages)
    page = min(max(1, page), pages)
    places = _places(text, coverage.notes, facts)
    shown = [(n, note) for n, note in enumerate(coverage.notes, 1) if note.page == page or pages == 1]
    lines = tuple(_line(n, note, text, places.get(n, ()), lit) for n, note in shown)
    numbers = {fact.id: no for group in places.values() for no, fact in group}
    groups: tuple[FieldGroup, ...] = field_groups(facts, numbers, _line_numbers(coverage.notes), url, page, pages)
    unknown = _unknown(coverage.notes, text, url, page, pages, answer_url)
    return PaperView(
        id=str(document.id),
        url=url,
        title=document.title or document.filename,
        filename=document.filename,
        kind=KINDS.get(document.kind, str(document.kind)),
        summary=_summary(document, pages, len(coverage.notes) or coverage.total),
        lines=lines,
        groups=groups,
        coverage=coverage_view(coverage, unknown) if coverage.total else None,
        unknown=unknown[:MOST_UNKNOWN],
        unknown_more=max(0, len(unknown) - MOST_UNKNOWN),
        page=page,
        pages=pages,
        page_links=_page_links(url, page, pages),
        progress=progress,
        error=failure(document),
        warnings=document.warnings,
    )


def coverage_view(coverage: Coverage, unknown: Sequence[UnknownLine] = ()) -> CoverageView:
    """One tick a line up to 400 lines; above that a tick stands for several and is open if one was not understood."""
    flags = [note.understood for note in coverage.notes]
    per = max(1, -(-len(flags) // MOST_TICKS))
    grouped = [all(flags[i : i + per]) for i in range(0, len(flags), per)]
    missing = coverage.total - coverage.understood
    label = f"{plural(coverage.total, 'line')}; " + (
        f"{plural(missing, 'line was', 'lines were')} not understood" if missing else "all were understood"
    )
    return CoverageView(
        understood=coverage.understood,
        total=coverage.total,
        ticks=tuple(TickView(i * 10, flag) for i, flag in enumerate(grouped)),
        width=max(10, len(grouped) * 10 - 2),
        label=label,
        ask=tuple(Link(f"Line {line.n}", line.href) for line in unknown[:MOST_UNKNOWN]),
    )


def failure(document: Document) -> NoteView | None:
    """Why a paper could not be read, with the one next step; None where it could."""
    if document.status is not DocumentStatus.FAILED:
        return None
    title, text = _FAILURES.get(document.error_code or "", ("This file could not be read.", ""))
    return NoteView(
        "bad", title, text or document.error or "The file is kept as it is. Save it in another form, or paste its text."
    )


_FAILURES = {
    "password": (
        "This file has a password.",
        "We did not open it. Save a copy without the password and drop that here.",
    ),
    "only_pictures": (
        "This file holds only pictures of text.",
        "There are no words in it to read. Save it from the program that it was written in, or paste its text.",
    ),
    "too_large": ("This file is too large.", ""),
    "damaged": ("This file is damaged.", ""),
}


def paper_row(document: Document, now: datetime) -> PaperRow:
    """One paper in the list."""
    state, kind = _state(document)
    return PaperRow(
        title=document.title or document.filename,
        href=f"/papers/{document.id}",
        filename=document.filename,
        kind=KINDS.get(document.kind, str(document.kind)) + (", example" if document.is_example else ""),
        lines=number(document.total_lines) if document.status is DocumentStatus.READY else "–",
        state=state,
        state_kind=kind,
        added=ago(document.created_at, now),
    )


def _state(document: Document) -> tuple[str, str]:
    if document.status is DocumentStatus.FAILED:
        return (document.error_code or "not read").replace("_", " "), "bad"
    if document.status is not DocumentStatus.READY:
        return "being read", "none"
    missing = document.total_lines - document.understood_lines
    return (f"{plural(missing, 'line')} to look at", "weak") if missing else ("read", "ok")


def _summary(document: Document, pages: int, lines: int) -> str:
    said = f"{plural(pages, 'page')}, {plural(lines, 'line')}"
    return f"an example, {said}" if document.is_example else said


def _line_numbers(notes: Sequence[LineNote]) -> list[tuple[int, int, int]]:
    """(start, end, n) of each line, in order."""
    return [(note.start, note.end, n) for n, note in enumerate(notes, 1)]


def _places(text: str, notes: Sequence[LineNote], facts: Sequence[Fact]) -> dict[int, list[tuple[int, Fact]]]:
    """For each line the facts that are lit in it, numbered in order of reading; of two that overlap the first stays."""
    found: dict[int, list[tuple[int, Fact]]] = {}
    ordered = sorted(facts, key=lambda fact: (fact.span.start, -fact.span.end))
    no, free, line = 0, 0, 0
    for fact in ordered:
        if fact.span.start < free or fact.span.end <= fact.span.start or fact.span.end > len(text):
            continue
        while line < len(notes) and notes[line].end <= fact.span.start:
            line += 1
        if line == len(notes):
            break
        no, free = no + 1, fact.span.end
        found.setdefault(line + 1, []).append((no, fact))
    return found


def _line(n: int, note: LineNote, text: str, places: Sequence[tuple[int, Fact]], lit: Lit | None) -> LineView:
    pieces: list[Piece] = []
    at = note.start
    for no, fact in places:
        start, end = max(at, fact.span.start), min(note.end, fact.span.end)
        if start > at:
            pieces.append(Piece(text[at:start]))
        pieces.append(Piece(text[start:end], no, f"p{no}"))
        at = end
    if at < note.end:
        pieces.append(Piece(text[at : note.end]))
    on = lit is not None and note.start < lit.end and note.end > lit.start
    return LineView(
        n, text[note.start : note.end], tuple(pieces), on, note.understood, note.role, tuple(no for no, _ in places)
    )


def _unknown(
    notes: Sequence[LineNote], text: str, url: str, page: int, pages: int, answer_url: str | None
) -> tuple[UnknownLine, ...]:
    return tuple(
        UnknownLine(
            n,
            text[note.start : note.end].strip(),
            f"#line{n}" if note.page == page or pages == 1 else f"{url}?page={note.page}#line{n}",
            f"{answer_url}/{n}" if answer_url else None,
        )
        for n, note in enumerate(notes, 1)
        if not note.understood
    )


def _page_links(url: str, page: int, pages: int) -> PageLinks | None:
    if pages == 1:
        return None
    return PageLinks(
        f"page {page} of {number(pages)}",
        f"{url}?page={page - 1}" if page > 1 else None,
        f"{url}?page={page + 1}" if page < pages else None,
        "Next page",
    )
