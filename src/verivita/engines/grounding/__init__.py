"""Grounding: how far each claim of a text is carried by its sources. Face of the engine."""

from verivita.engines.grounding.edit import kept, tighten
from verivita.engines.grounding.model import Claim, Grounding, Similarity, Source, Statement, Verdict
from verivita.engines.grounding.statements import statements
from verivita.engines.grounding.support import compared, ground

__all__ = [
    "Claim",
    "Grounding",
    "Similarity",
    "Source",
    "Statement",
    "Verdict",
    "compared",
    "ground",
    "kept",
    "statements",
    "tighten",
]
