"""What a claim adds: words that no source has, under no other name, and that say something of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from verivita.engines.grounding.aliases import aliased, alike
from verivita.engines.grounding.lexical import rarity
from verivita.engines.grounding.names import degrees, fits
from verivita.engines.grounding.numbers import quantities
from verivita.engines.grounding.roles import RATE
from verivita.engines.grounding.strength import judged_elsewhere
from verivita.engines.grounding.tokens import Token, bag, stem, tokens
from verivita.engines.reading.dates import find_dates

ADDED = 0.4
"""A part of a claim of which the sources have less than this is an addition."""
_PARTS = re.compile(
    r"(?:(?![,;:()]|\s(?:and|or|with|which|who|that|by|while|where|so|to)\s).)+", re.IGNORECASE | re.DOTALL
)
TIMES = bag("year month week day hour minut second half quarter")
_LIGHT = frozenset(
    map(
        stem,
        bag(
            "make take give get go come bring put set keep stay become begin start work act spend use hold own reach "
            "obtain complete finish earn graduate speak speaker member part person people individual holder degree "
            "knowledge skill skilled familiar experience experienced background career role position post job duty "
            "responsible responsibility currently present now involve worth total together roughly approximately "
            "percent many almost nearly less more much kind way time period date end following include including due "
            "result previously formerly subsequently later earlier afterwards one thing able well both respectively "
            "name call serve cover relate base number amount level study attend see mid early late euro dollar pound "
            "mean know think say tell need down run far team firm company organisation organization business"
        ),
    )
)
_VOCABULARY = 512


def unheld(claim: str, texts: tuple[str, ...]) -> list[Token]:
    """The words of a claim with a content of their own that the texts do not have; numbers and times are left out."""
    known, text, renamed = vocabulary(texts), "\n".join(texts), aliased(claim, texts)
    counted = _counted(claim)
    return [
        token
        for token in tokens(claim)
        if _says_something(token)
        and not any(start <= token.start < end for start, end in counted)
        and not fits(token, known, text)
        and token.stem not in renamed
        and alike(token.stem).isdisjoint(known)
    ]


def _says_something(token: Token) -> bool:
    if not token.content or not token.low.isalpha() or len(token.low) < 2:
        return False
    if token.stem in _LIGHT or judged_elsewhere(token.low):
        return False
    return not degrees(token.text) and not degrees(f"{token.text} degree")


def _counted(claim: str) -> list[tuple[int, int]]:
    """Where numbers with their units, and times, stand."""
    spans = [(span.start, span.end) for span in find_dates(claim)]
    spans += [(match.start(), match.end()) for match in RATE.finditer(claim)]
    for quantity in quantities(claim):
        after = tokens(claim[quantity.end : quantity.end + 40])
        unit = bool(after) and (
            after[0].stem == quantity.unit or quantity.unit in ("s", "%") or quantity.unit.isupper()
        )
        spans.append((quantity.start, quantity.end + (after[0].end if unit else 0)))
    return spans


@lru_cache(maxsize=_VOCABULARY)
def vocabulary(texts: tuple[str, ...]) -> frozenset[str]:
    """Folded words and stems."""
    return frozenset(form for text in texts for token in tokens(text) for form in (token.low, token.stem))


def additions(claim: str, texts: tuple[str, ...]) -> Iterator[str]:
    """Parts of a claim of which the texts have next to nothing; numbers and times are checked elsewhere."""
    new = {token.start for token in unheld(claim, texts)}
    counted = _counted(claim)
    for match in _PARTS.finditer(claim):
        said = [t for t in tokens(claim) if match.start() <= t.start < match.end() and t.content and t.low.isalpha()]
        said = [t for t in said if t.stem not in TIMES and not any(a <= t.start < b for a, b in counted)]
        total = sum(rarity(t.stem) for t in said)
        held = total - sum(rarity(t.stem) for t in said if t.start in new)
        if len(said) > 1 and held < ADDED * total:
            yield match[0].strip(" .,;")
