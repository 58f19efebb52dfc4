"""Reply bodies of a match: score, parts, evidence from both texts, hard stops, levers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from verivita.entrypoints.api.schemas import Output
from verivita.features.library import Evidence
from verivita.features.matching import Match, Pair


class PartOut(Output):
    """One part of the score; null when the posting says nothing of it."""

    name: str
    score: float | None
    weight: float


class AskedOut(Output):
    """Words of the posting."""

    text: str
    start: int
    end: int


class ShownOut(Output):
    """Words of a paper, and where they stand."""

    document_id: UUID
    fact_id: UUID | None
    text: str
    page: int
    start: int
    end: int


class PairOut(Output):
    """What they ask, what the papers show."""

    kind: str
    label: str
    required: bool
    state: str
    asked: AskedOut | None
    shown: list[ShownOut]
    closest: ShownOut | None
    note: str


class HardStopOut(Output):
    """Visa, place, pay or travel; never part of the number."""

    kind: str
    state: str
    hit: bool
    text: str
    asked: AskedOut | None


class LeverOut(Output):
    """What would change the score, and to what."""

    kind: str
    label: str
    from_score: float
    to_score: float
    band: str


class MatchOut(Output):
    """How a person stands to a posting. `overall` is null when it was not scored; `reason` says why."""

    overall: float | None
    band: str
    skills: float | None
    experience: float | None
    education: float | None
    responsibilities: float | None
    title: float | None
    parts: list[PartOut]
    matched_skills: list[str]
    missing_skills: list[str]
    hard_stops: list[HardStopOut]
    evidence: list[PairOut]
    counterfactual: list[LeverOut]
    sentence: str
    reason: str
    score_version: int
    calculated_at: datetime | None


def match_out(match: Match) -> MatchOut:
    """The reply body of a match."""
    parts = {part.name: part.score for part in match.parts}
    return MatchOut(
        overall=match.overall,
        band=match.band.value,
        skills=parts.get("skills"),
        experience=parts.get("experience"),
        education=parts.get("education"),
        responsibilities=parts.get("responsibilities"),
        title=parts.get("title"),
        parts=[PartOut.model_validate(part) for part in match.parts],
        matched_skills=list(match.matched_skills),
        missing_skills=list(match.missing_skills),
        hard_stops=[HardStopOut.model_validate(stop) for stop in match.hard_stops],
        evidence=[_pair(pair) for pair in match.pairs],
        counterfactual=[LeverOut.model_validate(lever) for lever in match.levers],
        sentence=match.sentence,
        reason=match.reason,
        score_version=match.score_version,
        calculated_at=match.calculated_at,
    )


def _pair(pair: Pair) -> PairOut:
    return PairOut(
        kind=pair.kind,
        label=pair.label,
        required=pair.required,
        state=pair.state.value,
        asked=AskedOut.model_validate(pair.asked) if pair.asked else None,
        shown=[shown_out(item) for item in pair.shown],
        closest=shown_out(pair.closest) if pair.closest else None,
        note=pair.note,
    )


def shown_out(item: Evidence) -> ShownOut:
    """Words of a paper in a reply body."""
    span = item.span
    return ShownOut(
        document_id=item.document_id,
        fact_id=item.fact_id,
        text=item.text,
        page=span.page,
        start=span.start,
        end=span.end,
    )
