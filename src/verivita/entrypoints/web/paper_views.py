"""What the pages of papers show, as frozen data that templates read."""

from __future__ import annotations

from dataclasses import dataclass, field

from verivita.entrypoints.web.views import DropView, EmptyView, Link, Moment, NoteView, PageLinks, ProgressView


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a document's own words; `no` is the field that it was read as, `href` a place it points to."""

    text: str
    no: int | None = None
    anchor: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of a document, in pieces. `role` is the reader's (heading, name, contact, entry, bullet, ...)."""

    n: int
    text: str
    pieces: tuple[Piece, ...]
    lit: bool
    understood: bool
    role: str
    fields: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ValueView:
    """One value that was read, with the link to its place ("line 5", "page 2, line 61")."""

    text: str
    href: str
    at: str


@dataclass(frozen=True, slots=True)
class FieldView:
    """One row of what was read; `no` is the number of its first place in the document."""

    no: int | None
    key: str
    values: tuple[ValueView, ...]


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """Fields that belong together: the person, one job, one degree."""

    title: str
    fields: tuple[FieldView, ...]


@dataclass(frozen=True, slots=True)
class TickView:
    """One tick of the coverage line, `x` in units of the drawing."""

    x: int
    understood: bool


@dataclass(frozen=True, slots=True)
class CoverageView:
    """How much was understood; above 400 lines one tick stands for several, and is open when one of them was not."""

    understood: int
    total: int
    ticks: tuple[TickView, ...]
    width: int
    label: str
    ask: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class UnknownLine:
    """A line that was not understood; the form appears where `answer_url` is given."""

    n: int
    text: str
    href: str
    answer_url: str | None = None


@dataclass(frozen=True, slots=True)
class PaperView:
    """One paper: its lines at the left, what was read at the right."""

    id: str
    url: str
    title: str
    filename: str
    kind: str
    summary: str
    lines: tuple[LineView, ...] = ()
    groups: tuple[FieldGroup, ...] = ()
    coverage: CoverageView | None = None
    unknown: tuple[UnknownLine, ...] = ()
    unknown_more: int = 0
    page: int = 1
    pages: int = 1
    page_links: PageLinks | None = None
    progress: ProgressView | None = None
    error: NoteView | None = None
    warnings: tuple[str, ...] = ()
    jobs_url: str = "/jobs"
    file_url: str | None = None
    delete_url: str | None = None


@dataclass(frozen=True, slots=True)
class StartView:
    """The first page: a drop zone, or the paper that was read."""

    drop: DropView = field(default_factory=DropView)
    paper: PaperView | None = None
    example_url: str | None = "/example"
    example_text: str = "Mina Tarrow, who does not exist, with her resume, notes and 60 invented postings."
    step: int = 1
    example_jobs_url: str | None = None
    """Where the example person's jobs are, while only she is here."""


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One paper in the list of papers. `state_kind`: ok, weak, bad or none."""

    title: str
    href: str
    filename: str
    kind: str
    lines: str
    state: str
    state_kind: str
    added: Moment
    delete_url: str | None = None
    use_url: str | None = None
    counts: bool = True


@dataclass(frozen=True, slots=True)
class LibraryView:
    """All papers of the person."""

    rows: tuple[PaperRow, ...]
    drop: DropView = field(default_factory=DropView)
    empty: EmptyView | None = None
    remove_example_url: str | None = None
