"""What the pages of jobs show, as frozen data that templates read."""

from __future__ import annotations

from dataclasses import dataclass, field

from verivita.entrypoints.web.paper_views import Piece
from verivita.entrypoints.web.views import EmptyView, Link, Moment, NoteView, Option, PageLinks


@dataclass(frozen=True, slots=True)
class BandView:
    """Word, number and ticks of a match. `number` is None where it was not scored."""

    key: str
    label: str
    number: int | None


@dataclass(frozen=True, slots=True)
class TagView:
    """A fact that cannot be pressed. `kind`: "", accent, ok, weak or bad."""

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class UnderstoodView:
    """The person's own words beside our reading; unused words carry the reason."""

    said: str
    reading: str
    remove_url: str
    used: bool = True


@dataclass(frozen=True, slots=True)
class FilterMenu:
    """One menu of the filter bar; `summary` names what is on."""

    name: str
    summary: str
    on: bool
    options: tuple[Option, ...]
    kind: str = "checkbox"


@dataclass(frozen=True, slots=True)
class JobRowView:
    """One job in two lines."""

    id: str
    url: str
    preview_url: str
    title: str
    company: str
    size: str
    band: BandView
    why: str
    tags: tuple[TagView, ...]
    pay: str
    place: str
    age: Moment | None
    gone: bool = False
    current: bool = False


@dataclass(frozen=True, slots=True)
class MarkRow:
    """One line of a short list with a mark. `mark`: ok, weak, bad or none; `word` names it."""

    mark: str
    word: str
    label: str
    text: str
    loud: bool = False


@dataclass(frozen=True, slots=True)
class ActionsView:
    """What can be done with a job here; a button appears only where its URL is given."""

    tailor_url: str | None = None
    save_url: str | None = None
    hide_url: str | None = None
    saved: bool = False
    open_url: str | None = None


@dataclass(frozen=True, slots=True)
class PreviewView:
    """The chosen job beside the list."""

    id: str
    url: str
    title: str
    line: str
    band: BandView
    reason: str
    must_title: str
    musts: tuple[MarkRow, ...]
    more_musts: int
    stops: tuple[MarkRow, ...]
    stops_line: str
    lever: LeverView | None
    actions: ActionsView = field(default_factory=ActionsView)


@dataclass(frozen=True, slots=True)
class JobsView:
    """The search page."""

    query: str
    understood: tuple[UnderstoodView, ...] = ()
    menus: tuple[FilterMenu, ...] = ()
    toggles: tuple[Option, ...] = ()
    sorts: tuple[Option, ...] = ()
    total: int = 0
    of_all: int = 0
    legs: str = ""
    missing: str = ""
    working: str = ""
    """What is still being computed, in one line."""
    rows: tuple[JobRowView, ...] = ()
    page_links: PageLinks | None = None
    preview: PreviewView | None = None
    empty: EmptyView | None = None
    no_paper: bool = False
    add_url: str | None = "/jobs/add"
    clear_url: str | None = None


@dataclass(frozen=True, slots=True)
class QuoteView:
    """Words of a text: `mark` is the part that counts, `where` names the place that `href` leads to."""

    before: str
    mark: str
    after: str
    where: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class PairView:
    """What they ask and what you can show. `state`: met, part, unmet or unsaid; `mark`: ok, weak, bad or none."""

    id: str
    state: str
    mark: str
    word: str
    heading: str
    tag: str
    asked: QuoteView | None
    shown: tuple[QuoteView, ...]
    closest: QuoteView | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class PartView:
    """One part of the score; `score` and `weight` are said, `width` (0-100) is drawn."""

    label: str
    score: str
    weight: str
    width: int


@dataclass(frozen=True, slots=True)
class LeverView:
    """One change that would move the number, if it is true of the person."""

    text: str
    from_number: int
    to_number: int
    band: str


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One thing that happened, newest first; `state` is "", now or next."""

    when: Moment
    text: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class TabView:
    """A tab is a link to a page of its own."""

    label: str
    href: str
    current: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class ParagraphView:
    """One paragraph of the kept posting, in pieces; pieces that were asked for carry their number."""

    n: int
    pieces: tuple[Piece, ...]
    heading: bool = False
    bullet: bool = False


@dataclass(frozen=True, slots=True)
class JobView:
    """One job: how the person stands to it, or the posting itself (`tab`)."""

    id: str
    url: str
    title: str
    line: str
    posted: Moment | None
    seen: Moment
    source: str
    source_url: str | None
    tab: str
    tabs: tuple[TabView, ...]
    band: BandView
    sentence: str
    reason: str
    pairs: tuple[PairView, ...]
    folded: tuple[PairView, ...]
    folded_title: str
    levers: tuple[LeverView, ...]
    parts: tuple[PartView, ...]
    version: int
    stops: tuple[MarkRow, ...]
    stops_line: str
    stops_hit: int
    timeline: tuple[TimelineItem, ...]
    paragraphs: tuple[ParagraphView, ...]
    facts: tuple[tuple[str, str], ...]
    culture: tuple[tuple[str, str], ...] = ()
    back: Link = field(default_factory=lambda: Link("Jobs", "/jobs"))
    no_paper: bool = False
    closed: NoteView | None = None
    busy: bool = False
    actions: ActionsView = field(default_factory=ActionsView)
