"""A question -> a cited, grounded answer. Face of the room."""

from verivita.features.answers.checked import score_of
from verivita.features.answers.commands import is_command
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
    rung_of,
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
    "is_command",
    "rung_of",
    "score_of",
]
