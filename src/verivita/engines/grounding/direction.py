"""Which way a sentence says things go: more or less, better or worse, so or not so, and of which things it says it.

No model: the markers of a clause and its denials are multiplied ("lack of A prevents B" goes the way of "A promotes
B"), and two clauses are compared as far as they speak of the same things. So a claim that shares all words with a
sentence and says the opposite is seen.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from verivita.engines.grounding.lexical import held, rarity, sentences
from verivita.engines.grounding.polarity import Clause, clauses, denies
from verivita.engines.grounding.tokens import bag, stem

_MORE = (
    "increase increased increasing increases rise grow growth growing gain raise high higher highest elevate elevated "
    "elevation boost upregulate upregulated upregulation enhance enhanced enhancement accelerate expand expansion "
    "promote promotes promotion stimulate stimulation induce induced induction activate activation active trigger "
    "facilitate amplify augment more greater larger longer heavier stronger frequent abundant excess overexpression "
    "hyperactive exacerbate aggravate cause causes produce drive drives lead leads contribute generate enable "
    "positively essential required crucial necessary doubled many accumulate accumulation warm warmer warming hotter "
    "faster overestimate upward maximum extend prolong prolonged"
)
_LESS = (
    "decrease decreased decreasing decreases fall decline declining reduce reduced reducing reduction shrink lower "
    "deprivation deprived "
    "lowest drop downregulate downregulated downregulation inhibit inhibition inhibitor inhibitory weaken diminish "
    "diminished attenuate attenuated attenuation suppress suppression suppressor block blocked blocking prevent "
    "prevention protect protective protection impede limit limited deplete depletion loss lost lack absence absent "
    "deficient deficiency fewer less smaller shorter lighter weaker slower slow slowing rare rarely low eliminate "
    "abolish abrogate abrogated remove avoid dampen impair impaired impairment disrupt counteract relieve alleviate "
    "negatively inversely dispensable unnecessary halve cool cooler cooling colder underestimate downward minimum "
    "terminate inactivate inactivation silence deactivate"
)
_GOOD = (
    "improve improved improvement improving better best effective effectively efficacy benefit beneficial favourable "
    "favorable safe success successful advantage superior accurate accurately reliable healthy positive recover "
    "recovery ameliorate succeed strengthen"
)
_BAD = (
    "worsen worse worst worsening harm harmful ineffective inefficient adverse unfavourable unfavorable poor poorer "
    "poorly dangerous unsafe failure fail failed disadvantage inferior inaccurate unreliable unhealthy negative "
    "detrimental damage damages deteriorate deterioration"
)
_ASKING = re.compile(
    r"^\W*(?:(?:objectives?|aims?|purpose|background|context|methods?|design|question)\b[\s:.-]*)?"
    r"(?:to|we (?:aimed|sought|tested|examined|investigated|asked)|this study (?:aimed|was designed))\s+(?:\w+ly\s+)?"
    r"(?:to|evaluate|examine|determine|assess|investigate|test|explore|measure|compare|estimate|identify|study|describe"
    r"|review|ask)\b|\bwhether\b|\bunclear\b|\bunknown\b|\?\s*$|\bhypothesi[sz]",
    re.IGNORECASE,
)
"""A sentence that asks or plans says nothing either way."""


def _marks() -> dict[str, int]:
    found: dict[str, int] = {}
    for words, sign in ((_MORE, 1), (_LESS, -1), (_GOOD, 1), (_BAD, -1)):
        for word in bag(words):
            found.setdefault(stem(word), sign)
    return found


MARKS = _marks()


@dataclass(frozen=True, slots=True)
class Way:
    """A clause: the stems of what it speaks of, and the product of the signs of its markers and denials."""

    stems: frozenset[str]
    sign: int


@lru_cache(maxsize=16_384)
def ways(sentence: str) -> tuple[Way, ...]:
    """The clauses of a sentence that states something."""
    if _ASKING.search(sentence):
        return ()
    return tuple(_way(clause) for clause in clauses(sentence))


def _way(clause: Clause) -> Way:
    sign = -1 if clause.denies else 1
    for token in clause.words:
        if token.stem in MARKS and not denies(token) and (token.content or token.low in ("more", "less", "few")):
            sign *= MARKS[token.stem]
    return Way(clause.stems - MARKS.keys(), sign)


@lru_cache(maxsize=8192)
def turned(claim: str, text: str) -> float:
    """How far a text speaks of what the claim speaks of the other way rather than the same way, 0..1.

    The claim's sign is that of all its clauses together; a clause of the text counts by the share of the claim's weight
    that it holds.
    """
    said = [_way(clause) for clause in clauses(claim)]
    stems = frozenset[str]().union(*(way.stems for way in said))
    sign = math.prod(way.sign for way in said)
    total = sum(rarity(stem) for stem in stems)
    if not total:
        return 0.0
    best = {1: 0.0, -1: 0.0}
    for sentence in sentences(text):
        for way in ways(sentence):
            share = sum(rarity(stem) * held(stem, way.stems) for stem in stems) / total
            best[way.sign] = max(best[way.sign], share)
    return max(best[-sign] - best[sign], 0.0)
