"""Which way a sentence says things go: more or less, better or worse, so or not so, and beside which words it says it.

No model: markers of direction are looked up, a denial before one turns it, and two texts are compared only where their
markers stand beside the same words. So a claim that shares all words with a sentence and says the opposite is seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from verivita.engines.grounding.aliases import alike
from verivita.engines.grounding.lexical import rarity
from verivita.engines.grounding.polarity import denies
from verivita.engines.grounding.tokens import Token, bag, stem, tokens

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
_TIED = (
    "associate associated association link linked correlate correlated correlation related depend "
    "dependent affect affects effect influence role impact predict predictor significant significantly"
)
_LOOSE = "unrelated independent independently unaffected unchanged unlikely myth false insufficient"
_REACH, _NEAR, _BEFORE = 5, 8, 4
"""Words beside a marker in the claim and in the sentence, and how far before it a denial stands."""


def _marks() -> dict[str, tuple[str, int]]:
    rows = (("much", _MORE, _LESS), ("well", _GOOD, _BAD), ("tied", _TIED, _LOOSE))
    found: dict[str, tuple[str, int]] = {}
    for axis, plus, minus in rows:
        for words, sign in ((plus, 1), (minus, -1)):
            for word in bag(words):
                found.setdefault(stem(word), (axis, sign))
    return found


MARKS = _marks()


@dataclass(frozen=True, slots=True)
class Mark:
    """A marker at a word of a text: its axis, its sign after denials, and the stems of the words around it."""

    at: int
    axis: str
    sign: int
    denied: bool


@lru_cache(maxsize=16_384)
def marks(text: str) -> tuple[Mark, ...]:
    """The markers of a text, in order."""
    words = tokens(text)
    out = []
    for at, token in enumerate(words):
        found = MARKS.get(token.stem)
        if found is None or (not token.content and token.low not in ("more", "less", "few")):
            continue
        denied = sum(denies(t) for t in words[max(0, at - _BEFORE) : at]) % 2 == 1
        out.append(Mark(at, found[0], -found[1] if denied else found[1], denied))
    return tuple(out)


def directions(claim: str, sentence: str) -> tuple[float, float]:
    """(agreeing, turned): how much of what stands beside the claim's markers stands beside such of the same sign, and
    of the other sign, in the sentence; both in 0..1, both 0.0 where nothing can be compared.
    """
    said, told = marks(claim), marks(sentence)
    here, there = tokens(claim), tokens(sentence)
    same = other = 0.0
    for mark in said:
        beside = _beside(here, mark.at, _REACH)
        total = sum(rarity(s) for s in beside)
        if not total:
            continue
        for one in told:
            if one.axis != mark.axis and not one.denied:
                continue
            known = _beside(there, one.at, _NEAR)
            share = sum(rarity(s) for s in beside if s in known or alike(s) & known) / total
            if one.axis == mark.axis and one.sign == mark.sign:
                same = max(same, share)
            elif one.axis == mark.axis or (one.denied and not mark.denied and mark.sign > 0):
                other = max(other, share)
    return same, other


def _beside(words: tuple[Token, ...], at: int, reach: int) -> frozenset[str]:
    near = words[max(0, at - reach) : at + reach + 1]
    return frozenset(t.stem for t in near if t.content and t.stem not in MARKS and not denies(t))
