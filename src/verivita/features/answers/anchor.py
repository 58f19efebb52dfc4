"""The exact page of each citation, and the facts of the paper that its words state."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from uuid import UUID

from verivita.core.errors import NotFound
from verivita.core.principal import Principal
from verivita.features.answers.model import Answer, Citation, Claim
from verivita.features.library import LibraryService

_MOST = 64


@dataclass(frozen=True, slots=True)
class _Paper:
    """Where lines begin and on which page, and where facts lie."""

    version: int
    lines: tuple[tuple[int, int], ...]
    facts: tuple[tuple[int, int, UUID], ...]


class Anchor:
    """Knows the papers that were cited lately."""

    def __init__(self, library: LibraryService) -> None:
        self._library = library
        self._kept: OrderedDict[tuple[UUID, UUID, UUID], _Paper] = OrderedDict()

    async def anchored(self, principal: Principal, answer: Answer) -> Answer:
        """The same answer: each citation with the page on which it begins, each claim with the facts it rests on."""
        papers: dict[UUID, _Paper] = {}
        for id in dict.fromkeys(item.document_id for item in answer.citations if item.document_id):
            if (paper := await self._paper(principal, id)) is not None:
                papers[id] = paper
        citations = tuple(_paged(item, papers) for item in answer.citations)
        claims = tuple(_proved(claim, citations, papers) for claim in answer.claims)
        return replace(answer, citations=citations, claims=claims)

    async def _paper(self, principal: Principal, id: UUID) -> _Paper | None:
        place = (principal.tenant_id, principal.person_id, id)
        try:
            version = (await self._library.get(principal, id)).version
            kept = self._kept.get(place)
            if kept is not None and kept.version == version:
                return kept
            opened = await self._library.open(principal, id)
        except NotFound:
            return None  # erased a moment ago
        lines = tuple((note.start, note.page) for note in opened.coverage.notes)
        facts = tuple((fact.span.start, fact.span.end, fact.id) for fact in opened.facts)
        self._kept[place] = made = _Paper(opened.document.version, lines, facts)
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)
        return made


def _paged(item: Citation, papers: dict[UUID, _Paper]) -> Citation:
    if item.document_id not in papers:
        return item
    before = [page for start, page in papers[item.document_id].lines if start <= item.start]
    return replace(item, page=before[-1]) if before else item


def _proved(claim: Claim, citations: tuple[Citation, ...], papers: dict[UUID, _Paper]) -> Claim:
    found: dict[UUID, None] = {}
    for number in claim.citations:
        item = citations[number]
        if item.document_id in papers:
            for start, end, id in papers[item.document_id].facts:
                if start < item.end and end > item.start:
                    found[id] = None
    return replace(claim, fact_ids=tuple(found))
