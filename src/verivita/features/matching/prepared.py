"""Profile and posting made ready once, so that scoring a pair is a matter of microseconds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from verivita.engines.skills import SkillKind, Taxonomy
from verivita.features.library import CandidateProfile, ShownRole
from verivita.features.matching.terms import Weights, grams, stems, title_words, usual_weights
from verivita.features.postings import Education, Requirements, SkillWish, Understood

Closure = Callable[[Iterable[str]], frozenset[str]]
"""Skill ids -> these and all that they imply, one way only; `Taxonomy.implied` is one."""


EDUCATION_ORDER = tuple(Education)
LISTED_CREDIT = 0.9
"""A skill that is only listed counts a little less than one that was used in a job."""
SOFT_SHARE = 1 / 3
"""A soft skill counts as a third of another skill: every posting asks for it, and a paper can hardly prove it."""
WHOLE = 1_000_000
"""Shares of terms are whole numbers of about this sum, so that adding them up in any order gives the same bits."""
FEWEST_TERMS = 8
"""A posting whose lines hold fewer telling terms than this has no duties to compare."""
TOO_SHORT = "This posting is too short to score: it names no skill and too few duties."
_TELLING = 0.15
_SENTENCE_WORDS = 4


@dataclass(frozen=True, slots=True)
class PreparedRole:
    """A job of the profile: its months as ordinals (`first` to `last`, both counted; None without a start)."""

    first: int | None
    last: int | None
    grams: frozenset[str]
    terms: frozenset[str]


@dataclass(frozen=True, slots=True)
class PreparedProfile:
    """What scoring reads of a person: credit of each skill, jobs, highest degree, all terms of all lines."""

    skills: dict[str, float]
    roles: tuple[PreparedRole, ...]
    degree: int
    terms: frozenset[str]
    empty: bool
    profile_hash: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the posting: its text's place, and each telling term's share of `total`."""

    start: int
    end: int
    shares: Mapping[str, int]
    total: int


@dataclass(frozen=True, slots=True)
class PreparedPosting:
    """What scoring reads of a posting, with the weight of every part; all of it depends on the posting alone."""

    groups: tuple[tuple[tuple[str, ...], float], ...]
    """Skill wishes: alternatives, and the share of the skills part (shares add to 1)."""
    min_years: float | None
    education: int
    lines: tuple[Line, ...]
    places: Mapping[str, tuple[tuple[int, int], ...]]
    """Each telling term of the lines: the numbers of the lines that hold it, with its share there."""
    vocabulary: frozenset[str]
    """The telling terms of the lines."""
    shares: Mapping[str, int]
    """Each telling term's share of `total`, over all lines together."""
    total: int
    title: Mapping[str, int]
    """The title's character 4-grams; each counts 1."""
    weights: tuple[tuple[str, float], ...]
    """Parts that the posting speaks of, each with its share of the overall score (adding to 1)."""
    reason: str
    """Why it cannot be scored; empty when it can."""


def prepare(profile: CandidateProfile, closure: Closure, *, as_of: date) -> PreparedProfile:
    """Make a profile ready. `as_of` is the day until which a job without an end is counted."""
    credit: dict[str, float] = {}
    for shown in profile.skills:
        worth = 1.0 if shown.used else LISTED_CREDIT
        for skill in sorted({shown.skill_id, *closure((shown.skill_id,))}):
            credit[skill] = max(credit.get(skill, 0.0), worth)
    cut: dict[str, frozenset[str]] = {line.text: frozenset(stems(line.text)) for line in profile.lines}
    terms: set[str] = set().union(*cut.values())
    roles = tuple(_role(role, as_of, cut) for role in profile.roles)
    for role in roles:
        terms |= role.terms
    degrees = [EDUCATION_ORDER.index(Education(degree.level)) for degree in profile.degrees]
    empty = not (profile.skills or profile.roles or profile.degrees or profile.lines)
    return PreparedProfile(credit, roles, max(degrees, default=0), frozenset(terms), empty, profile.profile_hash)


def _role(role: ShownRole, as_of: date, cut: Mapping[str, frozenset[str]]) -> PreparedRole:
    """A role made ready; `cut` holds the terms of lines that were cut already: most duties are among them."""
    first = last = None
    if role.start is not None:
        first = role.start.year * 12 + role.start.month
        end = role.end or as_of
        last = end.year * 12 + end.month
    words: set[str] = set(stems(role.title))
    for duty in role.duties:
        words.update(cut.get(duty.text) or stems(duty.text))
    return PreparedRole(first, last, frozenset(grams(title_words(role.title))), frozenset(words))


