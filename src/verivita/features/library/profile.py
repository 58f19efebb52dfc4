"""What a person's active papers prove, as matching may know it; pure.

No name, no school, nothing of gender or age goes in; order of sections and repeated lines change nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from verivita.core.text import fold, sha256
from verivita.features.library.model import (
    CandidateProfile,
    Evidence,
    Fact,
    FactKind,
    ShownDegree,
    ShownRole,
    ShownSkill,
    Span,
)

_USED = frozenset({"experience", "projects"})
_PRIVATE = frozenset({"contact", "education", "references"})
"""Sections whose lines may name the person, a school or other people: evidence from there is the bare words."""
_LEVELS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (level, re.compile(pattern, re.IGNORECASE))
    for level, pattern in (
        ("doctorate", r"\bph\.?\s?d|doctor|d\.?phil|\bed\.?d\b|\bm\.?d\.?$|\bj\.?d\b|promotion|doctorat"),
        (
            "master",
            r"master|\bm\.?\s?sc|\bm\.?b\.?a\b|\bm\.?a\b|\bm\.?s\b|m\.?\s?tech|m\.?eng|m\.?phil|m\.?ed\b|m\.?c\.?a\b"
            r"|m\.?com|m\.?f\.?a|m\.?p\.?h|m\.?p\.?a|ll\.?m|pgdm|\bm\.?e\b|m\.?arch|magister|máster|maestría"
            r"|staatsexamen"
            r"|diplom(?!a)|diplôme d|post[- ]?graduat",
        ),
        (
            "bachelor",
            r"bachelor|\bb\.?\s?sc|\bb\.?a\b|\bb\.?s\b|b\.?\s?tech|\bb\.?\s?e\b|b\.?eng|b\.?\s?com|b\.?b\.?a"
            r"|b\.?c\.?a|b\.?ed\b"
            r"|b\.?f\.?a|b\.?arch|b\.?s\.?n|b\.?b\.?m|b\.?pharm|ll\.?b|m\.?b\.?b\.?s|\bbds|licenciatura"
            r"|licenciad|grado"
            r"|licence|undergraduate|graduat|ingeniería",
        ),
        ("associate", r"associate|\ba\.?a\.?s?\b|\bbts\b|\bdut\b|técnico superior|diploma(?! of secondary)"),
        (
            "secondary",
            r"high school|h\.?s\.?c|s\.?s\.?l?\.?c|\bged\b|intermediate|matric|secondary|\b1[02]th|abitur"
            r"|bachillerato|baccal"
            r"|\bbac\b|a-?level|gcse|reife",
        ),
    )
)


@dataclass(frozen=True, slots=True)
class ActivePaper:
    """The text of one active document and the facts found in it."""

    text: str
    facts: tuple[Fact, ...]


def profile_of(papers: Sequence[ActivePaper]) -> CandidateProfile:
    """Put the facts of all active papers together.

    `profile_hash` covers what matching reads, not ids, spans or the order of lines.
    """
    skills = _skills(papers)
    roles = _roles(papers)
    degrees = _degrees(papers)
    lines = _lines(papers)
    return CandidateProfile(skills, roles, degrees, lines, _hash(skills, roles, degrees, lines))


def degree_level(words: str) -> str:
    """`none`, `secondary`, `associate`, `bachelor`, `master` or `doctorate`, as a degree's words say."""
    return next((level for level, pattern in _LEVELS if pattern.search(words)), "none")


def _evidence(paper: ActivePaper, fact: Fact, around: Fact | None = None) -> Evidence:
    span = (around or fact).span
    return Evidence(fact.document_id, fact.id, paper.text[span.start : span.end], span)


def _skills(papers: Sequence[ActivePaper]) -> tuple[ShownSkill, ...]:
    names: dict[str, str] = {}
    shown: dict[str, dict[str, Evidence]] = {}
    used: set[str] = set()
    for paper in papers:
        statements = [f for f in paper.facts if f.kind in (FactKind.DUTY, FactKind.SUMMARY)]
        for fact in paper.facts:
            if fact.kind is not FactKind.SKILL:
                continue
            names.setdefault(fact.value, fact.label)
            proof = _skill_evidence(paper, fact, statements)
            shown.setdefault(fact.value, {}).setdefault(_key(proof.text), proof)
            if fact.section in _USED and fact.entry is not None:
                used.add(fact.value)
    return tuple(
        ShownSkill(skill, names[skill], tuple(e for _, e in sorted(shown[skill].items())), skill in used)
        for skill in sorted(names)
    )


