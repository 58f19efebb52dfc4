"""Where a line of proof stands: the paper's own title with page and line, and the way to it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from uuid import UUID

from verivita.core.errors import NotFound
from verivita.core.principal import Principal
from verivita.entrypoints.web.show_job import PlaceOf, paper_place
from verivita.entrypoints.web.views import Link
from verivita.features.library import Evidence, LibraryService
from verivita.features.library import Opened as OpenedPaper
from verivita.features.matching import Match

LONGEST_TITLE = 40


async def places(library: LibraryService, principal: Principal, match: Match | None) -> PlaceOf:
    """Names the places of all evidence of a match; each paper is opened once."""
    papers: dict[UUID, OpenedPaper] = {}
    for document_id in {evidence.document_id for evidence in _evidence(match)} if match else ():
        try:
            papers[document_id] = await library.open(principal, document_id)
        except NotFound:
            continue  # erased between the match and this look; its lines are still quoted

    def place_of(evidence: Evidence) -> Link:
        paper, href = papers.get(evidence.document_id), paper_place(evidence).href
        if paper is None:
            return paper_place(evidence)
        starts = [note.start for note in paper.coverage.notes]
        line = max(1, bisect_right(starts, evidence.span.start))
        page = f"page {evidence.span.page}, " if paper.document.pages > 1 else ""
        return Link(f"{_short(paper.document.title)}, {page}line {line}", href)

    return place_of


def _evidence(match: Match) -> Iterator[Evidence]:
    for pair in match.pairs:
        yield from pair.shown
        if pair.closest is not None:
            yield pair.closest


def _short(title: str) -> str:
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1].rstrip() + "…"