def prepare_posting(
    posting: Understood, soft: frozenset[str] = frozenset(), weights: Weights | None = None
) -> PreparedPosting:
    """Make a posting ready. `soft` are the ids of soft skills, which count less; `weights` tell how much each
    term says, the shipped ones when None."""
    weights = weights or usual_weights()
    wants = posting.requirements
    lines = _lines(posting, weights)
    shares = _shares((term, weights.of(term)) for line in lines for term in line.shares)
    groups = skill_groups(wants.skills, soft)
    if len(shares) < FEWEST_TERMS:
        lines, shares = (), {}
    places: dict[str, tuple[tuple[int, int], ...]] = {}
    for number, line in enumerate(lines):
        for term, share in line.shares.items():
            places[term] = (*places.get(term, ()), (number, share))
    title = dict.fromkeys(grams(title_words(posting.title)), 1)
    reason = "" if groups or lines else TOO_SHORT
    return PreparedPosting(
        groups=tuple((tuple(wish.skill_id for wish in group), share) for group, share in groups),
        min_years=wants.min_years if wants.min_years and wants.min_years > 0 else None,
        education=EDUCATION_ORDER.index(wants.education),
        lines=lines,
        places=places,
        vocabulary=frozenset(shares),
        shares=shares,
        total=sum(shares.values()),
        title=title,
        weights=() if reason else _part_weights(wants, len(groups), len(lines), bool(title)),
        reason=reason,
    )


@cache
def soft_skills(taxonomy: Taxonomy) -> frozenset[str]:
    """The ids of a taxonomy's soft skills."""
    return frozenset(skill.id for skill in taxonomy.skills if skill.kind is SkillKind.SOFT)


def skill_groups(
    wishes: Iterable[SkillWish], soft: frozenset[str] = frozenset()
) -> list[tuple[tuple[SkillWish, ...], float]]:
    """The wishes as groups of alternatives, each skill asked once, with shares that add to 1: a required group counts
    three times a preferred one, a soft skill a third."""
    groups: dict[tuple[str, str | int], list[SkillWish]] = {}
    for wish in wishes:
        key: tuple[str, str | int] = ("one", wish.skill_id) if wish.any_of is None else ("any", wish.any_of)
        group = groups.setdefault(key, [])
        same = next((index for index, other in enumerate(group) if other.skill_id == wish.skill_id), None)
        if same is None:
            group.append(wish)
        elif wish.required and not group[same].required:
            group[same] = wish
    weighed = [(tuple(group), _group_weight(group, soft)) for group in groups.values()]
    total = sum(weight for _, weight in weighed)
    return [(group, weight / total) for group, weight in weighed]


def _group_weight(group: list[SkillWish], soft: frozenset[str]) -> float:
    weight = 3.0 if any(wish.required for wish in group) else 1.0
    return weight * (SOFT_SHARE if all(wish.skill_id in soft for wish in group) else 1.0)


def posting_quotes(posting: Understood) -> list[tuple[int, int]]:
    """Where the lines lie that say what the work is and asks: duties, requirement lines, else every sentence."""
    wants = posting.requirements
    spans = sorted({(quote.start, quote.end) for quote in (*wants.duties, *wants.lines)})
    return spans or _sentences(posting.description)


def _sentences(text: str) -> list[tuple[int, int]]:
    spans, start = [], 0
    for index, char in enumerate(text + "\n"):
        if char in "\n.;!?" and (index + 1 >= len(text) or text[index + 1].isspace() or char == "\n"):
            if len(text[start:index].split()) >= _SENTENCE_WORDS:
                lead = len(text[start:index]) - len(text[start:index].lstrip())
                spans.append((start + lead, index))
            start = index + 1
    return spans


def _lines(posting: Understood, weights: Weights) -> tuple[Line, ...]:
    found = []
    for start, end in posting_quotes(posting):
        shares = _shares((term, weights.of(term)) for term in stems(posting.description[start:end]))
        if len(shares) > 1:
            found.append(Line(start, end, shares, sum(shares.values())))
    return tuple(found)


def _shares(weighed: Iterable[tuple[str, float]]) -> dict[str, int]:
    """Each telling term once, in order of first place, with its share of the whole weight as a whole number."""
    kept = {term: weight for term, weight in weighed if weight >= _TELLING}
    total = sum(kept.values())
    return {term: round(WHOLE * weight / total) for term, weight in kept.items()}


def _part_weights(wants: Requirements, groups: int, lines: int, title: bool) -> tuple[tuple[str, float], ...]:
    """Shares of the parts that the posting speaks of.

    What a thin posting leaves unsaid of skills and duties is a part of
    its own, `not_said`, so that two skills met do not make a whole match.
    """
    skills, duties = min(1.0, groups / 4), min(1.0, lines / 3)
    weights = {
        "skills": 45.0 * skills,
        "experience": 15.0 if wants.min_years and wants.min_years > 0 else 0.0,
        "education": 0.0 if wants.education is Education.NONE else 8.0 if wants.education_required else 4.0,
        "responsibilities": 25.0 * duties,
        "title": 10.0 if title else 0.0,
        "not_said": 45.0 * (1 - skills) + 25.0 * (1 - duties),
    }
    total = sum(weights.values())
    return tuple((name, weight / total) for name, weight in weights.items() if weight)
