"""What a model may answer when it writes for a job: sentences and the numbers of the own lines that they rest on."""

from __future__ import annotations

from pydantic import BaseModel, Field


class Sentence(BaseModel):
    """One sentence, and the numbers of the applicant's lines that it rests on."""

    text: str
    lines: list[int] = Field(default_factory=list)


class Letter(BaseModel):
    """The middle of a letter."""

    sentences: list[Sentence]


class Reworded(BaseModel):
    """One line in other words, and its number."""

    line: int
    text: str


class Tailored(BaseModel):
    """Lines in the order for this job, and a summary."""

    lines: list[Reworded]
    summary: list[Sentence] = Field(default_factory=list)


class Expected(BaseModel):
    """A question about a wish, and an answer from the applicant's lines."""

    wish: int
    question: str
    answer: list[Sentence] = Field(default_factory=list)


class Rehearsal(BaseModel):
    """Questions to expect."""

    questions: list[Expected]
