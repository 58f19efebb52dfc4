"""The person's own lines that a text may rest on, numbered, and the check of what a model made of them; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from verivita.core.text import squeeze
from verivita.engines.grounding import Asked, Claim, Known, Source, Verdict, asked, ground
from verivita.features.answers import Citation, is_command
from verivita.features.answers import Verdict as Told
from verivita.features.assistant.drafts import Brief, proving
from verivita.features.assistant.sheet import Judged, of_paper
from verivita.features.library import Evidence, Fact, FactKind, Opened
from verivita.features.postings import Posting, Quote

MOST = 10
_LONGEST_QUESTION = 300
_HEADS = (FactKind.TITLE, FactKind.EMPLOYER, FactKind.PROJECT, FactKind.DEGREE, FactKind.SCHOOL, FactKind.DATES)
_STATEMENTS = 20
"""More statements than this no sentence has."""
_MARK = re.compile(r"\s*[\[【]\s*\d{1,2}(?:\s*[,;]\s*\d{1,2})*\s*[\]】]")
_ORDER = (Verdict.UNSUPPORTED, Verdict.WEAK, Verdict.SUPPORTED)


@dataclass(frozen=True, slots=True)
class OwnLine:
    """A line, what it meets of the job, and the job, project or degree that it stands under."""

    evidence: Evidence
    meets: tuple[str, ...]
    head: str = ""


@dataclass(frozen=True, slots=True)
class Material:
    """Lines in the order of their numbers (from 1), and everything that the papers say, as sources for the check."""

    lines: tuple[OwnLine, ...]
    sources: tuple[Source, ...]
    verify: bool = True
    near: Known | None = None
    """What an encoder says to everything that `asked` named, where there is one."""

    def asked(self, said: str, cited: Sequence[int]) -> list[Asked]:
        """What the check of this sentence needs to know from an encoder."""
        return asked(said, self.sources, _cited(self._named(cited))) if self.verify else []

    def judged(self, said: str, cited: Sequence[int]) -> Judged:
        """How a sentence stands to the lines that it names; where it names none, any one may bear it out."""
        ids = self._named(cited)
        if not self.verify:
            return Judged(Told.NOT_CHECKED, "", self._places(ids))
        claims = ground(said, self.sources, nearness=self.near, cited=_cited(ids)).claims
        worst = _worst(claims)
        why = "; ".join(dict.fromkeys(reason for claim in claims for reason in claim.reasons))
        places = self._places(ids or (id for claim in claims for id in _numbers(claim)[:1]))
        if not places:
            return Judged(Told.UNSUPPORTED, why or "wording")
        return Judged(Told(worst.value), why, places)

    def asks_only(self, question: str, posting: Posting, quote: Quote) -> bool:
        """True for a question that states nothing which neither the posting's words nor the papers say."""
        if not question.endswith("?") or len(question) > _LONGEST_QUESTION or is_command(question):
            return False
        job = Source("job", f"{posting.understood.title}. {posting.understood.company}.")
        claims = ground(question, [Source("asked", quote.text), job, *self.sources]).claims
        return all(reason == "wording" for claim in claims for reason in claim.reasons)

    def _named(self, cited: Sequence[int]) -> list[str]:
        return [str(n) for n in dict.fromkeys(cited) if 1 <= n <= len(self.lines)]

    def _places(self, ids: Iterable[str]) -> tuple[Citation, ...]:
        return tuple(of_paper(self.lines[int(id) - 1].evidence) for id in dict.fromkeys(ids))


def gather(brief: Brief, papers: Sequence[Opened]) -> Material:
    """The lines that meet most of what the job asks for, those of jobs and projects before bare lists, then others."""
    known = _Entries(papers)
    proved = sorted(proving(brief.match, brief.lines), key=lambda item: not known.entry(item[0]))
    meets = {_place(line): tuple(labels) for line, labels in proved}
    rest = sorted(brief.lines, key=lambda line: (not known.entry(line), line.span.start))
    ordered = {_place(line): line for line in (*(line for line, _ in proved), *rest) if not is_command(line.text)}
    chosen = list(ordered.values())[:MOST]
    lines = tuple(OwnLine(line, meets.get(_place(line), ()), known.head(line)) for line in chosen)
    numbered = [_source(str(n), item.evidence, known) for n, item in enumerate(lines, 1)]
    others = [_source(f"other {n}", line, known) for n, line in enumerate(list(ordered.values())[MOST:])]
    return Material(lines, (*numbered, *others, *known.heads), brief.verify)


def _cited(ids: Sequence[str]) -> dict[int, Sequence[str]] | None:
    return dict.fromkeys(range(_STATEMENTS), ids) if ids else None


def cleaned(text: str) -> str:
    """A model's sentence on one line, without marks of its own."""
    return squeeze(_MARK.sub("", text))


class _Entries:
    """Which entry of which paper a line stands in, and what heads it."""

    def __init__(self, papers: Sequence[Opened]) -> None:
        self._facts: dict[UUID, list[Fact]] = {}
        self.heads: list[Source] = []
        self._head: dict[str, list[str]] = {}
        for paper in papers:
            self._facts[paper.document.id] = list(paper.facts)
            for fact in paper.facts:
                if fact.kind in _HEADS and (entry := _entry(fact)):
                    words = squeeze(paper.text[fact.span.start : fact.span.end])
                    self.heads.append(Source(f"head {len(self.heads)}", words, fact.kind.value, fact.section, entry))
                    self._head.setdefault(entry, []).append(words)

    def entry(self, line: Evidence) -> str:
        """The key of the entry around a line; "" where there is none."""
        fact = self._around(line)
        return _entry(fact) if fact else ""

    def section(self, line: Evidence) -> str:
        """The part of the paper that a line stands in."""
        fact = self._around(line)
        return fact.section if fact else ""

    def head(self, line: Evidence) -> str:
        """What heads the entry of a line, in one line."""
        return ", ".join(dict.fromkeys(self._head.get(self.entry(line), ())))

    def _around(self, line: Evidence) -> Fact | None:
        facts = self._facts.get(line.document_id, ())
        inside = (fact for fact in facts if line.span.start <= fact.span.start < line.span.end)
        return next((fact for fact in facts if fact.id == line.fact_id), next(inside, None))


def _entry(fact: Fact) -> str:
    return "" if fact.entry is None else f"{fact.document_id}|{fact.section}|{fact.entry}"


def _source(id: str, line: Evidence, known: _Entries) -> Source:
    return Source(id, squeeze(line.text), "duty", known.section(line), known.entry(line))


def _place(line: Evidence) -> tuple[UUID, int]:
    return line.document_id, line.span.start


def _numbers(claim: Claim) -> list[str]:
    """The numbered lines among what carries a claim."""
    return [id for id in claim.source_ids if id.isdecimal()]


def _worst(claims: Sequence[Claim]) -> Verdict:
    return min((claim.verdict for claim in claims), key=_ORDER.index, default=Verdict.UNSUPPORTED)
