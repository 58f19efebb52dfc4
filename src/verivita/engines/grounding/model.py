"""Source, Claim, Verdict, Grounding: what a text may rest on, what it says, and how that stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a claim stands against its sources."""

    SUPPORTED = "supported"
    WEAK = "weak"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Source:
    """A passage or fact that a text may rest on.

    `kind` is `text` for a passage, else what the fact states: employer, title, dates, degree, school, skill, metric,
    duty. `section` is the part of the paper ("experience"). `entry` names the job, degree or project that the source
    belongs to; sources of different entries do not prove one claim together. "" belongs to no entry and goes with all.
    """

    id: str
    text: str
    kind: str = "text"
    section: str = ""
    entry: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence or bullet of a text: `text == answer[start:end]`."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement with its verdict, the sources that carry it best, and why it falls short.

    `score`, in 0..1, is that of its best place; an objection in the place that decides lowers the verdict alone.
    `reasons` are codes with the words at fault, such as `number: 40%` or `skill: Kubernetes`; empty when supported.
    """

    text: str
    start: int
    end: int
    verdict: Verdict
    source_ids: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Grounding:
    """All claims of a text, in order; `score` is the share of claims that are supported, 0.0 where nothing is said."""

    score: float
    claims: tuple[Claim, ...]
