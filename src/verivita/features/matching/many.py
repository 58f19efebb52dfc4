"""Scores of many postings at once: the formulas of `score`, over arrays, to the same last bit.

Sums run in the same order as there (`bincount` adds one after another), shares are whole numbers, and rounding is
Python's own, so a list and a single match can never disagree; a test holds them against each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import numpy as np
from numpy.typing import NDArray

from verivita.features.matching.packed import Codes, Forms, Rows, codes, unpack
from verivita.features.matching.prepared import TOO_SHORT, PreparedProfile
from verivita.features.matching.score import (
    ANY_WORK,
    DEGREE_STEP,
    LINE_FULL,
    LINES_COUNTED,
    NO_PAPERS,
    PARTS,
    ROLE_FULL,
    UNSAID,
    rounded,
)

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Scored:
    """The score of one posting, as lists and the table of scores need it; `parts` and `weights` in the order of
    `PARTS`, a part of which the posting says nothing is None."""

    overall: float | None
    parts: tuple[float | None, ...]
    weights: tuple[float, ...]
    matched: tuple[str, ...]
    missing: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class _Person:
    """A profile as sorted digests."""

    profile: PreparedProfile
    terms: Codes
    skills: Codes
    credit: Numbers
    role_terms: tuple[Codes, ...]
    role_grams: tuple[Codes, ...]


def score_many(profile: PreparedProfile, forms: Sequence[bytes]) -> list[Scored]:
    """The scores of postings in the form of `packed.pack`, in the order given."""
    if not forms:
        return []
    postings, person = unpack(forms), _person(profile)
    hits = _among(postings.terms, person.terms)
    shown, credit = _credits(postings, person)
    titles, relevance = _roles(postings, person, hits)
    values = np.zeros((len(PARTS), postings.count))
    values[0] = _skills(postings, credit)
    values[1] = _experience(postings, profile, relevance)
    values[2] = np.maximum(0.0, 1.0 - DEGREE_STEP * np.maximum(0, postings.education - profile.degree))
    values[3] = _responsibilities(postings, hits)
    values[4] = np.max(titles, axis=0, initial=0.0)
    values[5] = UNSAID
    whole = np.zeros(postings.count)
    for weight, value in zip(postings.weights.T, values, strict=True):
        whole = whole + weight * value
    return _told(postings, profile, whole, values, shown)


def _told(postings: Forms, profile: PreparedProfile, whole: Numbers, values: Numbers, shown: Flags) -> list[Scored]:
    ends = np.cumsum(np.bincount(postings.wish_of, minlength=postings.count)).tolist()
    wishes = list(zip(postings.wish_group.tolist(), postings.wishes.tolist(), shown.tolist(), strict=True))
    weights, columns = postings.weights.tolist(), _rounded(values).T.tolist()
    short, totals = postings.too_short.tolist(), _rounded(whole).tolist()
    found, start = [], 0
    for place, end in enumerate(ends):
        matched, missing = _names(wishes[start:end], postings.names(place) if end > start else [])
        reason = TOO_SHORT if short[place] else NO_PAPERS if profile.empty else ""
        said = weights[place]
        parts = tuple([value if weight else None for value, weight in zip(columns[place], said, strict=True)])
        overall = None if reason else totals[place]
        found.append(Scored(overall, parts, tuple(said), matched, missing, reason))
        start = end
    return found


def _rounded(values: Numbers) -> Numbers:
    """As `score.rounded`: tenths are whole numbers divided by ten; what lies near the middle of two is left to it."""
    tenths = np.minimum(1.0, values) * 1000
    found = np.rint(tenths) / 10
    close = np.abs(tenths - np.floor(tenths) - 0.5) < 1e-6
    found[close] = [rounded(float(value)) for value in values[close]]
    return cast(Numbers, found)


def _names(wishes: Sequence[tuple[int, int, bool]], names: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the wished skills that are shown and that are not; see `pairs.skill_names`."""
    met = {group for group, _, shown in wishes if shown}
    matched: dict[int, str] = {}
    missing: dict[int, str] = {}
    for (group, skill, shown), name in zip(wishes, names, strict=True):
        if shown:
            matched.setdefault(skill, name)
        elif group not in met:
            missing.setdefault(skill, name)
    return tuple(matched.values()), tuple([name for skill, name in missing.items() if skill not in matched])


