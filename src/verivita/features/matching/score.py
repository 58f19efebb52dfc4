"""The match score: its parts, each 0 to 1, computed outside any language model and bound by laws.

Same input, same bytes; more evidence never lowers a score (every part is monotone in the profile, and weights depend on
the posting alone); repeats never raise it (terms and skills are sets); order, name, gender and school are never read.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from math import ceil
from operator import add

from verivita.features.matching.model import Band, Part
from verivita.features.matching.prepared import PreparedPosting, PreparedProfile, PreparedRole

PARTS = ("skills", "experience", "education", "responsibilities", "title", "not_said")
LINE_FULL = 0.4
"""A line of the posting counts as wholly met when this share of its telling words is shown."""
LINES_COUNTED = 0.5
"""Of the posting's lines only this share counts, the best shown ones: the rest is often about the company."""
ROLE_FULL = 0.4
"""A job counts as wholly relevant when its own words show this share of the posting's telling words."""
DEGREE_STEP = 0.4
"""What each level of schooling below the one asked costs."""
ANY_WORK = 0.1
"""How much a year of any other work counts."""
UNSAID = 0.5
"""What a thin posting leaves unsaid counts half: it speaks neither for nor against a person."""
NO_PAPERS = "There is no paper yet to compare with this posting."
_BANDS = ((75.0, Band.STRONG), (60.0, Band.GOOD), (45.0, Band.STRETCH))


def overall(profile: PreparedProfile, posting: PreparedPosting) -> float | None:
    """The score from 0 to 100 with one decimal; None when the posting or the profile says too little."""
    if posting.reason or profile.empty:
        return None
    hits = shared_terms(profile, posting)
    return rounded(_total([weight * _PART[name](profile, posting, hits) for name, weight in posting.weights]))


def parts(profile: PreparedProfile, posting: PreparedPosting) -> tuple[Part, ...]:
    """Every part; one of which the posting says nothing has score None and weight 0."""
    said, hits = dict(posting.weights), shared_terms(profile, posting)
    return tuple(
        Part(
            name, rounded(_PART[name](profile, posting, hits)) if name in said else None, round(said.get(name, 0.0), 4)
        )
        for name in PARTS
    )


def overall_with(profile: PreparedProfile, posting: PreparedPosting, part: str) -> float | None:
    """The score that would follow if one part were wholly met."""
    if posting.reason or profile.empty:
        return None
    hits = shared_terms(profile, posting)
    return rounded(
        _total([w * (1.0 if name == part else _PART[name](profile, posting, hits)) for name, w in posting.weights])
    )


def shared_terms(profile: PreparedProfile, posting: PreparedPosting) -> frozenset[str]:
    """The telling terms of the posting that the papers show."""
    return posting.vocabulary & profile.terms


def band_of(score: float | None) -> Band:
    """The band of a score."""
    if score is None:
        return Band.NONE
    return next((band for least, band in _BANDS if score >= least), Band.FAR)


def skills(profile: PreparedProfile, posting: PreparedPosting, _: frozenset[str]) -> float:
    """The share of wished skills that are shown; one of each group of alternatives is enough."""
    shown = profile.skills
    return _total([share * max([shown.get(skill, 0.0) for skill in group]) for group, share in posting.groups])


def relevant_years(profile: PreparedProfile, posting: PreparedPosting, hits: frozenset[str]) -> float:
    """Years of work, each month once and weighed by its most relevant job: overlapping jobs are united.

    Whole numbers inside, so that the order of jobs cannot change a bit of the result.
    """
    spans = [
        (role.first, role.last, int(1000 * _relevance(role, posting, hits) + 0.5))
        for role in profile.roles
        if role.first is not None and role.last is not None and role.last >= role.first
    ]
    spans.sort(key=lambda span: -span[2])
    thousandths = 0
    taken: list[tuple[int, int]] = []
    for first, last, relevance in spans:
        thousandths += relevance * _fresh(first, last, taken)
        taken.append((first, last))
    return thousandths / 12_000


def _fresh(first: int, last: int, taken: list[tuple[int, int]]) -> int:
    """How many months of a span no earlier span holds."""
    overlaps = sorted((max(first, a), min(last, b)) for a, b in taken if a <= last and b >= first)
    held, reach = 0, first - 1
    for a, b in overlaps:
        if b > reach:
            held += b - max(a, reach + 1) + 1
            reach = b
    return last - first + 1 - held


def _relevance(role: PreparedRole, posting: PreparedPosting, hits: frozenset[str]) -> float:
    shares = posting.shares
    shown = sum([shares[term] for term in hits & role.terms]) / (ROLE_FULL * posting.total or 1)
    return min(1.0, max(ANY_WORK, _title(role, posting), shown))


def experience(profile: PreparedProfile, posting: PreparedPosting, hits: frozenset[str]) -> float:
    """Relevant years as a share of the years asked."""
    return min(1.0, relevant_years(profile, posting, hits) / posting.min_years) if posting.min_years else 0.0


def education(profile: PreparedProfile, posting: PreparedPosting, _: frozenset[str]) -> float:
    """1 at the level asked or above, less for each level below."""
    return max(0.0, 1.0 - DEGREE_STEP * max(0, posting.education - profile.degree))


def responsibilities(_: PreparedProfile, posting: PreparedPosting, hits: frozenset[str]) -> float:
    """How far the posting's lines are covered: mean over the better half of the lines of the weighted share shown."""
    shown = [0] * len(posting.lines)
    places = posting.places
    for term in hits:
        for number, share in places[term]:
            shown[number] += share
    met = [min(1.0, share / (LINE_FULL * line.total)) for share, line in zip(shown, posting.lines, strict=True)]
    best = sorted(met, reverse=True)[: ceil(LINES_COUNTED * len(met))]
    return _total(best) / len(best)


def title(profile: PreparedProfile, posting: PreparedPosting, _: frozenset[str] = frozenset()) -> float:
    """The best share of the posting title's character 4-grams that one job title shows."""
    return max([_title(role, posting) for role in profile.roles], default=0.0)


def not_said(profile: PreparedProfile, posting: PreparedPosting, hits: frozenset[str]) -> float:  # noqa: ARG001
    """What a thin posting leaves open: the same for everybody."""
    return UNSAID


def _title(role: PreparedRole, posting: PreparedPosting) -> float:
    return len(posting.title.keys() & role.grams) / (len(posting.title) or 1)


def rounded(value: float) -> float:
    """A share of the whole as a score: 0 to 100 with one decimal."""
    return round(min(1.0, value) * 100, 1)


def _total(values: Iterable[float]) -> float:
    # One after another: `sum` of newer Pythons compensates, and another last bit would come out than over arrays.
    return reduce(add, values, 0.0)


_PART = {
    "skills": skills,
    "experience": experience,
    "education": education,
    "responsibilities": responsibilities,
    "title": title,
    "not_said": not_said,
}
