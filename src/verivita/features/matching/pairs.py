"""Each wish of the posting beside the lines of the papers that show it, or the nearest line that does not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from verivita.features.library import CandidateProfile, Evidence
from verivita.features.matching.model import Pair, WishState
from verivita.features.matching.prepared import (
    EDUCATION_ORDER,
    Closure,
    Line,
    PreparedPosting,
    PreparedProfile,
    skill_groups,
)
from verivita.features.matching.score import LINE_FULL, relevant_years, shared_terms, title
from verivita.features.matching.terms import Weights, stems, usual_weights
from verivita.features.postings import Quote, SkillWish, Understood

_LINES_SHOWN = 3
_NEAR = 0.15
_PARTLY = 0.4
_TITLE_MET = 0.75
_SHORTEST_NAME = 4


def skill_names(profile: PreparedProfile, posting: Understood) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the wished skills that are shown and that are not, each once, in the posting's order; of a group of
    alternatives that is met, the others are not missing."""
    matched: dict[str, str] = {}
    missing: dict[str, str] = {}
    for group, _ in skill_groups(posting.requirements.skills):
        shown = [wish for wish in group if wish.skill_id in profile.skills]
        for wish in shown:
            matched.setdefault(wish.skill_id, wish.name)
        for wish in group if not shown else ():
            missing.setdefault(wish.skill_id, wish.name)
    return tuple(matched.values()), tuple(name for skill, name in missing.items() if skill not in matched)


def all_pairs(
    profile: CandidateProfile,
    person: PreparedProfile,
    understood: Understood,
    posting: PreparedPosting,
    closure: Closure,
) -> tuple[Pair, ...]:
    """Skills (must-haves first), years, schooling, title, then the lines of the work."""
    lines = [(line, frozenset(stems(line.text))) for line in _every_line(profile)]
    pairs = [_skill_pair(group, profile, closure, lines) for group, _ in skill_groups(understood.requirements.skills)]
    pairs.sort(key=lambda pair: not pair.required)
    pairs += _years_pair(profile, person, understood, posting)
    pairs += _education_pair(profile, understood)
    pairs += _title_pair(profile, person, understood, posting)
    wants = understood.requirements
    quotes = [*(wish.quote for wish in wants.skills), wants.min_years_quote, wants.education_quote]
    asked = [quote for quote in quotes if quote is not None]
    duties = [line for line in posting.lines if not any(line.start <= quote.start < line.end for quote in asked)]
    # A line that a skill, the years or the degree tells already is not told twice; one that no line of the papers
    # clearly shows is often about the company, not the work.
    met = [_duty_pair(line, understood, lines) for line in duties]
    pairs += [pair for pair in met if pair is not None]
    return tuple(pairs)


def _every_line(profile: CandidateProfile) -> list[Evidence]:
    """Each line of the papers once, in an order that depends on the lines and not on their sections."""
    found: dict[tuple[str, int, int], Evidence] = {}
    for line in (*profile.lines, *(duty for role in profile.roles for duty in role.duties)):
        found.setdefault((str(line.document_id), line.span.start, line.span.end), line)
    return sorted(found.values(), key=lambda line: (line.text, str(line.document_id), line.span.start))


def _skill_pair(
    group: Sequence[SkillWish],
    profile: CandidateProfile,
    closure: Closure,
    lines: Sequence[tuple[Evidence, frozenset[str]]],
) -> Pair:
    asked = {wish.skill_id for wish in group}
    shown: list[Evidence] = []
    through: list[str] = []
    for skill in sorted(profile.skills, key=lambda one: (one.skill_id not in asked, one.skill_id)):
        if skill.skill_id in asked or asked & closure((skill.skill_id,)):
            shown += skill.evidence
            through += [] if skill.skill_id in asked else [skill.name]
    first = group[0]
    label = " or ".join(wish.name for wish in group)
    required = any(wish.required for wish in group)
    if shown or through or any(skill.skill_id in asked for skill in profile.skills):
        only = through and not any(skill.skill_id in asked for skill in profile.skills)
        note = f"Shown by {', '.join(through[:_LINES_SHOWN])}." if only else ""
        evidence = tuple(dict.fromkeys(shown))[:_LINES_SHOWN]
        return Pair("skill", label, required, WishState.MET, first.quote, evidence, None, note, first.skill_id)
    closest, note = _closest(first.quote.text, label, lines)
    return Pair("skill", label, required, WishState.NOT_MET, first.quote, (), closest, note, first.skill_id)