def _person(profile: PreparedProfile) -> _Person:
    skills = codes(profile.skills)
    worth = {int(codes([skill])[0]): credit for skill, credit in profile.skills.items()}
    return _Person(
        profile,
        codes(profile.terms),
        skills,
        np.array([worth[int(one)] for one in skills], np.float64),
        tuple(codes(role.terms) for role in profile.roles),
        tuple(codes(role.grams) for role in profile.roles),
    )


def _among(values: Codes, known: Codes) -> Flags:
    """Which values stand in the sorted `known`."""
    if not len(known):
        return np.zeros(len(values), bool)
    place = np.minimum(np.searchsorted(known, values), len(known) - 1)
    return cast(Flags, known[place] == values)


def _credits(postings: Forms, person: _Person) -> tuple[Flags, Numbers]:
    shown = _among(postings.wishes, person.skills)
    credit = np.zeros(len(shown))
    credit[shown] = person.credit[np.searchsorted(person.skills, postings.wishes[shown])]
    return shown, credit


def _skills(postings: Forms, credit: Numbers) -> Numbers:
    best = np.zeros(len(postings.group_share))
    np.maximum.at(best, postings.wish_group, credit)
    return _sums(postings.group_of, postings.group_share * best, postings.count)


def _roles(postings: Forms, person: _Person, hits: Flags) -> tuple[Numbers, Rows]:
    """For each job and posting: the share of the title's 4-grams, and the relevance in thousandths."""
    jobs = len(person.role_terms)
    titles, relevance = np.zeros((jobs, postings.count)), np.zeros((jobs, postings.count), np.int64)
    grams = np.maximum(np.bincount(postings.gram_of, minlength=postings.count), 1)
    met, share, of = postings.terms[hits], postings.term_share[hits], postings.term_of[hits]
    full = ROLE_FULL * postings.total
    full[full == 0] = 1
    for job, (terms, own) in enumerate(zip(person.role_terms, person.role_grams, strict=True)):
        alike = _among(postings.grams, own)
        titles[job] = np.bincount(postings.gram_of[alike], minlength=postings.count) / grams
        here = _among(met, terms)
        shown = _sums(of[here], share[here], postings.count) / full
        near = np.minimum(1.0, np.maximum(np.maximum(ANY_WORK, titles[job]), shown))
        relevance[job] = (1000 * near + 0.5).astype(np.int64)
    return titles, relevance


def _experience(postings: Forms, profile: PreparedProfile, relevance: Rows) -> Numbers:
    """Each month counts once, by its most relevant job, as a share of the years asked."""
    spans = [
        (job, role.first, role.last + 1)
        for job, role in enumerate(profile.roles)
        if role.first is not None and role.last is not None and role.last >= role.first
    ]
    edges = sorted({edge for _, first, end in spans for edge in (first, end)})
    thousandths = np.zeros(postings.count, np.int64)
    for start, stop in pairwise(edges):
        held = [job for job, first, end in spans if first <= start and stop <= end]
        if held:
            thousandths += (stop - start) * relevance[held].max(axis=0)
    asked = np.where(np.isnan(postings.min_years), np.inf, postings.min_years)
    return cast(Numbers, np.minimum(1.0, thousandths / 12_000 / asked))


def _responsibilities(postings: Forms, hits: Flags) -> Numbers:
    shown = hits[postings.entry_term]
    lines = len(postings.line_total)
    covered = _sums(postings.entry_line[shown], postings.entry_share[shown], lines)
    met = np.minimum(1.0, covered / (LINE_FULL * postings.line_total))
    order = np.lexsort((-met, postings.line_of))
    count = np.bincount(postings.line_of, minlength=postings.count)
    kept = np.ceil(LINES_COUNTED * count).astype(np.int64)
    of = postings.line_of[order]
    rank = np.arange(lines) - (np.cumsum(count) - count)[of]
    best = rank < kept[of]
    return cast(Numbers, _sums(of[best], met[order][best], postings.count) / np.maximum(kept, 1))


def _sums(of: Rows, values: Numbers | Rows, count: int) -> Numbers:
    # Without any row `bincount` counts in whole numbers, weights or not.
    return np.bincount(of, values, count).astype(np.float64)
