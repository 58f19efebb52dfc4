"""A draft in the making: its lines, the places that they rest on, numbered once, and its claims with their verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from verivita.features.answers import Answer, Citation, Claim, Verdict, score_of
from verivita.features.library import Evidence
from verivita.features.postings import Posting, Quote


@dataclass(frozen=True, slots=True)
class Judged:
    """How a sentence of a model stands: its verdict, why it falls short, and the own lines that it rests on."""

    verdict: Verdict
    why: str = ""
    places: tuple[Citation, ...] = ()


@dataclass(slots=True)
class Sheet:
    """A draft for one job; `stored` is False where its text was only shown to us."""

    posting: Posting
    stored: bool
    lines: list[str] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    stood: int = 0
    """Sentences of a model that were kept."""

    def say(self, text: str = "") -> None:
        """A line of ours that claims nothing."""
        self.lines.append(text)

    def prove(self, text: str, places: Sequence[Citation]) -> None:
        """A line that is somebody's own words, with its places."""
        said = text.removeprefix("- ")
        self.say(text[: len(text) - len(said)] + self._claimed(said, places, Verdict.SUPPORTED, ""))

    def written(self, text: str, judged: Judged) -> str:
        """A sentence of a model with the marks of its places; "" where nothing bears it out, and it is struck."""
        if judged.verdict is Verdict.UNSUPPORTED:
            self.claims.append(Claim(text, judged.verdict, reason=judged.why, removed=True))
            return ""
        self.stood += 1
        return self._claimed(text, judged.places, judged.verdict, judged.why)

    def asked(self, quote: Quote) -> Citation:
        """The place of the posting's words."""
        id = self.posting.id if self.stored else None
        return Citation(quote.text, quote.start, quote.end, 1, "posting", 1.0, title=title_of(self.posting), job_id=id)

    def answer(self) -> Answer:
        """The draft as it stands."""
        text = "\n".join(self.lines).strip()
        return Answer(text, tuple(self.citations), tuple(self.claims), score_of(self.claims))

    def _claimed(self, text: str, places: Sequence[Citation], verdict: Verdict, why: str) -> str:
        numbers = tuple(self._number(item) for item in places)
        self.claims.append(Claim(text, verdict, numbers, reason=why))
        return text + "".join(f" [{n + 1}]" for n in numbers)

    def _number(self, item: Citation) -> int:
        same = (item.document_id, item.job_id, item.start, item.end)
        for n, known in enumerate(self.citations):
            if (known.document_id, known.job_id, known.start, known.end) == same:
                return n
        self.citations.append(item)
        return len(self.citations) - 1


def of_paper(item: Evidence) -> Citation:
    """The place of an own line."""
    return Citation(
        item.text, item.span.start, item.span.end, item.span.page, relevance=1.0, document_id=item.document_id
    )


def title_of(posting: Posting) -> str:
    """A job's title and employer, as far as they are known."""
    return ", ".join(part for part in (posting.understood.title, posting.understood.company) if part) or "this job"
