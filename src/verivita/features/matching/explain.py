"""A whole match: the number, its parts, and for every wish the words of the posting beside the lines of the papers."""

from __future__ import annotations

from datetime import date

from verivita.core.ids import PostingId
from verivita.features.library import CandidateProfile
from verivita.features.matching.hard_stops import hard_stops
from verivita.features.matching.levers import levers
from verivita.features.matching.many import Scored
from verivita.features.matching.model import Match, Pair, Part, Wishes
from verivita.features.matching.pairs import all_pairs, skill_names
from verivita.features.matching.prepared import Closure, PreparedPosting, PreparedProfile, prepare, prepare_posting
from verivita.features.matching.score import NO_PAPERS, PARTS, band_of, overall, parts
from verivita.features.matching.sentence import sentence
from verivita.features.postings import Understood


def score(
    profile: PreparedProfile, posting: PreparedPosting, posting_id: PostingId, understood: Understood, wishes: Wishes
) -> Match:
    """The match without pairs, levers and sentence. `understood` is the posting that was prepared."""
    value = overall(profile, posting)
    matched, missing = skill_names(profile, understood)
    return Match(
        posting_id=posting_id,
        overall=value,
        band=band_of(value),
        parts=parts(profile, posting),
        matched_skills=matched,
        missing_skills=missing,
        hard_stops=hard_stops(understood, wishes),
        reason=posting.reason or (NO_PAPERS if profile.empty else ""),
        profile_hash=profile.profile_hash,
    )


def listed(found: Scored, posting_id: PostingId, understood: Understood, wishes: Wishes, profile_hash: str) -> Match:
    """The same match as `score` gives, made of what `many.score_many` found: for lists."""
    scored = zip(PARTS, found.parts, found.weights, strict=True)
    return Match(
        posting_id=posting_id,
        overall=found.overall,
        band=band_of(found.overall),
        parts=tuple([Part(name, value, round(weight, 4)) for name, value, weight in scored]),
        matched_skills=found.matched,
        missing_skills=found.missing,
        hard_stops=hard_stops(understood, wishes),
        reason=found.reason,
        profile_hash=profile_hash,
    )


def explain(
    profile: CandidateProfile,
    posting_id: PostingId,
    understood: Understood,
    wishes: Wishes,
    closure: Closure,
    *,
    as_of: date,
    soft: frozenset[str] = frozenset(),
) -> Match:
    """The whole match with evidence from both texts; same arguments, same result in every process.

    `as_of` and `soft` are those of `prepare` and `prepare_posting`.
    """
    person, wanted = prepare(profile, closure, as_of=as_of), prepare_posting(understood, soft)
    short = score(person, wanted, posting_id, understood, wishes)
    pairs: tuple[Pair, ...] = () if person.empty else all_pairs(profile, person, understood, wanted, closure)
    return Match(
        posting_id=short.posting_id,
        overall=short.overall,
        band=short.band,
        parts=short.parts,
        matched_skills=short.matched_skills,
        missing_skills=short.missing_skills,
        hard_stops=short.hard_stops,
        pairs=pairs,
        levers=levers(person, wanted, understood, closure),
        sentence=sentence(pairs, short.hard_stops) if short.overall is not None else short.reason,
        reason=short.reason,
        profile_hash=short.profile_hash,
    )
