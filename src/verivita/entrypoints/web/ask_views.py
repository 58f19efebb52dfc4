"""What the ask page shows, as frozen data that templates read."""

from __future__ import annotations

from dataclasses import dataclass

from verivita.entrypoints.web.paper_views import PaperView
from verivita.entrypoints.web.views import Link, Moment, NoteView, Option, PageLinks


@dataclass(frozen=True, slots=True)
class SaidPiece:
    """A run of an answer: plain words, a claim with its verdict (`ok`, `weak`, `bad`), or the mark of a citation."""

    text: str
    verdict: str = ""
    quoted: bool = False
    """True where the words are a paper's or a posting's own."""
    href: str = ""
    pane_url: str = ""


@dataclass(frozen=True, slots=True)
class SourceView:
    """One citation in the list below an answer; `pane_url` is the fragment that shows its place beside the talk."""

    number: int
    text: str
    at: str
    href: str
    pane_url: str = ""


@dataclass(frozen=True, slots=True)
class TurnView:
    """A message and its answer. `rung` is 1 (no model), 2 (local) or 3 (hosted), and `rung_text` says it in words."""

    id: str
    question: str
    lines: tuple[tuple[SaidPiece, ...], ...]
    sources: tuple[SourceView, ...]
    counts: tuple[tuple[str, str], ...]
    """Verdict counts: mark and words."""
    rung: int
    rung_text: str
    foot: tuple[str, ...]
    struck: tuple[tuple[str, str], ...] = ()
    """Sentences that were left out, each with the reason."""
    notes: tuple[str, ...] = ()
    abstained: bool = False


@dataclass(frozen=True, slots=True)
class PaneView:
    """The source document beside the talk."""

    title: str
    where: str
    href: str
    paper: PaperView | None = None
    before: str = ""
    lit: str = ""
    after: str = ""
    """Of a posting: the words before, at and after the place."""


@dataclass(frozen=True, slots=True)
class AskView:
    """The page of one talk."""

    turns: tuple[TurnView, ...]
    modes: tuple[Option, ...]
    session_id: str = ""
    job: Link | None = None
    job_id: str = ""
    suggestions: tuple[str, ...] = ()
    hint: str = ""
    pane: PaneView | None = None
    note: NoteView | None = None
    question: str = ""


@dataclass(frozen=True, slots=True)
class TalkRow:
    """One earlier talk."""

    title: str
    href: str
    turns: str
    when: Moment
    erase_url: str


@dataclass(frozen=True, slots=True)
class TalksView:
    """Earlier talks, the latest first."""

    rows: tuple[TalkRow, ...]
    page_links: PageLinks | None = None
    erase_all_url: str = ""
