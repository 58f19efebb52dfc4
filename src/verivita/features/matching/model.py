"""MatchScore and its parts: how a person stands to a posting, with evidence from both texts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from verivita.core.ids import PostingId
from verivita.features.library import CandidateProfile, Evidence
from verivita.features.postings import CultureSign, Posting, Quote
from verivita.features.search import SearchResult

SCORE_VERSION = 1
"""Rises whenever the same input would score differently."""


class Band(StrEnum):
    """An order, not a judgement: strong from 75, good from 60, stretch from 45."""

    STRONG = "strong"
    GOOD = "good"
    STRETCH = "stretch"
    FAR = "far"
    NONE = "none"


class WishState(StrEnum):
    """How a wish of the posting stands."""

    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"
    NOT_SAID = "not_said"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the score: `score` 0-100 with one decimal, or None when the posting says nothing of it; `weight`
    is this part's share of the overall score after unsaid parts were left out (weights of a match add up to 1)."""

    name: str
    score: float | None
    weight: float


@dataclass(frozen=True, slots=True)
class Pair:
    """What they ask and what the papers show: the posting's words and the lines behind the verdict."""

    kind: str
    """`skill`, `years`, `education`, `duty` or `title`."""
    label: str
    required: bool
    state: WishState
    asked: Quote | None
    shown: tuple[Evidence, ...]
    closest: Evidence | None = None
    """Where nothing is shown: the nearest line, and `note` says why it does not count."""
    note: str = ""
    skill_id: str | None = None


@dataclass(frozen=True, slots=True)
class HardStop:
    """Visa, place, pay or travel: never part of the number."""

    kind: str
    state: WishState
    hit: bool
    text: str
    asked: Quote | None = None


@dataclass(frozen=True, slots=True)
class Lever:
    """One true change that would move the score: what, and the overall score that would follow."""

    kind: str
    label: str
    from_score: float
    to_score: float
    band: Band
    skill_id: str | None = None


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person wants: feeds hard stops and nothing else. Pay is yearly."""

    location_types: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    minimum_pay: int | None = None
    currency: str | None = None
    needs_visa: bool | None = None
    max_travel_share: float | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """How a person stands to one posting. `overall` is None when it could not be scored; `reason` says why."""

    posting_id: PostingId
    overall: float | None
    band: Band
    parts: tuple[Part, ...]
    matched_skills: tuple[str, ...]
    missing_skills: tuple[str, ...]
    hard_stops: tuple[HardStop, ...] = ()
    pairs: tuple[Pair, ...] = ()
    levers: tuple[Lever, ...] = ()
    sentence: str = ""
    reason: str = ""
    score_version: int = SCORE_VERSION
    profile_hash: str = ""
    calculated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shortlist:
    """Found postings of one page, in order, and the person's match with each where it was asked for."""

    result: SearchResult
    postings: tuple[Posting, ...]
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Analysis:
    """A paper and a posting taken apart, and how the one stands to the other."""

    paper: CandidateProfile
    paper_text: str | None
    """The text of a paper that was only pasted, as it was read: the places of its evidence count in it."""
    posting: Posting
    is_stored: bool
    """False for a posting that was only pasted: its id names nothing."""
    culture: tuple[CultureSign, ...]
    match: Match
