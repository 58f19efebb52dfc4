"""From found postings and their matches to the rows and the preview of the jobs page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

from verivita.entrypoints.web.job_views import (
    ActionsView,
    BandView,
    JobRowView,
    LeverView,
    MarkRow,
    PreviewView,
    TagView,
    UnderstoodView,
)
from verivita.entrypoints.web.words import number, pay, plural, short_age, short_pay
from verivita.features.matching import Band, HardStop, Lever, Match, Pair, WishState
from verivita.features.postings import CompanySize, LocationType, Posting
from verivita.features.search import LegRun, Understanding

BANDS = {Band.STRONG: "Strong", Band.GOOD: "Good", Band.STRETCH: "Stretch", Band.FAR: "Far", Band.NONE: "Not scored"}
SIZES = {
    CompanySize.STARTUP: "1–50 people",
    CompanySize.SMALL: "51–200 people",
    CompanySize.MEDIUM: "201–1,000 people",
    CompanySize.LARGE: "1,001–10,000 people",
    CompanySize.ENTERPRISE: "10,000+ people",
}
WORDS = {
    WishState.MET: "met",
    WishState.PARTLY: "partly met",
    WishState.NOT_MET: "not met",
    WishState.NOT_SAID: "not said",
}
MARKS = {WishState.MET: "ok", WishState.PARTLY: "weak", WishState.NOT_MET: "bad", WishState.NOT_SAID: "none"}
STATES = {WishState.MET: "met", WishState.PARTLY: "part", WishState.NOT_MET: "unmet", WishState.NOT_SAID: "unsaid"}
STOPS = {"visa": "Visa help", "place": "Place", "pay": "Pay", "travel": "Travel"}
MOST_MUSTS = 8
_LEGS = {"lexical": "words", "dense": "meaning", "rerank": "order", "database": "filters"}


def band_view(match: Match | None) -> BandView:
    """Word and whole number of a match; "Not scored" where there is none."""
    if match is None or match.overall is None:
        return BandView("none", BANDS[Band.NONE], None)
    return BandView(str(match.band), BANDS[match.band], whole(match.overall))


def whole(score: float) -> int:
    """The score as it is shown, rounded down so that a shown number never lies above its band's border."""
    return int(score)


def job_row(
    posting: Posting, match: Match | None, now: datetime, *, current: bool = False, fresh: bool = False
) -> JobRowView:
    """One job in two lines. `fresh`: first seen since the person last looked."""
    said = posting.understood
    return JobRowView(
        id=str(posting.id),
        url=f"/jobs/{posting.id}",
        preview_url=f"/jobs/{posting.id}/preview",
        title=said.title,
        company=said.company or "company not said",
        size=SIZES[said.company_size] if said.company_size else "",
        band=band_view(match),
        why=why(posting, match),
        tags=_tags(posting, match, fresh),
        pay=short_pay(said.pay, said.pay_text),
        place=place_of(posting),
        age=short_age(said.posted_on or posting.first_seen.date(), now),
        gone=not posting.is_active,
        current=current,
    )


def why(posting: Posting, match: Match | None) -> str:
    """The second line: must-haves met and what has no proof; or why there is no score."""
    if not posting.is_active:
        return "closed, our copy is kept"
    if match is None:
        return "drop a resume to see how you stand"
    if match.overall is None:
        return match.reason or "not scored"
    musts = [pair for pair in match.pairs if pair.required]
    if not musts:
        return _skills_line(match) or "no must-haves are said"
    met = sum(pair.state is WishState.MET for pair in musts)
    lacking = [pair.label for pair in musts if pair.state is WishState.NOT_MET]
    text = f"{met} of {plural(len(musts), 'must-have')}"
    return f"{text} · no proof: {', '.join(lacking[:4])}" if lacking else text


def _skills_line(match: Match) -> str:
    """The same for a match without pairs, as lists have them: skills of both texts."""
    wanted, lacking = len(match.matched_skills) + len(match.missing_skills), match.missing_skills
    if not wanted:
        return ""
    text = f"{len(match.matched_skills)} of {plural(wanted, 'skill')}"
    return f"{text} · no proof: {', '.join(lacking[:4])}" if lacking else text


def place_of(posting: Posting) -> str:
    """ "Remote, US", "Hybrid, Leeds"; the posting's own words where it says them."""
    said = posting.understood
    kind = (
        ""
        if said.location_type in (LocationType.UNKNOWN, LocationType.ONSITE)
        else str(said.location_type).capitalize()
    )
    where, *others = (said.location or said.country or "").split(" | ")
    if others:
        where += f" and {plural(len(others), 'more place')}"
    if kind and where.lower().startswith(kind.lower()):
        return where
    return ", ".join(part for part in (kind, where) if part) or "place not said"


def company_line(posting: Posting) -> str:
    """Company and size, place, pay, in one line."""
    said = posting.understood
    company = ", ".join(part for part in (said.company, SIZES[said.company_size] if said.company_size else "") if part)
    money = pay(said.pay, said.pay_text)
    return " · ".join(
        part for part in (company, place_of(posting), "pay not said" if money == "not said" else money) if part
    )


