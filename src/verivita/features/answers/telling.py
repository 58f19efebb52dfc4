"""A sentence of ours, then the lines that prove it, each with its place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from verivita.core.text import squeeze
from verivita.features.answers.model import Answer, Citation, Claim, Verdict
from verivita.features.library import Evidence


def told(head: str, places: Sequence[Citation], verdict: Verdict, labels: Sequence[str] = ()) -> Answer:
    """A sentence of ours, then one line for each place: its label, or its own words."""
    lines = [squeeze(item.text) for item in places] if not labels else list(labels)
    claims = tuple(Claim(line, verdict, (n,)) for n, line in enumerate(lines))
    text = "\n\n".join([head, *(f"{line} [{n}]" for n, line in enumerate(lines, 1))])
    return Answer(text, tuple(places), claims, 1.0 if claims else None, search_mode="database")


def of_paper(item: Evidence) -> Citation:
    """The place of a line of a paper."""
    return Citation(
        item.text, item.span.start, item.span.end, item.span.page, relevance=1.0, document_id=item.document_id
    )


def unique(citations: Iterable[Citation]) -> list[Citation]:
    """Each place once, in order."""
    found = {(item.document_id, item.start): item for item in citations}
    return [*found.values()]
