"""Grounding: how far each claim of a text is carried by its sources. Face of the engine."""

from verivita.engines.grounding.edit import kept, tighten
from verivita.engines.grounding.model import Claim, Grounding, Source, Statement, Verdict
from verivita.engines.grounding.nearness import Asked, Figures, Known, Nearness, learned
from verivita.engines.grounding.statements import statements
from verivita.engines.grounding.support import asked, ground

__all__ = [
    "Asked",
    "Claim",
    "Figures",
    "Grounding",
    "Known",
    "Nearness",
    "Source",
    "Statement",
    "Verdict",
    "asked",
    "ground",
    "kept",
    "learned",
    "statements",
    "tighten",
]
