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

RISES = ("recall_all", "recall_unit", "pairs", "wholeness", "covered", "linked", "near", "near_lost")
_GROUPS = {
    "number": "number",
    "date": "date",
    "name": "name",
    "employer": "name",
    "degree": "name",
    "title": "name",
    "skill": "skill",
    "commingled": "skill",
    "negation": "negation",
    "inflated": "stronger",
    "hedge": "stronger",
    "scope": "stronger",
    "added": "added",
}
FALLS = ("number", "date", "name", "skill", "negation", "stronger", "added")


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights by feature with the intercept, and the scores from which a claim is weak and supported."""

    intercept: float
    by_name: Mapping[str, float]
    weak: float
    supported: float

    def score(self, features: Mapping[str, float]) -> float:
        """The logistic of the weighted sum."""
        total = self.intercept + sum(self.by_name.get(name, 0.0) * value for name, value in features.items())
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, total))))


@lru_cache(maxsize=1)
def load_weights() -> tuple[Weights, Weights]:
    """The shipped weights: without an encoder, and with one."""
    table = json.loads(resources.files("verivita.engines.grounding").joinpath("data/weights.json").read_text("utf-8"))
    plain, near = (_weights(table[key]) for key in ("words", "words_and_vectors"))
    return plain, near


def _weights(entry: Mapping[str, float | Mapping[str, float]]) -> Weights:
    by_name = entry["by_name"]
    assert isinstance(by_name, Mapping)
    numbers = [entry[key] for key in ("intercept", "weak", "supported")]
    first, weak, supported = (float(n) for n in numbers if not isinstance(n, Mapping))
    return Weights(first, by_name, weak, supported)


def counted(kinds: Sequence[str]) -> dict[str, float]:
    """Objections by class, as features; a name counts by how many are missing, up to two."""
    found = dict.fromkeys(FALLS, 0.0)
    for kind in kinds:
        name = _GROUPS[kind]
        found[name] = min(found[name] + 1.0, 2.0)
    return found
