"""A question -> a cited, grounded answer. Face of the room."""

from verivita.features.answers.model import (
    Answer,
    Citation,
    Claim,
    Question,
    Rung,
    Step,
    StepKind,
    Tokens,
    Topic,
    Verdict,
)
from verivita.features.answers.service import AnswersService

__all__ = [
    "Answer",
    "AnswersService",
    "Citation",
    "Claim",
    "Question",
    "Rung",
    "Step",
    "StepKind",
    "Tokens",
    "Topic",
    "Verdict",
]