def _closest(asked: str, label: str, lines: Sequence[tuple[Evidence, frozenset[str]]]) -> tuple[Evidence | None, str]:
    best, share = _best_line(_weigh(stems(asked), usual_weights()), lines)
    if best is None or share < _NEAR:
        return None, f"No line of your papers shows {label}."
    return best, f"The nearest line does not show {label}."


def _weigh(terms: Iterable[str], weights: Weights) -> tuple[tuple[str, float], ...]:
    kept = {term: weights.of(term) for term in terms}
    total = sum(kept.values())
    return tuple((term, weight / total) for term, weight in kept.items()) if total else ()


def _best_line(
    terms: Sequence[tuple[str, float]], lines: Sequence[tuple[Evidence, frozenset[str]]]
) -> tuple[Evidence | None, float]:
    best, most = None, 0.0
    for line, words in lines:
        shown = sum([share for term, share in terms if term in words])
        if shown > most:
            best, most = line, shown
    return best, most


def _years_pair(
    profile: CandidateProfile, person: PreparedProfile, understood: Understood, posting: PreparedPosting
) -> list[Pair]:
    if not posting.min_years:
        return []
    years = relevant_years(person, posting, shared_terms(person, posting))
    state = WishState.MET if years >= posting.min_years else WishState.PARTLY if years > 0 else WishState.NOT_MET
    roles = sorted(profile.roles, key=lambda role: (-(role.start.toordinal() if role.start else 0), role.title))
    shown = tuple(role.evidence for role in roles if role.start is not None)[:_LINES_SHOWN]
    note = f"Your papers show {years:.1f} years of work near this job."
    label = f"{posting.min_years:g} years"
    return [Pair("years", label, True, state, understood.requirements.min_years_quote, shown, None, note)]


def _education_pair(profile: CandidateProfile, understood: Understood) -> list[Pair]:
    wants = understood.requirements
    level = EDUCATION_ORDER.index(wants.education)
    if not level:
        return []
    best = max(
        profile.degrees,
        key=lambda degree: (EDUCATION_ORDER.index(wants.education.__class__(degree.level)), degree.text),
        default=None,
    )
    held = EDUCATION_ORDER.index(wants.education.__class__(best.level)) if best else 0
    label = f"{wants.education.value} level of schooling"
    if best is not None and held >= level:
        return [
            Pair("education", label, wants.education_required, WishState.MET, wants.education_quote, (best.evidence,))
        ]
    state = WishState.PARTLY if held else WishState.NOT_MET
    note = f"Your papers show {best.level} level." if best else "Your papers show no degree."
    nearest = best.evidence if best else None
    return [Pair("education", label, wants.education_required, state, wants.education_quote, (), nearest, note)]


def _title_pair(
    profile: CandidateProfile, person: PreparedProfile, understood: Understood, posting: PreparedPosting
) -> list[Pair]:
    if not posting.title or not profile.roles:
        return []
    alike = [(title(_only(person, index), posting), role) for index, role in enumerate(profile.roles)]
    share, role = max(alike, key=lambda pair: (pair[0], pair[1].title, pair[1].employer))
    state = WishState.MET if share >= _TITLE_MET else WishState.PARTLY if share >= _PARTLY else WishState.NOT_MET
    shown = (role.evidence,) if state is not WishState.NOT_MET else ()
    nearest = None if shown else role.evidence
    note = f"Your nearest job title is {role.title}."
    return [Pair("title", understood.title, False, state, None, shown, nearest, note)]


def _only(person: PreparedProfile, index: int) -> PreparedProfile:
    return PreparedProfile(person.skills, (person.roles[index],), person.degree, person.terms, False)


def _duty_pair(line: Line, understood: Understood, lines: Sequence[tuple[Evidence, frozenset[str]]]) -> Pair | None:
    text = understood.description[line.start : line.end]
    quote = Quote(text, line.start, line.end)
    best, share = _best_line([(term, part / line.total) for term, part in line.shares.items()], lines)
    if best is None or share < LINE_FULL:
        return None
    return Pair("duty", text, False, WishState.MET, quote, (best,))
