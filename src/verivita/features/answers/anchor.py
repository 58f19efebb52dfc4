"""The exact page of each citation, and the facts of the paper that its words state."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from uuid import UUID

from verivita.core.errors import NotFound
from verivita.core.principal import Principal
from verivita.features.answers.compose import plain
from verivita.features.answers.model import Answer, Citation, Claim
from verivita.features.library import DocumentKind, LibraryService, LineNote

_MOST = 64
_LONGEST_HEADING = 80


@dataclass(frozen=True, slots=True)
class _Paper:
    """Where lines begin and on which page, and where facts lie."""

    version: int
    title: str
    lines: tuple[tuple[int, int], ...]
    headings: tuple[tuple[int, str], ...]
    """Of notes: where each heading begins, and its words. A resume's parts have names of their own."""
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

    def forget(self, principal: Principal) -> None:
        """Forget what is known of this person's papers."""
        mine = (principal.tenant_id, principal.person_id)
        for place in [place for place in self._kept if place[:2] == mine]:
            del self._kept[place]

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
        document, notes = opened.document, opened.coverage.notes
        lines = tuple((note.start, note.page) for note in notes)
        heads = [note for note in notes if document.kind is DocumentKind.NOTES and _is_heading(opened.text, note)]
        headings = tuple((note.start, plain(opened.text[note.start : note.end])) for note in heads)
        facts = tuple((fact.span.start, fact.span.end, fact.id) for fact in opened.facts)
        self._kept[place] = made = _Paper(document.version, document.title, lines, headings, facts)
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)
        return made


def _is_heading(text: str, note: LineNote) -> bool:
    """True for a short line that stands alone after an empty one and ends without a mark: a heading of notes."""
    line = text[note.start : note.end].strip()
    alone = note.start == 0 or text[max(0, note.start - 2) : note.start] == "\n\n"
    return alone and len(line) <= _LONGEST_HEADING and line[:1].isalnum() and line[-1:] not in ".,;:!?…"


def _paged(item: Citation, papers: dict[UUID, _Paper]) -> Citation:
    if item.document_id not in papers:
        return item
    paper = papers[item.document_id]
    pages = [page for start, page in paper.lines if start <= item.start]
    heads = [words for start, words in paper.headings if start <= item.start]
    return replace(
        item,
        page=pages[-1] if pages else item.page,
        section=heads[-1] if heads else item.section,
        title=item.title or paper.title,
    )


def _proved(claim: Claim, citations: tuple[Citation, ...], papers: dict[UUID, _Paper]) -> Claim:
    found: dict[UUID, None] = {}
    for number in claim.citations:
        item = citations[number]
        if item.document_id in papers:
            for start, end, id in papers[item.document_id].facts:
                if start < item.end and end > item.start:
                    found[id] = None
    return replace(claim, fact_ids=tuple(found))
