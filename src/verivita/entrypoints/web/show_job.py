"""From one posting and its match to the job page: evidence pairs, parts, hard stops, levers, the kept copy."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from verivita.entrypoints.web.job_views import (
    ActionsView,
    JobView,
    PairView,
    ParagraphView,
    PartView,
    QuoteView,
    TabView,
    TimelineItem,
)
from verivita.entrypoints.web.paper_views import Piece
from verivita.entrypoints.web.show_jobs import (
    MARKS,
    STATES,
    WORDS,
    band_view,
    company_line,
    lever_view,
    stop_row,
    stops_line,
)
from verivita.entrypoints.web.views import Link, NoteView
from verivita.entrypoints.web.words import ago, at_midnight, day, number, on_day, plural
from verivita.features.library import Evidence
from verivita.features.matching import Match, Pair, Part
from verivita.features.postings import Posting, Quote, culture_of

PARTS = {
    "skills": "Skills",
    "experience": "Experience",
    "responsibilities": "Responsibilities",
    "education": "Education",
    "title": "Title",
    "not_said": "What is not said",
}
TAGS = {"title": "title", "duty": "task"}
OPEN_MET = 5
"""How many met must-haves stay open before the others are folded; not-met ones never are."""
MOST_WORDS = 280
_BULLET = re.compile(r"^\s*(?:[-*•·–]|\d+[.)])\s+")

PlaceOf = Callable[[Evidence], Link]


def paper_place(evidence: Evidence) -> Link:
    """The page of the paper at the line, lit; the words where nothing else of the paper is known."""
    span = evidence.span
    return Link(
        f"your paper, page {span.page}",
        f"/papers/{evidence.document_id}?page={span.page}&lit={span.start}-{span.end}#lit",
    )


def job_view(
    posting: Posting,
    match: Match | None,
    now: datetime,
    *,
    tab: str = "stand",
    place_of: PlaceOf = paper_place,
    actions: ActionsView | None = None,
    back: Link | None = None,
    busy: bool = False,
) -> JobView:
    """The page of one job. `tab` is "stand" or "posting"; `match` None means that the person has no paper yet."""
    said, url = posting.understood, f"/jobs/{posting.id}"
    pairs = (
        tuple(pair_view(pair, i, said.description, place_of) for i, pair in enumerate(match.pairs, 1)) if match else ()
    )
    shown, folded = fold(pairs)
    stops = match.hard_stops if match else ()
    return JobView(
        id=str(posting.id),
        url=url,
        title=said.title,
        line=company_line(posting),
        posted=on_day(said.posted_on, now) if said.posted_on else None,
        seen=ago(posting.updated_at, now),
        source=said.source,
        source_url=said.url if said.url.startswith(("https://", "http://")) else None,
        tab=tab,
        tabs=(
            TabView("How you stand", url, tab == "stand"),
            TabView("The posting", f"{url}/posting", tab == "posting"),
        ),
        band=band_view(match),
        sentence=match.sentence if match else "",
        reason=(match.reason or "It was not scored.") if match and match.overall is None else "",
        pairs=shown,
        folded=folded,
        folded_title=f"{plural(len(folded), 'more line')}, all met" if folded else "",
        levers=tuple(lever_view(lever) for lever in match.levers) if match else (),
        parts=_parts(match),
        version=match.score_version if match else 0,
        stops=tuple(stop_row(stop) for stop in stops),
        stops_line=stops_line(stops) if stops else "",
        stops_hit=sum(stop.hit for stop in stops),
        timeline=_timeline(posting, match, now),
        paragraphs=paragraphs(said.description, match.pairs if match else (), url),
        facts=_facts(posting),
        culture=tuple((sign.value.value.capitalize(), sign.quote.text) for sign in culture_of(said.description)),
        back=back or Link("Jobs", "/jobs"),
        no_paper=match is None,
        closed=_closed(posting, now),
        busy=busy,
        actions=actions or ActionsView(open_url=said.url if said.url.startswith(("https://", "http://")) else None),
    )


def pair_view(pair: Pair, no: int, description: str, place_of: PlaceOf = paper_place) -> PairView:
    """One wish with both sides. `no` counts the pairs from 1 and names the anchor."""
    return PairView(
        id=f"pair{no}",
        state=STATES[pair.state],
        mark=MARKS[pair.state],
        word=WORDS[pair.state],
        heading=pair.label,
        tag="must-have" if pair.required else TAGS.get(pair.kind, "nice to have"),
        asked=_asked(pair, description),
        shown=tuple(_shown(evidence, pair.label, place_of) for evidence in _distinct(pair.shown)[:3]),
        closest=_shown(pair.closest, pair.label, place_of) if pair.closest else None,
        note=pair.note,
    )


def _asked(pair: Pair, description: str) -> QuoteView | None:
    if pair.asked is not None:
        return asked_quote(pair.asked, description, pair.label)
    return QuoteView("", pair.label, "", "its title") if pair.kind == "title" else None


def _distinct(shown: Sequence[Evidence]) -> list[Evidence]:
    """Each line once, though it may show the same thing twice."""
    return list({evidence.text: evidence for evidence in reversed(shown)}.values())[::-1]


def fold(pairs: Sequence[PairView]) -> tuple[tuple[PairView, ...], tuple[PairView, ...]]:
    """Must-haves come first, and within each kind what is not met, partly met, not said, met; of the met ones the first
    five stay open, if there are more than eight pairs in all."""
    order = {"unmet": 0, "part": 1, "unsaid": 2, "met": 3}
    ranked = sorted(pairs, key=lambda pair: (pair.tag != "must-have", order[pair.state]))
    if len(ranked) <= 8:
        return tuple(ranked), ()
    met = [pair for pair in ranked if pair.state == "met"]
    folded = met[OPEN_MET:]
    return tuple(pair for pair in ranked if pair not in folded), tuple(folded)


def asked_quote(quote: Quote, description: str, label: str) -> QuoteView:
    """The line of the posting around the quote, with the quote marked; a whole line gets its label marked instead."""
    start = description.rfind("\n", 0, quote.start) + 1
    end = description.find("\n", quote.end)
    end = len(description) if end < 0 else end
    where = f"paragraph {_paragraph_no(description, quote.start)}"
    line = description[start:end]
    if quote.text.strip() == line.strip():
        return emphasised(line, label, where, "")
    before, after = description[start : quote.start], description[quote.end : end]
    return _clipped(QuoteView(_BULLET.sub("", before), quote.text, after, where))


def emphasised(text: str, label: str, where: str, href: str) -> QuoteView:
    """The text with the first word-bounded occurrence of `label` marked, where there is one."""
    text = _BULLET.sub("", text).strip()
    found = re.search(rf"(?<!\w){re.escape(label)}(?!\w)", text, re.IGNORECASE) if label else None
    if found is None:
        return _clipped(QuoteView(text, "", "", where, href))
    return _clipped(QuoteView(text[: found.start()], found.group(), text[found.end() :], where, href))


def _parts(match: Match | None) -> tuple[PartView, ...]:
    """The table of the score; a posting that leaves nothing open has no row for it."""
    if match is None or match.overall is None:
        return ()
    return tuple(part_view(part) for part in match.parts if part.name != "not_said" or part.weight)


def part_view(part: Part) -> PartView:
    """One part of the score as it is said and drawn; an unsaid part shows a dash, never 0."""
    label = PARTS.get(part.name, part.name.capitalize())
    if part.score is None:
        return PartView(label, "–", "not said", 0)
    return PartView(label, number(round(part.score, 1)), f"{round(part.weight * 100)} %", round(part.score))


def paragraphs(description: str, pairs: Sequence[Pair], url: str = "") -> tuple[ParagraphView, ...]:
    """The kept copy, a paragraph a line, with every quote that was asked for lit and leading to its pair on the page
    `url`."""
    quotes = sorted(
        ((pair.asked, no) for no, pair in enumerate(pairs, 1) if pair.asked), key=lambda item: item[0].start
    )
    found, at = [], 0
    for n, line in enumerate(description.split("\n"), 1):
        start, end, at = at, at + len(line), at + len(line) + 1
        if not line.strip():
            continue
        bullet = _BULLET.match(line)
        head = start + (bullet.end() if bullet else 0)
        short = len(line) < 60 and (line.rstrip().endswith(":") or not re.search(r"[.!?,;]\s*$", line)) and not bullet
        found.append(ParagraphView(n, _lit_pieces(description, head, end, quotes, url), short, bullet is not None))
    return tuple(found)


def _lit_pieces(text: str, start: int, end: int, quotes: Sequence[tuple[Quote, int]], url: str) -> tuple[Piece, ...]:
    pieces, at = [], start
    for quote, no in quotes:
        low, high = max(at, quote.start), min(end, quote.end)
        if low >= high:
            continue
        if low > at:
            pieces.append(Piece(text[at:low]))
        pieces.append(Piece(text[low:high], no, f"q{no}" if quote.start >= start else "", f"{url}#pair{no}"))
        at = high
    if at < end:
        pieces.append(Piece(text[at:end]))
    return tuple(pieces)


def _shown(evidence: Evidence, label: str, place_of: PlaceOf) -> QuoteView:
    place = place_of(evidence)
    return emphasised(evidence.text, label, place.text, place.href)


def _clipped(quote: QuoteView) -> QuoteView:
    """At most about 280 characters, cut at words with an ellipsis; the marked words stay."""
    room = max(40, (MOST_WORDS - len(quote.mark)) // 2)
    before, after = quote.before, quote.after
    if not quote.mark:
        room = MOST_WORDS
    if len(after) > room:
        after = after[:room].rsplit(" ", 1)[0] + " …"
    if len(before) > room:
        before = before[:room].rsplit(" ", 1)[0] + " …" if not quote.mark else "… " + before[-room:].split(" ", 1)[-1]
    return QuoteView(before, quote.mark, after, quote.where, quote.href)


def _paragraph_no(description: str, at: int) -> int:
    return sum(1 for line in description[:at].split("\n")[:-1] if line.strip()) + 1


def _timeline(posting: Posting, match: Match | None, now: datetime) -> tuple[TimelineItem, ...]:
    said = posting.understood
    items = []
    if match and match.calculated_at and match.overall is not None:
        items.append(
            (match.calculated_at, TimelineItem(ago(match.calculated_at, now), "Scored against your papers", "now"))
        )
    if posting.version > 1:
        items.append((posting.updated_at, TimelineItem(ago(posting.updated_at, now), "The posting changed")))
    items.append((posting.first_seen, TimelineItem(ago(posting.first_seen, now), f"Found in {said.source}, copy kept")))
    if said.posted_on:
        items.append((at_midnight(said.posted_on), TimelineItem(on_day(said.posted_on, now), "Posted")))
    return tuple(item for _, item in sorted(items, key=lambda pair: pair[0], reverse=True))


def _closed(posting: Posting, now: datetime) -> NoteView | None:
    if posting.is_active:
        return None
    return NoteView("weak", f"Closed, as seen on {day(posting.updated_at.date(), now)}.", "Our copy is kept as it was.")


def _facts(posting: Posting) -> tuple[tuple[str, str], ...]:
    said = posting.understood
    rows = [("Level", said.level), ("Contract", said.employment), ("Education", said.requirements.education)]
    texts = [(label, str(value).replace("_", " ")) for label, value in rows if value not in ("unknown", "none")]
    if said.requirements.min_years is not None:
        texts.append(("Experience", f"{number(said.requirements.min_years)} years or more"))
    return tuple(texts)
