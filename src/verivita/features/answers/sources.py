"""What was found for a question, cut in candidate sentences: from the person's papers and from jobs; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

import numpy as np

from verivita.engines.retrieval.chunking import chunk
from verivita.features.answers.compose import READ, Place, best_passages
from verivita.features.answers.evidence import Candidate, Matrix, Signs, chances, enough, looked_at, signals
from verivita.features.answers.prompting import Read
from verivita.features.answers.sentences import is_heading, sentences

_MOST = 160
"""Sentences that are looked at; beyond, those of the last found passages are left out."""


@dataclass(frozen=True, slots=True)
class FoundText:
    """A passage that the search gave: its words, where they begin in their source, and its score 0..1."""

    id: UUID
    source: UUID
    text: str
    start: int
    score: float
    place: Place


@dataclass(frozen=True, slots=True)
class Weighed:
    """All that is known before an answer is written: sentences with their chances, and whether there is an answer."""

    found: tuple[FoundText, ...]
    candidates: tuple[Candidate, ...]
    chances: Matrix
    enough: float
    """How likely the papers hold an answer, 0..1."""
    blind: bool = False
    """Whether no encoder answered when the sentences were weighed."""

    @property
    def places(self) -> Mapping[UUID, Place]:
        """Where each passage comes from."""
        return {item.id: item.place for item in self.found}

    @property
    def starts(self) -> dict[UUID, int]:
        """Where each passage begins in its source."""
        return {item.id: item.start for item in self.found}

    def read(self, most: int = READ) -> list[Read]:
        """The passages to read closely, best first: those with the best sentences, then as the search found them."""
        by_id = {item.id: item for item in self.found}
        order = dict.fromkeys([*best_passages(self.candidates, self.chances, most), *by_id])
        return [Read(id, by_id[id].text, by_id[id].place) for id in [*order][:most]]


def cut(found: Sequence[FoundText]) -> tuple[Candidate, ...]:
    """Every sentence of the found passages, once: where two passages overlap, in the better one. No heading is one."""
    seen: set[tuple[UUID, int]] = set()
    candidates: list[Candidate] = []
    for rank, item in enumerate(found):
        under = ""
        for one in sentences(item.text, item.start):
            if is_heading(item.text, one, item.start):
                under = one.text
            elif (item.source, one.start) not in seen and len(candidates) < _MOST:
                seen.add((item.source, one.start))
                candidates.append(Candidate(one, item.source, item.id, rank, item.score, under))
    return tuple(candidates)


def weigh(
    question: str,
    found: Sequence[FoundText],
    candidates: Sequence[Candidate],
    weight: Callable[[str], float],
    cosines: Matrix | None,
    words: Signs | None = None,
) -> Weighed:
    """The chances of every candidate. `cosines` are those of question and sentence; None without an encoder.

    A sentence whose cosine is NaN, since the encoder did not look at it, is none of the candidates. `words` are the
    signals without an encoder, where they are known already.
    """
    if not candidates:
        return Weighed(tuple(found), (), np.zeros(0), 0.0)
    signs = looked_at(words, cosines) if words else signals(question, candidates, weight, cosines)
    kept = np.asarray(~np.isnan(signs.rows).any(axis=1), np.bool_)
    signs = Signs(signs.rows[kept], signs.weights)
    candidates = [item for item, is_kept in zip(candidates, kept, strict=True) if is_kept]
    likely = enough(question, signs, [item.text for item in found], weight)
    return Weighed(tuple(found), tuple(candidates), chances(signs), likely, cosines is None)


def of_job(job_id: UUID, title: str, company: str, description: str) -> list[FoundText]:
    """The text of a job as passages, all equally near."""
    place = Place(f"{title}, {company}".strip(", "), "posting", 1, job_id=job_id)
    return [
        FoundText(uuid5(job_id, str(piece.start)), job_id, piece.text, piece.start, 0.5, place)
        for piece in chunk(description)
    ]
