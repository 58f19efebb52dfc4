"""From sentences and their chances to an answer made of the person's own words; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from verivita.core.text import squeeze
from verivita.engines.retrieval.terms import english
from verivita.features.answers.evidence import Candidate, Matrix
from verivita.features.answers.model import Citation, Claim, Verdict

CANDIDATES, READ, SAID = 10, 5, 3
"""Passages that the search gives, passages that are read closely, sentences that an answer says at most."""
_NEAR_BEST = 0.4
_SAME = 0.8
_LIST_MARK = re.compile(r"^(?:[-*•‣◦▪–>]+|#{1,6}|\d{1,3}[.)])\s+")
_EMPHASIS = re.compile(r"(\*\*|__|`)")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage comes from."""

    title: str
    section: str
    page: int
    document_id: UUID | None = None
    job_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Composed:
    """Text with marks, its citations and its claims."""

    text: str
    citations: tuple[Citation, ...] = ()
    claims: tuple[Claim, ...] = ()


def best_passages(candidates: Sequence[Candidate], chances: Matrix, most: int = READ) -> list[UUID]:
    """Ids of the passages to read, best first: by their best sentence, then by the order of the search."""
    best: dict[UUID, tuple[float, int]] = {}
    for item, chance in zip(candidates, chances, strict=True):
        known = best.get(item.passage_id)
        if known is None or chance > known[0]:
            best[item.passage_id] = (float(chance), item.passage)
    return sorted(best, key=lambda id: (-best[id][0], best[id][1]))[:most]


def extract(candidates: Sequence[Candidate], chances: Matrix, places: Mapping[UUID, Place]) -> Composed:
    """The best sentence and up to two more that are nearly as good and say something else, verbatim, with citations."""
    order = sorted(range(len(candidates)), key=lambda i: (-chances[i], i))
    if not order:
        return Composed("")
    floor = float(chances[order[0]]) * _NEAR_BEST
    chosen: list[int] = []
    for i in order:
        if len(chosen) == SAID or (chosen and chances[i] < floor):
            break
        if all(_differ(candidates[i], candidates[j]) for j in chosen):
            chosen.append(i)
    return said([(candidates[i], float(chances[i])) for i in chosen], places)


def said(chosen: Sequence[tuple[Candidate, float]], places: Mapping[UUID, Place]) -> Composed:
    """These sentences in this order, each with its mark, citation and claim."""
    lines, citations, claims = [], [], []
    for number, (item, chance) in enumerate(chosen, 1):
        place = places[item.passage_id]
        shown = plain(item.sentence.text)
        lines.append(f"{shown} [{number}]")
        claims.append(Claim(shown, Verdict.SUPPORTED, (number - 1,)))
        citations.append(citation(item, place, chance))
    return Composed("\n\n".join(lines), tuple(citations), tuple(claims))


def citation(item: Candidate, place: Place, relevance: float) -> Citation:
    """The place of a sentence, verbatim."""
    return Citation(
        text=item.sentence.text,
        start=item.sentence.start,
        end=item.sentence.end,
        page=place.page,
        section=place.section,
        relevance=round(relevance, 4),
        title=place.title,
        document_id=place.document_id,
        job_id=place.job_id,
    )


def plain(text: str) -> str:
    """A sentence as it is shown: one line, without the marks of a list, a heading or emphasis around it."""
    return _EMPHASIS.sub("", _LIST_MARK.sub("", squeeze(text)))


def paged(citations: Sequence[Citation], page_at: Callable[[UUID, int], int]) -> tuple[Citation, ...]:
    """The same citations, each with the page on which its first letter stands."""
    return tuple(
        replace(item, page=page_at(item.document_id, item.start)) if item.document_id else item for item in citations
    )


def _differ(one: Candidate, other: Candidate) -> bool:
    if one.document_id == other.document_id and one.sentence.start == other.sentence.start:
        return False  # the same words in two overlapping passages
    a, b = frozenset(english(one.sentence.text)), frozenset(english(other.sentence.text))
    return len(a & b) < _SAME * max(1, min(len(a), len(b)))
