"""Question, Answer, Citation, Claim: what is asked of the person's papers and jobs, and what may be said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from verivita.engines.llm.catalogue import LOCAL


class Rung(StrEnum):
    """What made a text."""

    NO_MODEL = "no_model"
    LOCAL = "local_model"
    HOSTED = "hosted_model"


def rung_of(model: str) -> Rung:
    """The rung of a model (`provider:model`)."""
    return Rung.LOCAL if model.partition(":")[0] in LOCAL else Rung.HOSTED


class Verdict(StrEnum):
    """Whether a sentence is borne out by what it cites. `not_checked`: the caller switched the check off."""

    SUPPORTED = "supported"
    WEAK = "weak"
    UNSUPPORTED = "unsupported"
    NOT_CHECKED = "not_checked"


class Topic(StrEnum):
    """Which way a question goes: to the notes, or to the career (resume, jobs, how they meet)."""

    STUDY = "study"
    CAREER = "career"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. `context` is what was said before (for a model only); `job_id` the job that it is about."""

    text: str
    topic: Topic = Topic.STUDY
    job_id: UUID | None = None
    document_ids: tuple[UUID, ...] = ()
    context: str = ""
    verify: bool = True
    use_model: bool = True


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim place: of a paper (`document_id`), or of a job's text (`job_id`); `text == source[start:end]`."""

    text: str
    start: int
    end: int
    page: int = 1
    section: str = ""
    relevance: float = 0.0
    title: str = ""
    document_id: UUID | None = None
    job_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer, its verdict, and which citations (from 0) and facts bear it out."""

    text: str
    verdict: Verdict
    citations: tuple[int, ...] = ()
    fact_ids: tuple[UUID, ...] = ()
    reason: str = ""
    removed: bool = False
    """True where the sentence was taken out of the answer because nothing bears it out."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a model used for this answer; None of it where there was no model."""

    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer. `text` holds marks such as [1] for its citations; `score` is the supported share of its claims.

    An answer that abstains makes no claim; its `score` is None. `notes` are sentences about the answer itself: that
    a model stopped, that a leg of the search was down, that the question is in another language.
    """

    text: str
    citations: tuple[Citation, ...] = ()
    claims: tuple[Claim, ...] = ()
    score: float | None = None
    abstained: bool = False
    rung: Rung = Rung.NO_MODEL
    search_mode: str = "none"
    context: tuple[UUID, ...] = ()
    """Ids of the passages that were read for it, best first."""
    read: tuple[str, ...] = ()
    """The words of these passages."""
    language: str = "en"
    notes: tuple[str, ...] = ()
    tokens: Tokens = Tokens()
    corpus: str = ""
    """Names the papers and jobs that it was made from, as they were."""
    timings_ms: Mapping[str, float] = field(default_factory=dict)


class StepKind(StrEnum):
    """What a step of an answer in the making tells."""

    TOKEN = "token"  # noqa: S105 - the name of an event
    CITATION = "citation"
    GROUNDING = "grounding"
    USAGE = "usage"
    INCOMPLETE = "incomplete"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Step:
    """A piece of an answer in the making. The last step is DONE and carries the `answer`; only that is to be kept."""

    kind: StepKind
    text: str = ""
    citation: Citation | None = None
    claim: Claim | None = None
    number: int = 0
    tokens: Tokens | None = None
    answer: Answer | None = None
