"""Nearness in meaning as an encoder sees it: what the check asks about, what it is told, and the port between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from verivita.core.errors import Unavailable

FIGURES = ("near", "even", "least", "window", "joined", "run")
Figures = Mapping[str, float]
"""Each of `FIGURES` in 0..1: the cosine of the closest sentence, and what `alignment.aligned` says of the words."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A claim beside the sentences that may carry it."""

    claim: str
    sentences: tuple[str, ...]


Known = Mapping[Asked, Figures]


class Nearness(Protocol):
    """An encoder that says how near a claim stands to sentences. May raise `Unavailable`."""

    async def figures(self, asked: Sequence[Asked]) -> list[Figures]:
        """The figures of each, in order."""
        ...


async def learned(nearness: Nearness | None, asked: Sequence[Asked]) -> Known | None:
    """The figures of everything that is asked; None where no encoder answers, and words alone must do."""
    if nearness is None:
        return None
    each = list(dict.fromkeys(asked))
    try:
        return dict(zip(each, await nearness.figures(each), strict=True))
    except Unavailable:
        return None
