"""One statement made of several facts: whether they only stand side by side, or are tied into something new."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from verivita.engines.grounding.aliases import alike
from verivita.engines.grounding.numbers import quantities
from verivita.engines.grounding.tokens import Token, tokens

LEAST = 2
"""So many words of its own make a fact a part of the statement."""
_BESIDE = re.compile(r"[;.:\n]|\b(?:and|also|plus|besides|while|whereas|as well as)\b", re.IGNORECASE)


def merged(claim: str, facts: Sequence[str]) -> Iterator[str]:
    """The words at the seam where a claim ties what only one fact says to what only another says, without an "and"."""
    if len(facts) < LEAST:
        return
    marked = list(_marked(claim, facts))
    counts = [sum(fact == n for _, fact in marked) for n in range(len(facts))]
    own = [(token, fact) for token, fact in marked if counts[fact] >= LEAST]
    for (one, first), (two, second) in pairwise(own):
        seam = claim[one.end : two.start]
        if first != second and not _BESIDE.search(seam):
            yield claim[one.start : two.end]
            return


def _marked(claim: str, facts: Sequence[str]) -> Iterator[tuple[Token, int]]:
    """The words of a claim that exactly one of the facts has, with the number of that fact."""
    stems = [{token.stem for token in tokens(fact)} for fact in facts]
    values = [[q.value for q in quantities(fact)] for fact in facts]
    numbers = {q.start: q.value for q in quantities(claim)}
    for token in tokens(claim):
        if not token.content:
            continue
        if token.start in numbers:
            holding = [n for n, known in enumerate(values) if numbers[token.start] in known]
        else:
            holding = [n for n, known in enumerate(stems) if token.stem in known or alike(token.stem) & known]
        if len(holding) == 1:
            yield token, holding[0]
