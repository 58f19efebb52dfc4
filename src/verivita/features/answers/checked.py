"""A model's words -> sentences that its passages bear out: marks are read, each sentence is checked, the rest goes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from verivita.core.text import squeeze
from verivita.engines.grounding import Nearness, Source, asked, ground, learned
from verivita.engines.grounding import Verdict as Carried
from verivita.engines.retrieval.terms import english
from verivita.features.answers.commands import evidence_of
from verivita.features.answers.compose import Composed, Place
from verivita.features.answers.model import Citation, Claim, Verdict
from verivita.features.answers.prompting import Read
from verivita.features.answers.sentences import is_short, sentences

_MARKS = re.compile(r"\s*(?:\[\s*\d{1,2}(?:\s*[,;]\s*\d{1,2})*\s*\]|【\s*\d{1,2}\s*】)")
_NUMBER = re.compile(r"\d{1,2}")
_END = re.compile(r"[.!?…]+[\"'”’)]*(?:\s*\[[\d\s,;]{1,20}\])*(?=\s+[^\s\[])|\n+(?=[^\s\[])")
"""The end of a sentence with the marks behind it; what follows has begun, so no mark is still to come."""
_SHARE = 0.4
"""A citation is the sentence of the passage that shares most words with the claim; below this share, the passage."""


Checked = tuple[Claim, list[tuple[int, Citation]]]
"""A sentence with its verdict, and the citations (with their numbers from 1) that it brought."""


@dataclass(slots=True)
class Checker:
    """Takes the text of a model piece by piece and gives the checked sentences; knows the passages of this answer."""

    passages: Sequence[Read]
    starts: dict[UUID, int]
    """Where each passage begins in its source."""
    verify: bool = True
    nearness: Nearness | None = None
    citations: list[Citation] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    _rest: str = ""

    async def take(self, text: str) -> list[Checked]:
        """Every sentence that is whole now: its claim, and the citations (with their numbers) that it brings."""
        self._rest += text
        done = []
        while (end := self._end()) is not None:
            whole, self._rest = self._rest[:end], self._rest[end:]
            done += await self._checked(whole)
        return done

    def _end(self) -> int | None:
        """Where the first whole sentence ends, if one does."""
        found = (mark.end() for mark in _END.finditer(self._rest) if not is_short(self._rest, mark.start()))
        return next(found, None)

    async def finish(self) -> list[Checked]:
        """The last sentence, which no mark ended."""
        rest, self._rest = self._rest, ""
        return await self._checked(rest)

    def composed(self) -> Composed:
        """What stands, with marks; sentences that nothing bears out are not in the text."""
        kept = [claim for claim in self.claims if not claim.removed]
        text = " ".join(claim.text + "".join(f" [{n + 1}]" for n in claim.citations) for claim in kept)
        return Composed(text, tuple(self.citations), tuple(self.claims))

    async def _checked(self, raw: str) -> list[Checked]:
        said = squeeze(_MARKS.sub("", raw))
        if not any(c.isalnum() for c in said):
            return []
        named = [int(n) - 1 for mark in _MARKS.findall(raw) for n in _NUMBER.findall(mark)]
        cited = [n for n in dict.fromkeys(named) if 0 <= n < len(self.passages)]
        if not self.verify:
            verdict, reason, carrying = Verdict.NOT_CHECKED, "", cited
        else:
            verdict, reason, carrying = await self._verdict(said, cited)
        fresh: list[tuple[int, Citation]] = []
        removed = verdict is Verdict.UNSUPPORTED
        numbers = () if removed else tuple(self._cite(said, n, fresh) for n in carrying)
        claim = Claim(said, verdict, numbers, reason=reason, removed=removed)
        self.claims.append(claim)
        return [(claim, fresh)]

    async def _verdict(self, said: str, cited: Sequence[int]) -> tuple[Verdict, str, list[int]]:
        """The worst verdict of the sentence's parts. Without a citation every passage may bear it out."""
        allowed = list(cited) or list(range(len(self.passages)))
        sources = [
            Source(str(n), evidence_of(self.passages[n].text), section=self.passages[n].place.section) for n in allowed
        ]
        near = await learned(self.nearness, asked(said, sources))
        if near is None:
            self.nearness = None  # gone: each sentence would wait for it anew
        found = ground(said, sources, nearness=near)
        order = (Carried.UNSUPPORTED, Carried.WEAK, Carried.SUPPORTED)
        worst = min((claim.verdict for claim in found.claims), key=order.index, default=Carried.UNSUPPORTED)
        reasons = "; ".join(reason for claim in found.claims for reason in claim.reasons)
        carrying = list(cited) or [int(id) for claim in found.claims for id in claim.source_ids[:1]]
        return Verdict(worst.value), reasons, list(dict.fromkeys(carrying))

    def _cite(self, said: str, passage: int, fresh: list[tuple[int, Citation]]) -> int:
        """The number (from 0) of the citation of the words in this passage that bear the sentence out."""
        made = cite(said, self.passages[passage], self.starts[self.passages[passage].id])
        for number, known in enumerate(self.citations):
            if (known.document_id, known.job_id, known.start) == (made.document_id, made.job_id, made.start):
                return number
        self.citations.append(made)
        fresh.append((len(self.citations), made))
        return len(self.citations) - 1


def cite(said: str, passage: Read, start: int) -> Citation:
    """The sentence of the passage that is nearest to what was said, or the whole passage; always verbatim."""
    terms = frozenset(english(said))
    best, share = None, 0.0
    for item in sentences(passage.text, start):
        held = len(terms & frozenset(english(item.text))) / max(1, len(terms))
        if held > share:
            best, share = item, held
    place: Place = passage.place
    words, low, high = passage.text, start, start + len(passage.text)
    if best is not None and share >= _SHARE:
        words, low, high = best.text, best.start, best.end
    return Citation(
        text=words,
        start=low,
        end=high,
        page=place.page,
        section=place.section,
        relevance=round(share, 4),
        title=place.title,
        document_id=place.document_id,
        job_id=place.job_id,
    )


def score_of(claims: Sequence[Claim]) -> float | None:
    """The supported share of all claims that were made, removed ones counted; None where nothing was checked."""
    checked = [claim for claim in claims if claim.verdict is not Verdict.NOT_CHECKED]
    return sum(c.verdict is Verdict.SUPPORTED for c in checked) / len(checked) if checked else None
