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

RISES = ("whole", "beside", "dense", "pairs", "wholeness", "linked", "near", "nearer", "nearest")
FALLS = ("number", "date", "name", "negation")
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
    found = dict.fromkeys(FALLS, 0.0)
    for kind in kinds:
        if kind in _GROUPS:
            found[_GROUPS[kind]] = min(found[_GROUPS[kind]] + 1.0, 2.0)
    return found


def above(value: float, floor: float) -> float:
    """0 up to the floor, then rising to 1: below it, shared words are chance."""
    return max(0.0, min(1.0, (value - floor) / (1 - floor)))


def of_all(recall: float, covered: float, linked: float, near: float) -> dict[str, float]:
    """Features of a claim beside all of its sources."""
    rising = {"near": near, "nearer": above(near, 0.4), "nearest": above(near, 0.6)}
    return {"whole": above(recall, 0.5), "dense": above(covered, 0.75), "linked": linked, **rising}


def of_place(recall: float, pairs: float, wholeness: float) -> dict[str, float]:
    """Features of a claim beside one sentence or two."""
    return {"beside": above(recall, 0.4), "pairs": above(pairs, 0.3), "wholeness": wholeness}