def _skill_evidence(paper: ActivePaper, fact: Fact, statements: Sequence[Fact]) -> Evidence:
    if fact.section in _PRIVATE:
        return _evidence(paper, fact)
    around = next((s for s in statements if s.span.start <= fact.span.start and fact.span.end <= s.span.end), None)
    if around is not None:
        return _evidence(paper, fact, around)
    start = paper.text.rfind("\n", 0, fact.span.start) + 1
    end = paper.text.find("\n", fact.span.end)
    span = Span(start, len(paper.text) if end < 0 else end, fact.span.page)
    return Evidence(fact.document_id, fact.id, paper.text[span.start : span.end], span)


def by_entry(paper: ActivePaper, section: str) -> Iterable[list[Fact]]:
    """The facts of each entry of a section, in the order of the paper."""
    groups: dict[int, list[Fact]] = {}
    for fact in paper.facts:
        if fact.section == section and fact.entry is not None:
            groups.setdefault(fact.entry, []).append(fact)
    return groups.values()


def _roles(papers: Sequence[ActivePaper]) -> tuple[ShownRole, ...]:
    roles: dict[tuple[str, str, date | None, date | None], ShownRole] = {}
    for paper in papers:
        for facts in by_entry(paper, "experience"):
            role = _role(paper, facts)
            if role is None:
                continue
            key = (_key(role.title), _key(role.employer), role.start, role.end)
            known = roles.get(key)
            roles[key] = role if known is None else _merged(known, role)
    newest = sorted(roles.items(), key=lambda item: (item[0][0], item[0][1]))
    newest.sort(key=lambda item: (item[1].end or date.max, item[1].start or date.min), reverse=True)
    return tuple(role for _, role in newest)


def _role(paper: ActivePaper, facts: Sequence[Fact]) -> ShownRole | None:
    first = {kind: next((f for f in facts if f.kind is kind), None) for kind in FactKind}
    title, employer, dates = first[FactKind.TITLE], first[FactKind.EMPLOYER], first[FactKind.DATES]
    head = title or employer
    if head is None:
        return None
    start, end = months(dates.value) if dates is not None else (None, None)
    duties = _unique(_evidence(paper, f) for f in facts if f.kind is FactKind.DUTY)
    return ShownRole(
        title.label if title is not None else "",
        employer.label if employer is not None else "",
        start,
        end,
        _evidence(paper, head),
        duties,
    )


def _merged(known: ShownRole, role: ShownRole) -> ShownRole:
    duties = _unique([*known.duties, *role.duties])
    return ShownRole(known.title, known.employer, known.start, known.end, known.evidence, duties)


def months(value: str) -> tuple[date | None, date | None]:
    """ "2016-05/2018-07" -> first days of both months; None for an open side."""
    sides = [side.split("-") for side in value.split("/")]
    start, end = (date(int(side[0]), int(side[1]), 1) if len(side) == 2 else None for side in sides)
    return start, end


def _degrees(papers: Sequence[ActivePaper]) -> tuple[ShownDegree, ...]:
    found: dict[tuple[str, str], ShownDegree] = {}
    for paper in papers:
        for fact in paper.facts:
            if fact.kind is FactKind.DEGREE:
                level = degree_level(fact.value)
                found.setdefault((level, _key(fact.value)), ShownDegree(level, fact.value, _evidence(paper, fact)))
    return tuple(found[key] for key in sorted(found))


def _lines(papers: Sequence[ActivePaper]) -> tuple[Evidence, ...]:
    kinds = (FactKind.DUTY, FactKind.SUMMARY, FactKind.PROJECT)
    return _unique(
        _evidence(paper, fact)
        for paper in papers
        for fact in paper.facts
        if fact.kind in kinds and fact.section not in _PRIVATE
    )


def _unique(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """One of each wording, ordered by its words, so that the order of the paper does not matter."""
    found: dict[str, Evidence] = {}
    for item in evidence:
        found.setdefault(_key(item.text), item)
    return tuple(found[key] for key in sorted(found))


def _key(text: str) -> str:
    return " ".join(fold(text).split())


def _hash(
    skills: Sequence[ShownSkill],
    roles: Sequence[ShownRole],
    degrees: Sequence[ShownDegree],
    lines: Sequence[Evidence],
) -> str:
    content = {
        "skills": [[s.skill_id, s.used] for s in skills],
        "roles": [
            [_key(r.title), _key(r.employer), str(r.start), str(r.end), [_key(d.text) for d in r.duties]] for r in roles
        ],
        "degrees": [[d.level, _key(d.text)] for d in degrees],
        "lines": [_key(line.text) for line in lines],
    }
    return sha256(json.dumps(content, ensure_ascii=False, sort_keys=True))
