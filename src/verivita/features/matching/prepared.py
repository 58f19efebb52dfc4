"""Profile and posting made ready once, so that scoring a pair is a matter of microseconds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from verivita.features.library import CandidateProfile, ShownRole
from verivita.features.matching.terms import Weights, grams, stems, title_words, usual_weights
from verivita.features.postings import Education, Requirements, SkillWish, Understood

Closure = Callable[[Iterable[str]], frozenset[str]]
"""Skill ids -> these and all that they imply, one way only; `Taxonomy.implied` is one."""

EDUCATION_ORDER = tuple(Education)
LISTED_CREDIT = 0.9
"""A skill that is only listed counts a little less than one that was used in a job."""
FEWEST_TERMS = 8
"""A posting whose lines hold fewer telling terms than this has no duties to compare."""
_TELLING = 0.15
_SENTENCE_WORDS = 4


@dataclass(frozen=True, slots=True)
class PreparedRole:
    """A job of the profile: its months as ordinals (`first` to `last`, inclusive; None without a start), title and terms."""

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
    """A line of the posting: its text's place and its terms, each with its share of the line's weight (adding to 1)."""

    start: int
    end: int
    terms: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class PreparedPosting:
    """What scoring reads of a posting, with the weight of every part; all of it depends on the posting alone."""

    groups: tuple[tuple[tuple[str, ...], float], ...]
    """Skill wishes: alternatives, and the share of the skills part (shares add to 1)."""
    min_years: float | None
    education: int
    lines: tuple[Line, ...]
    terms: tuple[tuple[str, float], ...]
    """All telling terms of the lines, each with its share (adding to 1)."""
    title: tuple[tuple[str, float], ...]
    """The title's character 4-grams, each with its share (adding to 1)."""
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
    terms: set[str] = set()
    for line in profile.lines:
        terms.update(stems(line.text))
    roles = tuple(_role(role, as_of) for role in profile.roles)
    for role in roles:
        terms |= role.terms
    degrees = [EDUCATION_ORDER.index(Education(degree.level)) for degree in profile.degrees]
    empty = not (profile.skills or profile.roles or profile.degrees or profile.lines)
    return PreparedProfile(credit, roles, max(degrees, default=0), frozenset(terms), empty, profile.profile_hash)


def _role(role: ShownRole, as_of: date) -> PreparedRole:
    first = last = None
    if role.start is not None:
        first = role.start.year * 12 + role.start.month
        end = role.end or as_of
        last = end.year * 12 + end.month
    words: set[str] = set(stems(role.title))
    for duty in role.duties:
        words.update(stems(duty.text))
    return PreparedRole(first, last, frozenset(grams(title_words(role.title))), frozenset(words))


def prepare_posting(posting: Understood, weights: Weights | None = None) -> PreparedPosting:
    """Make a posting ready. `weights` tell how much each term says; the shipped ones when None."""
    weights = weights or usual_weights()
    wants = posting.requirements
    lines = _lines(posting, weights)
    terms = _shares((term, weights.of(term)) for line in lines for term, _ in line.terms)
    groups = skill_groups(wants.skills)
    if len(terms) < FEWEST_TERMS:
        lines, terms = (), ()
    title_grams = grams(title_words(posting.title))
    parts = _part_weights(wants, len(groups), len(lines), bool(title_grams))
    reason = "" if groups or lines else "This posting is too short to score: it names no skill and too few duties."
    return PreparedPosting(
        groups=tuple((tuple(wish.skill_id for wish in group), share) for group, share in groups),
        min_years=wants.min_years if wants.min_years and wants.min_years > 0 else None,
        education=EDUCATION_ORDER.index(wants.education),
        lines=lines,
        terms=terms,
        title=tuple((gram, 1 / len(title_grams)) for gram in title_grams),
        weights=() if reason else parts,
        reason=reason,
    )


def skill_groups(wishes: Iterable[SkillWish]) -> list[tuple[tuple[SkillWish, ...], float]]:
    """The wishes as groups of alternatives, each skill asked once, with shares: a required group counts three times a
    preferred one."""
    groups: dict[tuple[str, str | int], list[SkillWish]] = {}
    required: set[str] = {wish.skill_id for wish in wishes if wish.required and wish.any_of is None}
    for wish in wishes:
        key: tuple[str, str | int] = ("one", wish.skill_id) if wish.any_of is None else ("any", wish.any_of)
        groups.setdefault(key, [])
        if all(other.skill_id != wish.skill_id for other in groups[key]):
            groups[key].append(wish)
    weighed = []
    for (kind, skill), group in groups.items():
        must = (kind == "one" and skill in required) or any(wish.required for wish in group)
        weighed.append((tuple(group), 3.0 if must else 1.0))
    total = sum(weight for _, weight in weighed)
    return [(group, weight / total) for group, weight in weighed]


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
        terms = _shares((term, weights.of(term)) for term in stems(posting.description[start:end]))
        if len(terms) > 1:
            found.append(Line(start, end, terms))
    return tuple(found)


def _shares(weighed: Iterable[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    """Each telling term once, in order of first place, with its share of the whole weight."""
    kept = {term: weight for term, weight in weighed if weight >= _TELLING}
    total = sum(kept.values())
    return tuple((term, weight / total) for term, weight in kept.items())


def _part_weights(wants: Requirements, groups: int, lines: int, title: bool) -> tuple[tuple[str, float], ...]:
    """Shares of the parts that the posting speaks of; a part that says little weighs less."""
    weights = {
        "skills": 45.0 * min(1.0, groups / 4),
        "experience": 15.0 if wants.min_years and wants.min_years > 0 else 0.0,
        "education": 0.0 if wants.education is Education.NONE else 8.0 if wants.education_required else 4.0,
        "responsibilities": 25.0 * min(1.0, lines / 3),
        "title": 10.0 if title else 0.0,
    }
    total = sum(weights.values())
    return tuple((name, weight / total) for name, weight in weights.items() if weight)