def preview_view(posting: Posting, match: Match | None, actions: ActionsView | None = None) -> PreviewView:
    """The chosen job beside the list: must-haves, hard stops, what would change it most."""
    musts = sorted((pair for pair in match.pairs if pair.required), key=_unmet_first) if match else []
    met = sum(pair.state is WishState.MET for pair in musts)
    stops = tuple(stop_row(stop) for stop in match.hard_stops if stop.hit) if match else ()
    levers = match.levers if match else ()
    return PreviewView(
        id=str(posting.id),
        url=f"/jobs/{posting.id}",
        title=posting.understood.title,
        line=company_line(posting),
        band=band_view(match),
        reason=why(posting, match) if match is None or match.overall is None else "",
        must_title=f"Must-haves, {met} of {len(musts)}" if musts else "",
        musts=tuple(_must_row(pair) for pair in musts[:MOST_MUSTS]),
        more_musts=max(0, len(musts) - MOST_MUSTS),
        stops=stops,
        stops_line=stops_line(match.hard_stops) if match and match.overall is not None else "",
        lever=lever_view(levers[0]) if levers else None,
        actions=actions or ActionsView(),
    )


def stop_row(stop: HardStop) -> MarkRow:
    """One hard stop with its mark: hit, fine or not said."""
    label = STOPS.get(stop.kind, stop.kind.capitalize())
    if stop.hit:
        return MarkRow("bad", "hit", label, stop.text, loud=True)
    if stop.state is WishState.NOT_SAID:
        return MarkRow("none", "not said", label, stop.text)
    return MarkRow("ok", "fine", label, stop.text)


def stops_line(stops: Sequence[HardStop]) -> str:
    """ "None hit." and what is not said."""
    hit = sum(stop.hit for stop in stops)
    if hit:
        return f"{plural(hit, 'hard stop')} hit."
    unsaid = [STOPS.get(stop.kind, stop.kind) for stop in stops if stop.state is WishState.NOT_SAID]
    return f"None hit. Not said: {', '.join(text.lower() for text in unsaid)}." if unsaid else "None hit."


def lever_view(lever: Lever) -> LeverView:
    """One change and the number that would follow."""
    return LeverView(lever.label, whole(lever.from_score), whole(lever.to_score), BANDS[lever.band])


def understood_views(
    understanding: Understanding, fields: Mapping[str, object] | None = None
) -> tuple[UnderstoodView, ...]:
    """Each thing understood, with the search that remains without it; then the words that were not used. `fields` are
    the other conditions of the same search."""
    used = [(reading, True) for reading in understanding.readings]
    unused = [(reading, False) for reading in understanding.unused]
    return tuple(
        UnderstoodView(
            reading.said,
            reading.reading,
            search_url(without(understanding.query, reading.said), **(fields or {})),
            flag,
        )
        for reading, flag in used + unused
    )


def without(query: str, said: str) -> str:
    """The query with the words `said` taken out once."""
    return " ".join(query.replace(said, " ", 1).split())


def search_url(query: str, **more: object) -> str:
    """The address of a search; None and empty values are left out."""
    fields = {"q": query, **more}
    rest = urlencode({key: value for key, value in fields.items() if value not in (None, "", ())}, doseq=True)
    return f"/jobs?{rest}" if rest else "/jobs"


def legs_text(legs: Sequence[LegRun]) -> tuple[str, str]:
    """ "words and meaning, 14 ms", and one line for each leg that is missing ("" where none is)."""
    ran = [_LEGS.get(leg.name, leg.name) for leg in legs if leg.ran and leg.name in ("lexical", "dense")]
    ms = sum(leg.ms for leg in legs if leg.ran)
    said = (" and ".join(ran) + f", {number(round(ms))} ms") if ran else f"{number(round(ms))} ms" if legs else ""
    down = [
        f"Search by {_LEGS.get(leg.name, leg.name)} is down{': ' + leg.why_not if leg.why_not else ''}."
        for leg in legs
        if not leg.ran and leg.why_not
    ]
    return said, " ".join(down)


def _tags(posting: Posting, match: Match | None, fresh: bool) -> tuple[TagView, ...]:
    tags = [TagView("new", "accent")] if fresh else []
    if match:
        tags += [
            TagView(f"hard stop: {STOPS.get(stop.kind, stop.kind).lower()}", "bad")
            for stop in match.hard_stops
            if stop.hit
        ]
    if posting.understood.pay is None and not posting.understood.pay_text:
        tags.append(TagView("pay not said"))
    return tuple(tags[:3])


def _unmet_first(pair: Pair) -> int:
    return (WishState.NOT_MET, WishState.PARTLY, WishState.NOT_SAID, WishState.MET).index(pair.state)


def _must_row(pair: Pair) -> MarkRow:
    if pair.state is WishState.NOT_MET:
        return MarkRow("bad", "not met", pair.label, "nothing in your papers", loud=True)
    text = pair.shown[0].text.lstrip("•·–-* ") if pair.shown else pair.note or WORDS[pair.state]
    return MarkRow(MARKS[pair.state], WORDS[pair.state], pair.label, text)
