"""Which way a message goes: study, career or draft; cues in its words, and its meaning where an encoder reads it; pure.

A message asks for a text (draft), about the person's own career, papers and jobs (career), or about what is taught
(study). Cues of each are weighed; a message without any is about what is taught, unless it speaks of the person. With
the vector of the encoder that ships, a logistic weighs the cues and the vector together (`scripts/fit_routes.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from verivita.core.text import fold
from verivita.features.assistant.cues import Weighed, cues
from verivita.features.assistant.model import Route

LONGEST = 2_000
"""Characters that are read: who pastes a whole posting says first what is wanted."""
ROUTES = (Route.STUDY, Route.CAREER, Route.DRAFT)
"""In the order of the columns of the shipped weights."""
MOST_WEIGHT, WEIGHT_SCALE, VECTOR_SCALE = 6.0, 0.25, 3.0
"""How cues and vectors are brought to one size."""
_ENDED = re.compile(r"[.?!\n]")
"""What is wanted stands in the sentence of the wish; what is pasted behind it does not turn it."""
_QUOTED = re.compile(r"[\"“„«'‘][^\"”“»'’]{2,400}[\"”“»'’]")
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weights:
    """Of the signs (rows) for each route (columns), and the level of each route; good for vectors of `model` alone."""

    model: str
    by_sign: Matrix
    level: Matrix


def route(text: str) -> Route:
    """Where a message belongs by its words. Any text is accepted; a tie goes to career before study."""
    return known_route(text) or Route.STUDY


def known_route(text: str) -> Route | None:
    """The same; None where no word of the message tells."""
    said, known = _said(text), cues()
    if _wants_text(said):
        return Route.DRAFT
    career, study = _weight(known.career, said), _weight(known.study, said)
    if known.person.search(said) and not known.taught.search(said):
        career += 1.0
    if career == study == 0.0:
        return None
    return Route.CAREER if career >= study else Route.STUDY


def chances(text: str, vector: Sequence[float]) -> dict[Route, float]:
    """How likely each route is, from the words and their vector by the shipped encoder; they sum to 1."""
    weights = load_weights()
    at = np.array([*signs(text), *(VECTOR_SCALE * value for value in vector)]) @ weights.by_sign + weights.level
    raised = np.exp(at - at.max())
    return dict(zip(ROUTES, (raised / raised.sum()).tolist(), strict=True))


def signs(text: str) -> list[float]:
    """What the words say, each about 0..1: a text is wanted, career, study, the person, a course."""
    said, known = _said(text), cues()
    weights = [min(MOST_WEIGHT, _weight(group, said)) * WEIGHT_SCALE for group in (known.career, known.study)]
    told = [float(pattern.search(said) is not None) for pattern in (known.person, known.taught)]
    return [float(_wants_text(said)), *weights, *told]


@lru_cache(maxsize=1)
def load_weights() -> Weights:
    """The shipped weights."""
    table = json.loads((files("verivita.features.assistant") / "data" / "route_weights.json").read_text("utf-8"))
    return Weights(str(table["model"]), np.array(table["by_sign"]), np.array(table["level"]))


def _said(text: str) -> str:
    return _QUOTED.sub(" x ", fold(text[:LONGEST]).replace("’", "'"))


def _wants_text(said: str) -> bool:
    """True where a text is to be written, and not one about what is taught."""
    known = cues()
    if known.wish.search(said):
        return known.taught.search(said) is None or known.object.search(said) is not None
    asked = known.write.search(said)
    if asked is None:
        return False
    rest = _ENDED.split(said[asked.end() :], maxsplit=1)[0]
    return known.object.search(rest) is not None and known.taught_object.search(rest) is None


def _weight(groups: Weighed, said: str) -> float:
    return sum(weight for weight, pattern in groups if pattern.search(said))
