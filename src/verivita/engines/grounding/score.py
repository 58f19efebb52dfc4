"""Features of a claim beside its sources to one score in 0..1: a logistic with fitted, shipped weights.

Every weight has a fixed sign: more of the claim's words in the sources never lowers the score, and an objection never
raises it. `scripts/fit_grounding.py` fits the weights.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

RISES = (
    "whole", "beside", "dense", "pairs", "wholeness", "linked", "near", "even", "least", "window", "joined", "run"
)  # fmt: skip
COUNTED = ("number", "date", "name", "negation")
FALLS = (*COUNTED, "voice", "turned")
_GROUPS = {
    "number": "number",
    "date": "date",
    "name": "name",
    "employer": "name",
    "degree": "name",
    "negation": "negation",
}


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights by feature with the intercept, and the scores from which a claim is weak and supported.

    `facts` holds the same two bars for a claim that cites single facts: where to look is settled there, and the checks
    by kind decide, so that other words for the same thing may pass.
    """

    intercept: float
    by_name: Mapping[str, float]
    prose: tuple[float, float]
    facts: tuple[float, float]

    def score(self, features: Mapping[str, float]) -> float:
        """The logistic of the weighted sum."""
        total = self.intercept + sum(self.by_name.get(name, 0.0) * value for name, value in features.items())
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, total))))


@lru_cache(maxsize=1)
def load_weights() -> tuple[Weights, Weights]:
    """The shipped weights: without an encoder, and with one."""
    table = json.loads(resources.files("verivita.engines.grounding").joinpath("data/weights.json").read_text("utf-8"))
    plain, near = (
        Weights(
            float(entry["intercept"]),
            {name: float(value) for name, value in entry["by_name"].items()},
            (float(entry["weak"]), float(entry["supported"])),
            (float(entry["weak_facts"]), float(entry["supported_facts"])),
        )
        for entry in (table["words"], table["words_and_vectors"])
    )
    return plain, near


def counted(kinds: Sequence[str]) -> dict[str, float]:
    """Objections that enter the score, by group, each up to two; the others speak through the verdict alone."""
    found = dict.fromkeys(COUNTED, 0.0)
    for kind in kinds:
        if kind in _GROUPS:
            found[_GROUPS[kind]] = min(found[_GROUPS[kind]] + 1.0, 2.0)
    return found


def above(value: float, floor: float, ceiling: float = 1.0) -> float:
    """0 up to the floor, then rising to 1 at the ceiling: below it, what is shared is chance."""
    return max(0.0, min(1.0, (value - floor) / (ceiling - floor)))


def of_all(recall: float, covered: float, linked: float) -> dict[str, float]:
    """Features of a claim beside all of its sources."""
    return {"whole": above(recall, 0.5), "dense": above(covered, 0.75), "linked": linked}


def of_vectors(figures: Mapping[str, float]) -> dict[str, float]:
    """Features from an encoder, of its `nearness.FIGURES`.

    Nearness of all words counts from the bottom, for it is all there is beside sources in other words; the figures
    that tell a true sentence from one that was put together count only where words are really near.
    """
    return {
        "near": figures["near"],
        "even": figures["even"],
        "least": above(figures["least"], 0.45, 0.85),
        "window": above(figures["window"], 0.5),
        "joined": above(figures["joined"], 0.5),
        "run": above(figures["run"], 0.4),
    }


def of_place(recall: float, pairs: float, wholeness: float, turned: float) -> dict[str, float]:
    """Features of a claim beside one sentence or two; `turned` is that of the source they stand in."""
    beside = {"beside": above(recall, 0.4), "pairs": above(pairs, 0.3), "wholeness": above(wholeness, 0.3)}
    return beside | {"turned": turned}
